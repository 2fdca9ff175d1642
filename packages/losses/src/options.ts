/** Which kinds of options are there, and how is a record of options read? */
import {
  type Axes,
  DTypeError,
  OutOfRangeError,
  type Tensor,
  type TensorLike,
  asTensor,
  check,
  describe,
  ndarray,
  normalizeAxes,
  toFloat,
} from "@symloss/core";
import { isRecord } from "@symloss/core/engine";
import { type ShapeOf, requireBroadcastTo } from "./check.ts";
import { unknownName } from "./names.ts";

/** An option: its kind, what it may be, and its default, where it has one. */
export type OptionDefinition = { readonly help?: string } & (
  | { readonly kind: "number"; readonly must?: Bound; readonly default: number }
  /** An integer from 1. */
  | { readonly kind: "count" }
  | { readonly kind: "choice"; readonly choices: readonly string[]; readonly default: string }
  /** Axes of an argument that has this shape; null for all. */
  | { readonly kind: "axes"; readonly shape: string; readonly default: Axes }
  /** A number, or an array or a tensor that broadcasts to this shape; as a tensor it has a gradient. */
  | { readonly kind: "tensor"; readonly shape: string; readonly must?: Bound; readonly default?: number }
);

/** What must hold of each element. */
export type Bound = "positive" | "nonNegative";

/** The options of a function, by name. */
export type OptionTable = Readonly<Record<string, OptionDefinition>>;

/** What is read for each option. */
export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]: OptionValue<Table[Name]> };

type OptionValue<Definition extends OptionDefinition> = Definition extends { readonly default: unknown }
  ? Given<Definition>
  : Given<Definition> | undefined;

type Given<Definition extends OptionDefinition> = Definition extends {
  readonly kind: "choice";
  readonly choices: readonly (infer Choice)[];
}
  ? Choice
  : ValueOfKind[Definition["kind"]];

interface ValueOfKind {
  readonly number: number;
  readonly count: number;
  readonly choice: string;
  readonly axes: Axes;
  readonly tensor: Tensor;
}

/** Of the arguments, what options depend on. */
export interface OptionContext {
  /** The function's name. */
  readonly caller: string;
  readonly shapeOf: ShapeOf;
  /** The dtype that a JavaScript number takes. */
  readonly precision: "float32" | "float64";
}

/** The record of options that was given. Throws, naming the function, for what is no record or holds an option that the table has not. */
export function givenOptions(caller: string, table: OptionTable, given: unknown): Readonly<Record<string, unknown>> {
  const options = given === undefined ? {} : given;
  if (!isRecord(options)) throw new DTypeError(`${caller}: options must be a record, got ${describe(given)}.`);
  const names = Object.keys(table);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new OutOfRangeError(unknownName(caller, "options", unknown, names));
  return options;
}

/** The options that were given as arrays, which take the dtype of what they meet. A number takes it when it is read. */
export function arrayOptions(
  table: OptionTable,
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, TensorLike>> {
  const given = Object.entries(options).filter(
    ([name, value]) => table[name]!.kind === "tensor" && value !== undefined && typeof value !== "number",
  );
  return Object.fromEntries(given) as Readonly<Record<string, TensorLike>>;
}

/**
 * The value of each option of the table: what was given, else the default. Throws, naming function and option, for what
 * can't be one.
 */
export function readOptions<Table extends OptionTable>(
  context: OptionContext,
  table: Table,
  options: Readonly<Record<string, unknown>>,
): OptionValues<Table> {
  const values = Object.entries(table).map(([name, definition]) => {
    const value = options[name] === undefined && "default" in definition ? definition.default : options[name];
    const read = readers[definition.kind] as (
      context: OptionContext,
      name: string,
      definition: OptionDefinition,
      value: unknown,
    ) => unknown;
    return [name, value === undefined ? undefined : read(context, name, definition, value)];
  });
  return Object.fromEntries(values) as OptionValues<Table>;
}

type Reader<Kind extends OptionDefinition["kind"]> = (
  context: OptionContext,
  name: string,
  definition: OptionDefinition & { readonly kind: Kind },
  value: unknown,
) => ValueOfKind[Kind];

const readers: { readonly [Kind in OptionDefinition["kind"]]: Reader<Kind> } = {
  number: ({ caller }, name, { must }, value) => {
    if (typeof value !== "number") throw new DTypeError(`${caller}: ${name} must be a number, got ${describe(value)}.`);
    return must === undefined ? value : requireBound(caller, name, must, value);
  },
  count: ({ caller }, name, _, value) => requireCount(caller, name, value),
  choice: ({ caller }, name, { choices }, value) => {
    if (choices.includes(value as string)) return value as string;
    const allowed = choices.map((choice) => JSON.stringify(choice)).join(", ");
    const got = typeof value === "string" ? JSON.stringify(value) : describe(value);
    throw new OutOfRangeError(`${caller}: ${name} must be one of ${allowed}, got ${got}.`);
  },
  axes: ({ caller, shapeOf }, name, { shape }, value) => {
    if (value !== null && typeof value !== "number" && !Array.isArray(value)) {
      throw new DTypeError(`${caller}: ${name} must be an integer, a list of them or null, got ${describe(value)}.`);
    }
    return normalizeAxes(caller, value as Axes, shapeOf(shape).length);
  },
  tensor: ({ caller, shapeOf, precision }, name, { shape, must, help }, value) => {
    if (typeof value === "number") {
      return asTensor(ndarray(must === undefined ? value : requireBound(caller, name, must, value), [], precision));
    }
    const tensor = toFloat(asTensor(value as TensorLike, caller, name));
    requireBroadcastTo(caller, name, tensor, shape, shapeOf(shape), help);
    return must === undefined ? tensor : check(caller, name, tensor, { kind: must });
  },
};

/** An integer from 1, or an `OutOfRangeError`. */
export function requireCount(caller: string, name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw new OutOfRangeError(`${caller}: ${name} must be an integer from 1, got ${describe(value)}.`);
}

const bounds: { readonly [B in Bound]: { readonly holds: (value: number) => boolean; readonly text: string } } = {
  positive: { holds: (value) => value > 0, text: "above 0" },
  nonNegative: { holds: (value) => value >= 0, text: "0 or above" },
};

function requireBound(caller: string, name: string, must: Bound, value: number): number {
  if (bounds[must].holds(value)) return value;
  throw new OutOfRangeError(`${caller}: ${name} must be ${bounds[must].text}, got ${value}.`);
}
