/** What is raced in a browser, and how does a link say it? `workloads=W1,W4&engines=wasm,gpu&sizes=sweep:131072` */
import { type Residence, residences } from "../contenders/residence.ts";
import { type Lengths, usualLengths } from "../measure/lengths.ts";
import { type PageEngineName, type PageRivalName, pageEngineNames, pageRivalNames } from "./participants.ts";
import { largestSize, mostRounds, mostSeconds, sweepSizes, usualRounds, usualSeconds } from "./plan.ts";

/** What is raced, by whom. */
export interface RaceChoice {
  /** Names of workloads, or of groups of them. */
  readonly workloads: readonly string[];
  readonly engines: readonly PageEngineName[];
  readonly beside: readonly PageRivalName[];
  readonly arrays: readonly Residence[];
  /** The entry to compare with; empty for loops by hand, or whoever is first. */
  readonly against: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly sizes: Sizes;
  /** Those that are not the usual ones. */
  readonly lengths: Lengths;
}

/** How many elements the largest input of a workload has. */
export type Sizes =
  | { readonly kind: "own" }
  | { readonly kind: "these"; readonly elements: readonly number[] }
  | { readonly kind: "sweep"; readonly upTo: number };

/** Part of a choice, by its name in a link. */
export type ChoiceField = keyof RaceChoice;

/** How a part of a choice is written. */
interface FieldRow<Value> {
  readonly usual: Value;
  /** Throws `RangeError`, beginning with the name of the field, for a text that is no value. */
  readonly parse: (text: string, field: string) => Value;
  readonly format: (value: Value) => string;
}

const fields: { readonly [Field in ChoiceField]: FieldRow<RaceChoice[Field]> } = {
  workloads: { usual: ["W1", "W4", "W9"], parse: workloadNames, format: joined },
  engines: { usual: ["wasm", "cpu", "onnx", "gpu"], parse: namesAmong(pageEngineNames), format: joined },
  beside: { usual: ["hand"], parse: namesAmong(pageRivalNames), format: joined },
  arrays: { usual: residences, parse: namesAmong(residences), format: joined },
  against: { usual: "", parse: (text) => text, format: (value) => value },
  rounds: { usual: usualRounds, parse: upTo(mostRounds), format: String },
  seconds: { usual: usualSeconds, parse: upTo(mostSeconds), format: String },
  sizes: { usual: { kind: "own" }, parse: parseSizes, format: formatSizes },
  lengths: { usual: {}, parse: parseLengths, format: formatLengths },
};

const fieldNames = Object.keys(fields) as readonly ChoiceField[];

/** What a link chooses. */
export interface ParsedChoice {
  readonly choice: RaceChoice;
  /** What is wrong with the text of a field, for which its usual value stands. */
  readonly faults: Readonly<Partial<Record<ChoiceField, string>>>;
}

/** The choice that the parameters of a link say; what they leave out is as usual. */
export function parseChoice(parameters: URLSearchParams): ParsedChoice {
  const faults: Partial<Record<ChoiceField, string>> = {};
  const entries = fieldNames.map((name) => {
    const text = parameters.get(name);
    const { usual, parse } = fields[name];
    if (text === null) return [name, usual];
    try {
      return [name, parse(text.trim(), name)];
    } catch (error) {
      faults[name] = (error as Error).message;
      return [name, usual];
    }
  });
  const choice = Object.fromEntries(entries) as unknown as RaceChoice;
  // Each of these lists is a value, so that a form can show it, but there is no race without.
  if (choice.workloads.length === 0) faults.workloads ??= "A workload must be chosen, got none.";
  if (choice.engines.length + choice.beside.length === 0) faults.engines ??= "Somebody must take part, got nobody.";
  if (choice.engines.length > 0 && choice.arrays.length === 0) {
    faults.arrays ??= "An engine's arrays must be somewhere, got nowhere.";
  }
  return { choice, faults };
}

/** The text of a field: the one that the parameters have, or the usual one. */
export function textOf(parameters: URLSearchParams, field: ChoiceField): string {
  const { usual, format } = fields[field] as FieldRow<unknown>;
  return parameters.get(field) ?? format(usual);
}

/** The parameters with another text of a field; a usual one is left out. */
export function withText(parameters: URLSearchParams, field: ChoiceField, text: string): URLSearchParams {
  const { usual, format } = fields[field] as FieldRow<unknown>;
  const changed = new URLSearchParams(parameters);
  if (text === format(usual)) changed.delete(field);
  else changed.set(field, text);
  return changed;
}

/** The parameters with another value of a field. */
export function withValue<Field extends ChoiceField>(
  parameters: URLSearchParams,
  field: Field,
  value: RaceChoice[Field],
): URLSearchParams {
  return withText(parameters, field, fields[field].format(value));
}

/** The parameters of a link that says the choice. */
export function formatChoice(choice: RaceChoice): URLSearchParams {
  return fieldNames.reduce((parameters, name) => withValue(parameters, name, choice[name]), new URLSearchParams());
}

/** The number of elements of each measurement of a workload; undefined is its own. */
export function sizesOf(sizes: Sizes): readonly (number | undefined)[] {
  switch (sizes.kind) {
    case "own":
      return [undefined];
    case "these":
      return sizes.elements;
    case "sweep":
      return sweepSizes.filter((size) => size <= sizes.upTo);
  }
}

type Parse<Value> = FieldRow<Value>["parse"];

/** A comma before a space belongs to the name of a loss: `accuracy predictions [batch, classes]`. */
function workloadNames(text: string): readonly string[] {
  return [...new Set(text.split(/,(?! )/).filter((name) => name !== ""))];
}

function words(text: string): readonly string[] {
  const trimmed = text.split(",").map((word) => word.trim());
  return [...new Set(trimmed.filter((word) => word !== ""))];
}

function joined(names: readonly string[]): string {
  return names.join(",");
}

function namesAmong<Name extends string>(known: readonly Name[]): Parse<readonly Name[]> {
  return (text, field) => {
    const given = words(text);
    const surplus = given.find((word) => !known.some((name) => name === word));
    if (surplus !== undefined) {
      throw new RangeError(`${field} must be among ${known.join(", ")}, got ${JSON.stringify(surplus)}.`);
    }
    return known.filter((name) => given.includes(name));
  };
}

function upTo(largest: number): Parse<number> {
  return (text, field) => {
    const value = /^\d+$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= largest) return value;
    throw new RangeError(
      `${field} must be a whole number from 1 to ${largest.toLocaleString("en-US")}, got ${JSON.stringify(text)}.`,
    );
  };
}

const size = upTo(largestSize);
const sweepPrefix = "sweep:";

function parseSizes(text: string, field: string): Sizes {
  if (text === "own") return { kind: "own" };
  if (text.startsWith(sweepPrefix)) return { kind: "sweep", upTo: size(text.slice(sweepPrefix.length), field) };
  return { kind: "these", elements: [...new Set(text.split(",").map((word) => size(word.trim(), field)))] };
}

function formatSizes(sizes: Sizes): string {
  switch (sizes.kind) {
    case "own":
      return "own";
    case "these":
      return sizes.elements.join(",");
    case "sweep":
      return `${sweepPrefix}${sizes.upTo}`;
  }
}

function parseLengths(text: string, field: string): Lengths {
  const known = Object.keys(usualLengths);
  return Object.fromEntries(
    words(text).map((pair) => {
      const [name = "", value = ""] = pair.split(":");
      if (!known.includes(name)) {
        throw new RangeError(`${field} must be of ${known.join(", ")}, as in batch:64, got ${JSON.stringify(pair)}.`);
      }
      return [name, size(value, `${field} of ${name}`)];
    }),
  );
}

function formatLengths(lengths: Lengths): string {
  return Object.entries(lengths)
    .map(([name, value]) => `${name}:${value}`)
    .join(",");
}
