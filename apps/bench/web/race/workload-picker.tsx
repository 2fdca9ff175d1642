/** Which workloads are raced on? */
import type { JSX } from "preact/compat";
import { useState } from "preact/hooks";
import { formatElements } from "../../src/report/format.ts";
import type { KindDescription } from "./run-race.ts";

/** So many losses are shown at most. */
const mostShown = 30;

/** What the picker is given. */
interface PickerProperties {
  readonly kinds: readonly KindDescription[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (names: readonly string[]) => void;
}

/** A search field over all workloads, and a box to tick for each that it finds. */
export function WorkloadPicker({ kinds, chosen, onChange }: PickerProperties): JSX.Element {
  const [search, setSearch] = useState("");
  const found = kinds.filter((kind) => matches(kind, search));
  const [losses, workloads] = [found.filter(isLoss), found.filter((kind) => !isLoss(kind))];
  // Nobody reads hundreds of losses: without a search only those that are chosen.
  const wanted = search.trim() === "" ? losses.filter(({ name }) => chosen.has(name)) : losses;
  const shown = wanted.slice(0, mostShown);

  const choose = (names: readonly string[], isChosen: boolean): void =>
    onChange(kinds.map(({ name }) => name).filter((name) => (names.includes(name) ? isChosen : chosen.has(name))));
  const chooseShown = (isChosen: boolean): void =>
    choose(
      [...workloads, ...shown].map(({ name }) => name),
      isChosen,
    );
  const list = (group: readonly KindDescription[]): JSX.Element => (
    <ul class="picks">
      {group.map((kind) => (
        <li key={kind.name}>
          <label>
            <input
              type="checkbox"
              checked={chosen.has(kind.name)}
              onChange={({ currentTarget }) => choose([kind.name], currentTarget.checked)}
            />
            <KindLabel kind={kind} />
          </label>
        </li>
      ))}
    </ul>
  );

  return (
    <fieldset class="workloads">
      <legend>Workloads: {chosen.size} chosen</legend>
      <p class="row">
        <label>
          Find a workload or a loss{" "}
          <input type="search" value={search} onInput={({ currentTarget }) => setSearch(currentTarget.value)} />
        </label>
        <button type="button" onClick={() => chooseShown(true)}>
          Choose all shown
        </button>
        <button type="button" onClick={() => chooseShown(false)}>
          Choose none
        </button>
      </p>
      <div class="pick-groups" tabIndex={0} role="region" aria-label="Workloads and losses">
        {workloads.length === 0 ? null : (
          <>
            <h3>Written by hand too</h3>
            {list(workloads)}
          </>
        )}
        <h3>Losses of the catalogue</h3>
        {list(shown)}
        <p>{describeLosses(search, losses.length, wanted.length)}</p>
      </div>
    </fieldset>
  );
}

function KindLabel({ kind }: { readonly kind: KindDescription }): JSX.Element {
  if (isLoss(kind)) return <span>{kind.name}</span>;
  const { name, title, rows, rowElements } = kind;
  return (
    <span>
      <strong>{name}</strong> {title} <small>{formatElements(rows * rowElements)} elements</small>
    </span>
  );
}

function describeLosses(search: string, found: number, wanted: number): string {
  if (search.trim() === "") return `Type part of a name to find one of ${found} calls of losses and gradients.`;
  if (found === 0) return "No loss has all of these words in its name.";
  return wanted > mostShown ? `${wanted - mostShown} more are found: type more of the name.` : "";
}

function isLoss({ groups }: KindDescription): boolean {
  return groups.includes("losses");
}

function matches({ name, title }: KindDescription, search: string): boolean {
  const text = `${name} ${title}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
