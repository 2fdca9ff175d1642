/** How does the text of an option become its value? */
import type { OptionDefinition } from "@symloss/losses";
import { Failure } from "./failure.ts";
import { didYouMean } from "./meant.ts";

/** The value of an option of a loss. Throws `Failure` if the text is none of its kind. */
export function readOption<K extends OptionDefinition["kind"]>(name: string, text: string, option: OfKind<K>): unknown {
  const read: (name: string, text: string, option: OfKind<K>) => unknown = readers[option.kind];
  return read(name, text, option);
}

type OfKind<K extends OptionDefinition["kind"]> = OptionDefinition & { readonly kind: K };

const readers: {
  readonly [K in OptionDefinition["kind"]]: (name: string, text: string, option: OfKind<K>) => unknown;
} = {
  number: readNumber,
  int: readNumber,
  count: readNumber,
  tensor: readNumber,
  axis: readNumber,
  flag: readFlag,
  choice: (name, text, { choices }) => readChoice(name, text, choices),
  axes: (name, text) => (text === "null" ? null : text.split(",").map((axis) => readNumber(name, axis))),
  array: readList,
  mask: (name, text) => text.split(",").map((element) => readFlag(name, element)),
};

/** A number. Throws `Failure` if the text is none. */
export function readNumber(name: string, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!Number.isNaN(value)) return value;
  throw new Failure(`--${name} must be a number, got ${JSON.stringify(text)}.`);
}

/** One of the choices. Throws `Failure` if the text is none. */
export function readChoice<Choice extends string | number>(
  name: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const chosen = choices.find((choice) => String(choice) === text);
  if (chosen !== undefined) return chosen;
  const help = didYouMean(text, choices.map(String));
  throw new Failure(`--${name} must be ${formatChoices(choices)}, got ${JSON.stringify(text)}.${help}`);
}

/** `none, sum or mean` */
export function formatChoices(choices: readonly (string | number)[]): string {
  const last = choices.at(-1)!;
  return choices.length === 1 ? String(last) : `${choices.slice(0, -1).join(", ")} or ${last}`;
}

function readFlag(name: string, text: string): boolean {
  return readChoice(name, text, ["true", "false"]) === "true";
}

/** An array of one axis. */
function readList(name: string, text: string): readonly number[] {
  return text.split(",").map((element) => readNumber(name, element));
}
