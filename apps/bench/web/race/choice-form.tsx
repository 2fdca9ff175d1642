/** Who races, and how is it measured? Every control writes its text into the parameters of the room's link. */
import type { ComponentChildren } from "preact";
import type { JSX } from "preact/compat";
import { useId } from "preact/hooks";
import { type Residence, residences } from "../../src/contenders/residence.ts";
import { selectKinds } from "../../src/measure/selection.ts";
import { formatElements } from "../../src/report/format.ts";
import { type ChoiceField, type ParsedChoice, type Sizes, textOf, withText, withValue } from "../../src/race/choice.ts";
import { sweepSizes } from "../../src/race/plan.ts";
import type { Unavailable } from "../../src/measure/result.ts";
import { engineNames, engineTable } from "../engines.ts";
import { offeredRivals, rivalSummaries } from "./rivals.ts";
import type { KindDescription } from "./run-race.ts";
import { WorkloadPicker } from "./workload-picker.tsx";

/** What the form is given. */
interface FormProperties {
  readonly kinds: readonly KindDescription[];
  readonly parameters: URLSearchParams;
  readonly parsed: ParsedChoice;
  /** Who did not work here, in the last race. */
  readonly unavailable: readonly Unavailable[];
  readonly onChange: (parameters: URLSearchParams) => void;
}

const residenceSummaries: Readonly<Record<Residence, string>> = {
  into: "in the user's arrays, before and after each run",
  resident: "on the engine's device",
};

/** All that can be chosen. */
export function ChoiceForm({ kinds, parameters, parsed, unavailable, onChange }: FormProperties): JSX.Element {
  const { choice, faults } = parsed;
  const chosen = new Set(selectKinds(choice.workloads, kinds).kinds.map(({ name }) => name));
  const change = (field: ChoiceField, text: string): void => onChange(withText(parameters, field, text));
  return (
    <>
      <WorkloadPicker
        kinds={kinds}
        chosen={chosen}
        onChange={(names) => onChange(withValue(parameters, "workloads", names))}
      />
      <Fault message={faults.workloads} />
      <div class="choices">
        <Boxes
          title="Engines"
          names={engineNames}
          chosen={choice.engines}
          describe={(name) => engineTable[name].summary}
          unavailable={unavailable}
          fault={faults.engines}
          onChange={(names) => onChange(withValue(parameters, "engines", names))}
        />
        <Boxes
          title="Beside them"
          names={offeredRivals}
          chosen={choice.beside}
          describe={(name) => rivalSummaries[name]}
          unavailable={unavailable}
          fault={faults.beside}
          onChange={(names) => onChange(withValue(parameters, "beside", names))}
        />
        <Boxes
          title="Where an engine's arrays are"
          names={residences}
          chosen={choice.arrays}
          describe={(name) => residenceSummaries[name]}
          unavailable={[]}
          fault={faults.arrays}
          onChange={(names) => onChange(withValue(parameters, "arrays", names))}
        />
        <SizesField
          text={textOf(parameters, "sizes")}
          fault={faults.sizes}
          onChange={(text) => change("sizes", text)}
        />
        <fieldset>
          <legend>How it is measured</legend>
          <TextField
            label="Rounds"
            text={textOf(parameters, "rounds")}
            fault={faults.rounds}
            hint="everyone runs once in each"
            onChange={(text) => change("rounds", text)}
          />
          <TextField
            label="Seconds"
            text={textOf(parameters, "seconds")}
            fault={faults.seconds}
            hint="after so many no more rounds of a workload begin, but five in any case"
            onChange={(text) => change("seconds", text)}
          />
          <label class="field">
            <span>Compared with</span>
            <select value={choice.against} onChange={({ currentTarget }) => change("against", currentTarget.value)}>
              <option value="">hand, or the first</option>
              {referencesOf(parsed).map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <TextField
            label="Lengths of losses"
            text={textOf(parameters, "lengths")}
            fault={faults.lengths}
            hint="of their axes, as in batch:64,classes:10"
            onChange={(text) => change("lengths", text)}
          />
        </fieldset>
      </div>
    </>
  );
}

/** Everyone who may be the reference. */
function referencesOf({ choice: { engines, beside, arrays, against } }: ParsedChoice): readonly string[] {
  const entries = engines.flatMap((name) => arrays.map((where) => (where === "into" ? name : `${name} ${where}`)));
  return [...new Set([...entries, ...beside, ...(against === "" ? [] : [against])])];
}

/** What a list of boxes is given. */
interface BoxesProperties<Name extends string> {
  readonly title: string;
  readonly names: readonly Name[];
  readonly chosen: readonly Name[];
  readonly describe: (name: Name) => string;
  readonly unavailable: readonly Unavailable[];
  readonly fault: string | undefined;
  readonly onChange: (names: readonly Name[]) => void;
}

function Boxes<Name extends string>(properties: BoxesProperties<Name>): JSX.Element {
  const { title, names, chosen, describe, unavailable, fault, onChange } = properties;
  const toggle = (name: Name): void => onChange(names.filter((one) => chosen.includes(one) !== (one === name)));
  return (
    <fieldset>
      <legend>{title}</legend>
      <ul class="picks">
        {names.map((name) => {
          const reason = unavailable.find((one) => one.name === name)?.reason;
          return (
            <li key={name}>
              <label>
                <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
                <span>
                  <code>{name}</code> <small>{describe(name)}</small>
                  {reason === undefined ? null : <small class="bad">unavailable: {reason}</small>}
                </span>
              </label>
            </li>
          );
        })}
      </ul>
      <Fault message={fault} />
    </fieldset>
  );
}

/** What a field of text is given. */
interface TextFieldProperties {
  readonly label: string;
  readonly text: string;
  readonly fault: string | undefined;
  readonly hint?: string;
  readonly onChange: (text: string) => void;
}

function TextField({ label, text, fault, hint, onChange }: TextFieldProperties): JSX.Element {
  const faultId = useId();
  return (
    <>
      <label class="field">
        <span>
          {label} {hint === undefined ? null : <small>{hint}</small>}
        </span>
        <input
          value={text}
          autoComplete="off"
          aria-invalid={fault !== undefined}
          aria-describedby={fault === undefined ? undefined : faultId}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      </label>
      <Fault id={faultId} message={fault} />
    </>
  );
}

/** What each way to say sizes begins with, when it is chosen. */
const firstTexts: Readonly<Record<Sizes["kind"], string>> = {
  own: "own",
  these: "100000",
  sweep: "sweep:131072",
};

interface SizesProperties {
  readonly text: string;
  readonly fault: string | undefined;
  readonly onChange: (text: string) => void;
}

function SizesField({ text, fault, onChange }: SizesProperties): JSX.Element {
  const kind: Sizes["kind"] = text === "own" ? "own" : text.startsWith("sweep:") ? "sweep" : "these";
  const radio = (value: Sizes["kind"], label: ComponentChildren): JSX.Element => (
    <label>
      <input type="radio" name="sizes" checked={kind === value} onChange={() => onChange(firstTexts[value])} />
      <span>{label}</span>
    </label>
  );
  return (
    <fieldset>
      <legend>Elements of the largest input</legend>
      {radio("own", "each workload's own number")}
      {radio("these", "these numbers, between commas")}
      {kind === "these" ? <TextField label="Numbers" text={text} fault={fault} onChange={onChange} /> : null}
      {radio("sweep", `every size of a sweep, from ${sweepSizes[0]}`)}
      {kind === "sweep" ? (
        <label class="field">
          <span>Up to</span>
          <select value={text} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
            {sweepSizes.slice(1).map((size) => (
              <option key={size} value={`sweep:${size}`}>
                {formatElements(size)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {kind === "these" ? null : <Fault message={fault} />}
    </fieldset>
  );
}

/** What is given to a fault. */
interface FaultProperties {
  readonly id?: string;
  readonly message: string | undefined;
}

function Fault({ id, message }: FaultProperties): JSX.Element | null {
  return message === undefined ? null : (
    <p class="bad" id={id}>
      {message}
    </p>
  );
}
