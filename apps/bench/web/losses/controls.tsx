/** With what does one choose what the room shows? */
import type { OptionDefinition } from "@symloss/losses";
import type { ComponentChildren } from "preact";
import type { JSX } from "preact/compat";
import { type EngineName, engineNames, engineTable } from "../engines.ts";
import type { ArgumentDescription, LossDescription } from "./description.ts";
import { isReference, type ReferenceName, referenceTitles } from "./reference-names.ts";
import {
  type FigureKind,
  type View,
  figureTitles,
  figuresOf,
  formatPlace,
  placesOf,
  rangeOf,
  titleOfPlace,
} from "./view.ts";

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
    return (
      <Field label={name}>
        <select name={name} value={text || usual} onInput={(event) => set(event.currentTarget.value)}>
          {definition.choices.map((choice) => (
            <option key={String(choice)} value={String(choice)}>
              {String(choice)}
            </option>
          ))}
        </select>
      </Field>
    );
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
        <Field label="shapes">
          <select value={String(view.form)} onInput={(event) => change({ form: Number(event.currentTarget.value) })}>
            {description.forms.map(({ title }, index) => (
              <option key={title} value={String(index)}>
                {title}
              </option>
            ))}
          </select>
        </Field>
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
  const placeSelect = (label: string, name: "along" | "across"): JSX.Element => (
    <Field label={label}>
      <select
        value={formatPlace(view[name])}
        onInput={({ currentTarget }) => {
          const place = places.find((one) => formatPlace(one) === currentTarget.value)!;
          change(
            name === "across"
              ? { across: place }
              : { along: place, ...rangeOf(description, { form: view.form, along: place }) },
          );
        }}
      >
        {places.map((place) => (
          <option key={formatPlace(place)} value={formatPlace(place)}>
            {titleOfPlace(place, form.arguments)}
          </option>
        ))}
      </select>
    </Field>
  );
  return (
    <fieldset>
      <legend>Figure</legend>
      <Field label="kind">
        <select value={view.figure} onInput={(event) => change({ figure: event.currentTarget.value as FigureKind })}>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {figureTitles[kind]}
            </option>
          ))}
        </select>
      </Field>
      {results.length === 1 ? null : (
        <Field label="result">
          <select value={view.result} onInput={(event) => change({ result: event.currentTarget.value })}>
            {results.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </Field>
      )}
      {view.figure === "simplex" ? null : placeSelect("along", "along")}
      {view.figure === "surface" ? placeSelect("and", "across") : null}
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

function EngineControls({ view, change }: ControlProperties): JSX.Element {
  return (
    <fieldset>
      <legend>Engine</legend>
      <Field label="computed by">
        <select value={view.engine} onInput={(event) => change({ engine: event.currentTarget.value as EngineName })}>
          {engineNames.map((name) => (
            <option key={name} value={name} title={engineTable[name].summary}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Field label="compared with">
        <select
          value={view.against ?? ""}
          onInput={({ currentTarget }) => change({ against: engineNames.find((name) => name === currentTarget.value) })}
        >
          <option value="">nothing</option>
          {engineNames.map((name) => (
            <option key={name} value={name} title={engineTable[name].summary}>
              {name}
            </option>
          ))}
        </select>
      </Field>
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

function Field({ label, children }: { readonly label: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}
