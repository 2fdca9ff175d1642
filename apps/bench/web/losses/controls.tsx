/** With what does one choose what the room shows? */
import type { OptionDefinition } from "@symloss/losses";
import type { ComponentChildren } from "preact";
import type { JSX } from "preact/compat";
import { type EngineName, engineNames, engineTable } from "../engines.ts";
import type { ArgumentDescription, LossDescription } from "./description.ts";
import { isReference, type ReferenceName, referenceTitles } from "./reference-names.ts";
import { type View, figureTitles, figuresOf, formatPlace, placesOf, rangeOf, titleOfPlace } from "./view.ts";

/** What the controls are given: what is shown, and how to show something else. */
interface ControlProperties {
  readonly view: View;
  readonly description: LossDescription;
  readonly change: (changes: Partial<View>) => void;
}

/** All controls but the choice of the loss. */
export function Controls(properties: ControlProperties): JSX.Element {
  const { description } = properties;
  return (
    <>
      {Object.keys(description.options).length === 0 ? null : <OptionControls {...properties} />}
      <ArgumentControls {...properties} />
      <FigureControls {...properties} />
      <EngineControls {...properties} />
      <BesideControls {...properties} />
    </>
  );
}

function OptionControls({ view, description, change }: ControlProperties): JSX.Element {
  const set = (name: string, text: string): void => change({ options: { ...view.options, [name]: text } });
  return (
    <fieldset>
      <legend>Options</legend>
      {Object.entries(description.options).map(([name, definition]) => (
        <OptionControl
          key={`${description.name} ${name}`}
          name={name}
          definition={definition}
          text={view.options[name] ?? ""}
          set={(text) => set(name, text)}
        />
      ))}
      <p>
        <small>Several numbers, separated by commas, are drawn together.</small>
      </p>
    </fieldset>
  );
}

interface OptionControlProperties {
  readonly name: string;
  readonly definition: OptionDefinition;
  /** What was written; nothing for the default. */
  readonly text: string;
  readonly set: (text: string) => void;
}

function OptionControl({ name, definition, text, set }: OptionControlProperties): JSX.Element {
  const usual = "default" in definition ? String(definition.default) : "";
  if (definition.kind === "flag") {
    return (
      <label class="check">
        <input
          type="checkbox"
          name={name}
          checked={(text || usual) === "true"}
          onInput={(event) => set(String(event.currentTarget.checked))}
        />
        {name}
      </label>
    );
  }
  if (definition.kind === "choice") {
    return <ChoiceField label={name} value={text || usual} choices={definition.choices.map(named)} set={set} />;
  }
  const range = sliderOf(definition);
  return (
    <div class="option">
      <Field label={name}>
        <input
          type="text"
          name={name}
          value={text}
          placeholder={usual || "none"}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => set(event.currentTarget.value)}
        />
      </Field>
      {range === undefined ? null : (
        <input
          type="range"
          aria-label={`${name}, first value`}
          {...range}
          value={text.split(",")[0] || usual || range.min}
          onInput={(event) => set([event.currentTarget.value, ...text.split(",").slice(1)].join(","))}
        />
      )}
    </div>
  );
}

/** How far a slider reaches, for a number with these bounds. */
function sliderOf(
  definition: OptionDefinition,
): { readonly min: number; readonly max: number; readonly step: number } | undefined {
  if (definition.kind === "int" || definition.kind === "count")
    return { min: definition.kind === "int" ? -5 : 1, max: 10, step: 1 };
  if (definition.kind !== "number" && definition.kind !== "tensor") return undefined;
  const reach = Math.max(4, 4 * Math.abs(definition.default ?? 0));
  const [min, max] = {
    none: [-reach, reach],
    unitInterval: [0, 1],
    nonNegative: [0, reach],
    positive: [0.01 * reach, reach],
    atLeastOne: [1, 1 + reach],
    aboveOne: [1.01, 1 + reach],
  }[definition.must ?? "none"] as [number, number];
  return { min, max, step: Number(((max - min) / 200).toPrecision(1)) };
}

function ArgumentControls({ view, description, change }: ControlProperties): JSX.Element {
  const form = description.forms[view.form]!;
  const set = (name: string, element: number, value: number): void =>
    change({ inputs: { ...view.inputs, [name]: view.inputs[name]!.with(element, value) } });
  return (
    <fieldset>
      <legend>Arguments</legend>
      {description.forms.length === 1 ? null : (
        <ChoiceField
          label="shapes"
          value={String(view.form)}
          choices={description.forms.map(({ title }, index) => ({ value: String(index), title }))}
          set={(form) => change({ form: Number(form) })}
        />
      )}
      {form.arguments.map((argument) => (
        <ArgumentControl
          key={`${description.name} ${form.title} ${argument.name}`}
          argument={argument}
          view={view}
          set={(element, value) => set(argument.name, element, value)}
        />
      ))}
    </fieldset>
  );
}

interface ArgumentControlProperties {
  readonly argument: ArgumentDescription;
  readonly view: View;
  readonly set: (element: number, value: number) => void;
}

/** A number for each element, in rows of the last axis. */
function ArgumentControl({ argument, view, set }: ArgumentControlProperties): JSX.Element {
  const { name, role, shape } = argument;
  const isMoved = (element: number): boolean =>
    [view.along, ...(view.figure === "surface" ? [view.across] : [])].some(
      (place) => place.argument === name && place.element === element,
    ) ||
    (view.figure === "simplex" && view.along.argument === name);
  return (
    <div class="argument" role="group" aria-label={name}>
      <span>
        {name} <small>{role}</small>
      </span>
      <div class="elements" style={{ "--columns": Math.min(shape.at(-1) ?? 1, 8) }}>
        {view.inputs[name]!.map((value, element) => (
          <input
            key={element}
            type="text"
            inputMode="decimal"
            aria-label={titleOfPlace({ argument: name, element }, [argument])}
            defaultValue={String(value)}
            disabled={isMoved(element)}
            title={isMoved(element) ? "This one is along the axis" : undefined}
            autocomplete="off"
            onInput={({ currentTarget }) => {
              const number = currentTarget.value.trim() === "" ? Number.NaN : Number(currentTarget.value);
              currentTarget.setAttribute("aria-invalid", String(Number.isNaN(number)));
              if (!Number.isNaN(number)) set(element, number);
            }}
          />
        ))}
      </div>
    </div>
  );
}

function FigureControls({ view, description, change }: ControlProperties): JSX.Element {
  const form = description.forms[view.form]!;
  const places = placesOf(form.arguments);
  const kinds = figuresOf(form, view.along);
  const results = Object.keys(description.results);
  const placeField = (label: string, name: "along" | "across"): JSX.Element => (
    <ChoiceField
      label={label}
      value={formatPlace(view[name])}
      choices={places.map((place) => ({ value: formatPlace(place), title: titleOfPlace(place, form.arguments) }))}
      set={(chosen) => {
        const place = places.find((one) => formatPlace(one) === chosen)!;
        change(
          name === "across"
            ? { across: place }
            : { along: place, ...rangeOf(description, { form: view.form, along: place }) },
        );
      }}
    />
  );
  return (
    <fieldset>
      <legend>Figure</legend>
      <ChoiceField
        label="kind"
        value={view.figure}
        choices={kinds.map((kind) => ({ value: kind, title: figureTitles[kind] }))}
        set={(figure) => change({ figure })}
      />
      {results.length === 1 ? null : (
        <ChoiceField
          label="result"
          value={view.result}
          choices={results.map(named)}
          set={(result) => change({ result })}
        />
      )}
      {view.figure === "simplex" ? null : placeField("along", "along")}
      {view.figure === "surface" ? placeField("and", "across") : null}
      {view.figure === "simplex" ? null : (
        <div class="pair">
          <NumberField label="from" value={view.from} set={(from) => change({ from })} />
          <NumberField label="to" value={view.to} set={(to) => change({ to })} />
        </div>
      )}
    </fieldset>
  );
}

function NumberField({
  label,
  value,
  set,
}: {
  readonly label: string;
  readonly value: number;
  readonly set: (value: number) => void;
}): JSX.Element {
  return (
    <Field label={label}>
      <input
        key={value}
        type="text"
        inputMode="decimal"
        defaultValue={String(value)}
        autocomplete="off"
        onChange={({ currentTarget }) => {
          const number = currentTarget.value.trim() === "" ? Number.NaN : Number(currentTarget.value);
          currentTarget.setAttribute("aria-invalid", String(!Number.isFinite(number)));
          if (Number.isFinite(number)) set(number);
        }}
      />
    </Field>
  );
}

const engines = engineNames.map((name): FieldChoice<EngineName> => ({
  ...named(name),
  hint: engineTable[name].summary,
}));

function EngineControls({ view, change }: ControlProperties): JSX.Element {
  return (
    <fieldset>
      <legend>Engine</legend>
      <ChoiceField label="computed by" value={view.engine} choices={engines} set={(engine) => change({ engine })} />
      <ChoiceField
        label="compared with"
        value={view.against ?? ""}
        choices={[{ value: "", title: "nothing" }, ...engines]}
        set={(against) => change({ against: against === "" ? undefined : against })}
      />
    </fieldset>
  );
}

function BesideControls({ view, description, change }: ControlProperties): JSX.Element | null {
  const names = description.forms[0]!.arguments.map(({ name }) => name);
  const references = names.includes("targets") && names.includes("predictions") ? Object.keys(referenceTitles) : [];
  const choices = [...references, ...description.companions];
  if (view.figure !== "curve" || view.form !== 0 || choices.length === 0) return null;
  return (
    <fieldset>
      <legend>Beside it</legend>
      <div class="companions">
        {choices.map((name) => (
          <label key={name} class="check">
            <input
              type="checkbox"
              checked={view.beside.includes(name)}
              onInput={({ currentTarget }) =>
                change({
                  beside: currentTarget.checked
                    ? [...view.beside, name]
                    : view.beside.filter((other) => other !== name),
                })
              }
            />
            {isReference(name) ? referenceTitles[name satisfies ReferenceName] : name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What can be chosen. */
interface FieldChoice<Value extends string> {
  readonly value: Value;
  readonly title: string;
  readonly hint?: string;
}

/** A choice that is called what it is. */
function named<Value extends string | number>(value: Value): FieldChoice<`${Value}`> {
  return { value: `${value}`, title: `${value}` };
}

interface ChoiceFieldProperties<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly FieldChoice<Value>[];
  readonly set: (value: Value) => void;
}

function ChoiceField<Value extends string>({ label, value, choices, set }: ChoiceFieldProperties<Value>): JSX.Element {
  return (
    <Field label={label}>
      <select value={value} onInput={({ currentTarget }) => set(currentTarget.value as Value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} title={choice.hint}>
            {choice.title}
          </option>
        ))}
      </select>
    </Field>
  );
}

function Field({ label, children }: { readonly label: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}
