/** Which kinds of options are there, what may each be, and what is read for it? */
import {
  type Axes,
  DTypeError,
  OutOfRangeError,
  type Tensor,
  type TensorLike,
  asTensor,
  broadcastTo,
  check,
  describe,
  ndarray,
  normalizeAxes,
  notEqual,
  toFloat,
} from "@symloss/core";
import { type OptionRule, checkOptions, conditionOf, flagRule } from "@symloss/core/engine";
import { type ShapeOf, requireBroadcastTo } from "./check.ts";
import type { Elements, PlainCheck } from "./elements.ts";

/** An option: its kind, what it may be, and its default, where it has one. */
export type OptionDefinition = { readonly help?: string } & (
  | { readonly kind: "number"; readonly must?: Bound; readonly default?: number }
  /** Any integer. */
  | { readonly kind: "int"; readonly default?: number }
  /** An integer from 1. */
  | { readonly kind: "count"; readonly default?: number }
  | { readonly kind: "flag"; readonly default: boolean }
  | { readonly kind: "choice"; readonly choices: readonly Choice[]; readonly default: Choice }
  /** Axes of what has this shape; null for all, or for none. */
  | { readonly kind: "axes"; readonly shape: string; readonly default: Axes; readonly whenNull?: "all" | "none" }
  /** Where arguments and results have the axis of this name, which formulas have last. */
  | { readonly kind: "axis"; readonly of: string; readonly default: number }
  /** A number, or an array or a tensor that broadcasts to this shape; as a tensor it has a gradient. */
  | { readonly kind: "tensor"; readonly shape: string; readonly must?: Bound; readonly default?: number }
  /** An array or a tensor that has this shape, as an argument would; `[classes]` for a number of each class. */
  | ({ readonly kind: "array" } & ElementsOfShape)
  /** Booleans, or numbers of which 0 is false, that broadcast to this shape, which the formula is given them in. */
  | { readonly kind: "mask"; readonly shape: string }
);

/** The shape of an argument, and what its elements are. */
export interface ElementsOfShape {
  readonly shape: string;
  /** One for each of several shapes; default "float". */
  readonly elements?: Elements | readonly Elements[];
  /** The axis whose length class indices are below, or which lengths are at most; default "classes". */
  readonly of?: string;
  /** The int option whose value class indices may have too. */
  readonly except?: string;
  /** What is checked instead of what its kind of elements demands. */
  readonly check?: "none" | PlainCheck;
  /** A sentence of help for an element that fails its check. */
  readonly elementHelp?: string;
}

type Choice = string | number;

/** The kinds of options. */
export type Kind = OptionDefinition["kind"];
type OfKind<K extends Kind> = OptionDefinition & { readonly kind: K };

/** What must hold of each element. */
export type Bound = "positive" | "nonNegative" | "unitInterval" | "atLeastOne" | "aboveOne";

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
  readonly choices: readonly (infer Chosen)[];
}
  ? Chosen
  : Values[Definition["kind"]];

interface Read extends Readonly<Record<Kind, unknown>> {
  readonly number: number;
  readonly int: number;
  readonly count: number;
  readonly flag: boolean;
  readonly choice: Choice;
  readonly axes: Axes;
  readonly axis: number;
  readonly tensor: Tensor;
  readonly array: Tensor;
  readonly mask: Tensor;
}

interface Given extends Omit<Read, "tensor" | "array" | "mask"> {
  readonly tensor: TensorLike;
  readonly array: TensorLike;
  readonly mask: TensorLike;
}

/** Of the arguments, what options depend on. */
export interface OptionContext {
  /** The function's name. */
  readonly caller: string;
  readonly shapeOf: ShapeOf;
  /** The tensor that was given for an axis-wise option of that shape, with its axes where formulas have them. */
  readonly arrange?: (tensor: Tensor, shape: string) => Tensor;
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

/** What a value of the option must be; of arrays that is known only when they are read. */
export function rulesOf<K extends Kind>(definition: OfKind<K>): readonly OptionRule[] {
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

/** Any integer. */
export const intRule: OptionRule = {
  must: "an integer",
  holds: Number.isSafeInteger,
  error: OutOfRangeError,
  show: describe,
};

const axesRule: OptionRule = {
  must: "an integer, a list of them or null",
  holds: (value) => value === null || typeof value === "number" || Array.isArray(value),
  error: DTypeError,
  show: describe,
};

const axisRule: OptionRule = {
  must: "an integer",
  holds: (value) => typeof value === "number",
  error: DTypeError,
  show: describe,
};

const kindRules: { readonly [K in Kind]: (definition: OfKind<K>) => readonly OptionRule[] } = {
  number: ({ must }) => [numberRule, ...boundRules(must)],
  int: () => [intRule],
  count: () => [countRule],
  flag: () => [{ ...flagRule, show: describe }],
  choice: ({ choices }) => [
    {
      must: `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`,
      holds: (value) => choices.includes(value as Choice),
      error: OutOfRangeError,
    },
  ],
  axes: () => [axesRule],
  axis: () => [axisRule],
  tensor: ({ must }) => boundRules(must),
  // Shapes and elements are checked with those of the arguments.
  array: () => [],
  mask: () => [],
};

/** Whether a number is within a bound. */
export const bounds: { readonly [B in Bound]: (value: number) => boolean } = {
  positive: (value) => value > 0,
  nonNegative: (value) => value >= 0,
  unitInterval: (value) => value >= 0 && value <= 1,
  atLeastOne: (value) => value >= 1,
  aboveOne: (value) => value > 1,
};

/** Of a number; an array's elements are checked when their values are known. */
function boundRules(must: Bound | undefined): readonly OptionRule[] {
  if (must === undefined) return [];
  const text = conditionOf({ kind: must });
  return [{ must: text, holds: (value) => typeof value !== "number" || bounds[must](value), error: OutOfRangeError }];
}

/** The tensor options that were given as arrays, which take the dtype of what they meet. A number takes it when it is read. */
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
  number: asGiven,
  int: asGiven,
  count: asGiven,
  flag: asGiven,
  choice: asGiven,
  axes: ({ caller, shapeOf }, _, { shape, whenNull }, value) =>
    value === null && whenNull === "none" ? [] : normalizeAxes(caller, value as Axes, shapeOf(shape).length),
  axis: asGiven,
  tensor: (context, name, { must, ...definition }, value) => {
    if (typeof value === "number") return asTensor(ndarray(value, [], context.precision));
    const tensor = readBroadcast(
      context,
      name,
      definition,
      toFloat(asTensor(value as TensorLike, context.caller, name)),
    );
    return must === undefined ? tensor : check(context.caller, name, tensor, { kind: must });
  },
  array: asGiven,
  mask: (context, name, definition, value) =>
    broadcastTo(
      toBool(readBroadcast(context, name, definition, asTensor(value as TensorLike, context.caller, name))),
      context.shapeOf(definition.shape),
    ),
};

/** Whether each element is not 0. */
export function toBool(tensor: Tensor): Tensor {
  return tensor.dtype === "bool" ? tensor : notEqual(tensor, 0);
}

function asGiven<Value>(_context: OptionContext, _name: string, _definition: unknown, value: unknown): Value {
  return value as Value;
}

function readBroadcast(
  { caller, shapeOf, arrange }: OptionContext,
  name: string,
  { shape, help }: { readonly shape: string; readonly help?: string },
  given: Tensor,
): Tensor {
  const tensor = arrange?.(given, shape) ?? given;
  requireBroadcastTo(caller, name, tensor, shape, shapeOf(shape), help);
  return tensor;
}
