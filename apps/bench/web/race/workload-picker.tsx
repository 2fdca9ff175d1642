/** Which workloads are raced on? */
import type { JSX } from "preact/compat";
import { useState } from "preact/hooks";
import { formatElements } from "../../src/report/format.ts";
import type { KindDescription } from "./run-race.ts";

/** What the groups are called. */
const groupTitles: Readonly<Record<string, string>> = {
  workloads: "Written by hand too",
  gpu: "For graphics cards",
  losses: "Losses of the catalogue",
};

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
  const losses = found.filter(({ groups }) => groups[0] === "losses");
  // Nobody reads hundreds of losses: without a search only those that are chosen.
  const wanted = search.trim() === "" ? losses.filter(({ name }) => chosen.has(name)) : losses;
  const shown = [...found.filter((kind) => !losses.includes(kind)), ...wanted.slice(0, mostShown)];

  const choose = (names: readonly string[], isChosen: boolean): void =>
    onChange(kinds.map(({ name }) => name).filter((name) => (names.includes(name) ? isChosen : chosen.has(name))));
  const chooseShown = (isChosen: boolean): void =>
    choose(
      shown.map(({ name }) => name),
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
      <p>{describeLosses(search, losses.length, wanted.length)}</p>
      <div class="pick-groups" tabIndex={0} role="region" aria-label="Workloads and losses">
        {Object.entries(groupTitles).map(([group, title]) => {
          const own = shown.filter(({ groups }) => groups[0] === group);
          return own.length === 0 ? null : (
            <>
              <h3>{title}</h3>
              {list(own)}
            </>
          );
        })}
      </div>
    </fieldset>
  );
}

function KindLabel({ kind }: { readonly kind: KindDescription }): JSX.Element {
  const { name, title, groups, rows, rowElements } = kind;
  // The title of a loss says its name again.
  if (groups[0] === "losses") return <span>{name}</span>;
  return (
    <span>
      <strong>{name}</strong> {title} <small>{formatElements(rows * rowElements)} elements</small>
    </span>
  );
}

function describeLosses(search: string, found: number, wanted: number): string {
  if (search.trim() === "") return `Type part of a name to find one of ${found} calls of losses and gradients.`;
  const calls = `${found} ${found === 1 ? "call" : "calls"} of losses found`;
  return wanted > mostShown ? `${calls}, of which ${mostShown} are shown: type more of the name.` : `${calls}.`;
}

function matches({ name, title }: KindDescription, search: string): boolean {
  const text = `${name} ${title}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
