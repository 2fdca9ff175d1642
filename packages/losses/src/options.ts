/** Which kinds of options are there, what may each be, and what is read for it? */
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
import { type OptionRule, checkOptions } from "@symloss/core/engine";
import { type ShapeOf, requireBroadcastTo } from "./check.ts";

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

type Kind = OptionDefinition["kind"];
type OfKind<K extends Kind> = OptionDefinition & { readonly kind: K };

/** What must hold of each element. */
export type Bound = "positive" | "nonNegative";

/** The options of a function, by name. */
export type OptionTable = Readonly<Record<string, OptionDefinition>>;

/** What a caller may give for each option. */
export type GivenOptions<Table extends OptionTable> = {
  readonly [Name in keyof Table]?: ValueOf<Table[Name], Given> | undefined;
};

/** What is read for each option. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends { readonly default: unknown }
    ? ValueOf<Table[Name], Read>
    : ValueOf<Table[Name], Read> | undefined;
};

type ValueOf<Definition extends OptionDefinition, Values extends Readonly<Record<Kind, unknown>>> = Definition extends {
  readonly kind: "choice";
  readonly choices: readonly (infer Choice)[];
}
  ? Choice
  : Values[Definition["kind"]];

interface Read extends Readonly<Record<Kind, unknown>> {
  readonly number: number;
  readonly count: number;
  readonly choice: string;
  readonly axes: Axes;
  readonly tensor: Tensor;
}

interface Given extends Omit<Read, "tensor"> {
  readonly tensor: TensorLike;
}

/** Of the arguments, what options depend on. */
export interface OptionContext {
  /** The function's name. */
  readonly caller: string;
  readonly shapeOf: ShapeOf;
  /** The dtype that a JavaScript number takes. */
  readonly precision: "float32" | "float64";
}

/**
 * The given record of options. Throws, naming the function, if it is not a record, or if an option is unknown or has a value that is
 * not allowed; arrays are checked when they are read.
 */
export function givenOptions(caller: string, table: OptionTable, given: unknown): Readonly<Record<string, unknown>> {
  const rules = Object.entries(table).map(([name, definition]) => [name, rulesOf(definition)] as const);
  return checkOptions(caller, given, Object.fromEntries(rules));
}

function rulesOf<K extends Kind>(definition: OfKind<K>): readonly OptionRule[] {
  const rules: (definition: OfKind<K>) => readonly OptionRule[] = kindRules[definition.kind];
  return rules(definition);
}

/** An integer from 1. */
export const countRule: OptionRule = {
  must: "an integer from 1",
  holds: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  error: OutOfRangeError,
  show: describe,
};

const numberRule: OptionRule = {
  must: "a number",
  holds: (value) => typeof value === "number",
  error: DTypeError,
  show: describe,
};

const axesRule: OptionRule = {
  must: "an integer, a list of them or null",
  holds: (value) => value === null || typeof value === "number" || Array.isArray(value),
  error: DTypeError,
  show: describe,
};

const kindRules: { readonly [K in Kind]: (definition: OfKind<K>) => readonly OptionRule[] } = {
  number: ({ must }) => [numberRule, ...boundRules(must)],
  count: () => [countRule],
  choice: ({ choices }) => [
    {
      must: `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`,
      holds: (value) => choices.includes(value as string),
      error: OutOfRangeError,
    },
  ],
  axes: () => [axesRule],
  tensor: ({ must }) => boundRules(must),
};

const bounds: { readonly [B in Bound]: { readonly holds: (value: number) => boolean; readonly text: string } } = {
  positive: { holds: (value) => value > 0, text: "above 0" },
  nonNegative: { holds: (value) => value >= 0, text: "0 or above" },
};

/** Of a number; an array's elements are checked when their values are known. */
function boundRules(must: Bound | undefined): readonly OptionRule[] {
  if (must === undefined) return [];
  const { holds, text } = bounds[must];
  return [{ must: text, holds: (value) => typeof value !== "number" || holds(value), error: OutOfRangeError }];
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
 * The value of each option of the table: the given one, else the default. Throws, naming function and option, if axes, shapes or
 * elements are not allowed.
 */
export function readOptions<Table extends OptionTable>(
  context: OptionContext,
  table: Table,
  options: Readonly<Record<string, unknown>>,
): OptionValues<Table> {
  const values = Object.entries(table).map(([name, definition]) => {
    const value = options[name] === undefined && "default" in definition ? definition.default : options[name];
    return [name, value === undefined ? undefined : readOption(context, name, definition, value)];
  });
  return Object.fromEntries(values) as OptionValues<Table>;
}

function readOption<K extends Kind>(
  context: OptionContext,
  name: string,
  definition: OfKind<K>,
  value: unknown,
): Read[K] {
  const read: Reader<K> = readers[definition.kind];
  return read(context, name, definition, value);
}

type Reader<K extends Kind> = (context: OptionContext, name: string, definition: OfKind<K>, value: unknown) => Read[K];

const readers: { readonly [K in Kind]: Reader<K> } = {
  number: (_context, _name, _definition, value) => value as number,
  count: (_context, _name, _definition, value) => value as number,
  choice: (_context, _name, _definition, value) => value as string,
  axes: ({ caller, shapeOf }, _, { shape }, value) => normalizeAxes(caller, value as Axes, shapeOf(shape).length),
  tensor: ({ caller, shapeOf, precision }, name, { shape, must, help }, value) => {
    if (typeof value === "number") return asTensor(ndarray(value, [], precision));
    const tensor = toFloat(asTensor(value as TensorLike, caller, name));
    requireBroadcastTo(caller, name, tensor, shape, shapeOf(shape), help);
    return must === undefined ? tensor : check(caller, name, tensor, { kind: must });
  },
};
