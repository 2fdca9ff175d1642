/**
 * What is a loss? A formula with a name, named arguments, options and results, so that messages and lists can name
 * them.
 */
import { ShapeError, type Tensor, type TensorLike, asTensor, asTensors, check, describe, toFloat } from "@symloss/core";
import { isRecord, requireRule, unknownName } from "@symloss/core/engine";
import { type Role, bindShapes, rolesOf } from "./check.ts";
import { type Elements, isFloatKind } from "./elements.ts";
import {
  type GivenOptions,
  type OptionTable,
  type OptionValues,
  arrayOptions,
  countRule,
  givenOptions,
  readOptions,
} from "./options.ts";

/**
 * A loss, called by position or by name: `huber(targets, predictions)`, `huber({ targets, predictions }, { delta: 0.5
 * })`.
 */
export interface Loss<Positional extends readonly unknown[], Named, Options, Result = Tensor> {
  /** What the loss is called with and what it returns, as data. */
  readonly definition: LossDefinition;
  (named: Named, options?: Options): Result;
  (...args: [...positional: Positional, options?: Options]): Result;
}

/** The arguments of a loss by name: `ArgumentsOf<typeof huber>`. */
export type ArgumentsOf<L> =
  L extends Loss<infer _P extends readonly unknown[], infer Named, infer _O, infer _R> ? Named : never;

/** The options of a loss: `OptionsOf<typeof huber>`. */
export type OptionsOf<L> =
  L extends Loss<infer _P extends readonly unknown[], infer _N, infer Options, infer _R> ? Options : never;

/** What a loss is called with and what it returns. */
export interface LossDefinition {
  readonly name: string;
  /** In the order in which they are given by position. */
  readonly arguments: readonly ArgumentDefinition[];
  /** Whether the axes that `..` stands for broadcast; otherwise they are the same in all arguments. */
  readonly broadcasts: boolean;
  readonly options: OptionTable;
  /**
   * The shape of each result: `{ loss: "[..]" }`. A single result is returned bare, several in a record of these names.
   */
  readonly results: Readonly<Record<string, string>>;
}

/** An argument of a loss. */
export interface ArgumentDefinition {
  readonly name: string;
  /** `[.., classes]`, or one of several: `[batch] or [batch, classes]`. */
  readonly shape: string;
  /** What its elements are, in the first of its forms. */
  readonly elements: Elements;
  /** Each shape that it may have, with what its elements are then. */
  readonly forms: readonly ArgumentForm[];
  /** Whether the loss has a gradient with respect to it. */
  readonly differentiable: boolean;
  /** A sentence of help for a wrong shape. */
  readonly help?: string;
}

/** A shape, and what the elements of an argument of that shape are. */
export interface ArgumentForm extends Role {
  readonly elements: Elements;
}

/** What a loss is made of besides its formula. */
export interface LossDeclaration {
  readonly name: string;
  /** In the order in which they are given by position. */
  readonly arguments: Readonly<Record<string, ArgumentDeclaration>>;
  readonly broadcasts?: boolean;
  readonly options: OptionTable;
  readonly results: Readonly<Record<string, string>>;
}

/** The shape of an argument, and its elements if they are not arbitrary floats: a list of pairs if it may have several shapes. */
type ArgumentDeclaration =
  | string
  | { readonly shape: string; readonly elements?: Elements | readonly Elements[]; readonly help?: string };

/** Tensors for the arguments in their order, a number for a count; then the options, if there are any. */
type Formula = (...args: never[]) => object;

/**
 * The loss that a declaration and a formula make: the parameters of the formula name what is given by position. It is taken apart and
 * put together again so that an editor shows arguments and options, and not what they were derived from.
 */
export type LossOf<Declaration extends LossDeclaration, F extends Formula> =
  Parts<Declaration, F> extends readonly [infer P extends readonly unknown[], infer N, infer Options, infer Result]
    ? Loss<P, N, Options, Result>
    : never;

type Parts<Declaration extends LossDeclaration, F extends Formula> = readonly [
  Positional<F>,
  Shown<Named<Declaration["arguments"]>>,
  keyof Declaration["options"] extends never ? NoOptions : Shown<GivenOptions<Declaration["options"]>>,
  ReturnType<F>,
];

/** The same record, written so that an editor shows it property by property. */
type Shown<Properties> = Properties extends infer P ? { readonly [Name in keyof P]: P[Name] } : never;

type Positional<F extends Formula> =
  Parameters<F> extends readonly [...infer Operands, infer Last]
    ? Last extends Tensor | number
      ? Likes<Parameters<F>>
      : Likes<Operands>
    : never;

type Likes<Operands extends readonly unknown[]> = {
  [Index in keyof Operands]: Operands[Index] extends number ? number : TensorLike;
};

type Named<Arguments> = {
  readonly [Name in keyof Arguments]: Arguments[Name] extends { readonly elements: "count" } ? number : TensorLike;
};

/** The options of a loss that has none. */
export type NoOptions = Readonly<Record<string, never>>;

/** What a formula is given for the options of a declaration. */
export type OptionsFor<Declaration extends LossDeclaration> = OptionValues<Declaration["options"]>;

/**
 * Makes a loss of its declaration and its formula. The formula is given tensors that are of float dtype, but for class
 * indices, and whose shapes fit; and each option, or its default.
 */
export function defineLoss<const Declaration extends LossDeclaration, F extends Formula>(
  declaration: Declaration,
  formula: F,
): LossOf<Declaration, F> {
  const definition = describeLoss(declaration);
  const { name: caller, arguments: wanted, options: table, broadcasts } = definition;
  const loss = (...given: readonly unknown[]): unknown => {
    const { values, options: record } = takeArguments(definition, given);
    const options = givenOptions(caller, table, record);
    const { operands, met } = toOperands(caller, wanted, values, arrayOptions(table, options));
    const shaped = wanted.flatMap((argument, index) => {
      const tensor = operands[index]!;
      return typeof tensor === "number" ? [] : [{ ...argument, tensor }];
    });
    const shapeOf = bindShapes(caller, shaped, broadcasts);
    const all = [...shaped.map(({ tensor }) => tensor), ...Object.values(met)];
    const precision = all.some(({ dtype }) => dtype === "float64") ? "float64" : "float32";
    const read = readOptions({ caller, shapeOf, precision }, table, { ...options, ...met });
    return formula(...([...operands, read] as never[]));
  };
  return Object.assign(loss, { definition }) as unknown as LossOf<Declaration, F>;
}

function describeLoss({ name, arguments: declared, broadcasts = false, ...rest }: LossDeclaration): LossDefinition {
  const list = Object.entries(declared).map(([argument, value]): ArgumentDefinition => {
    const { shape, elements = "float", ...help } = typeof value === "string" ? { shape: value } : value;
    const roles = rolesOf(shape);
    const kinds = typeof elements === "string" ? roles.map(() => elements) : elements;
    const forms = roles.map((role, index) => ({ ...role, elements: kinds[index]! }));
    const differentiable = kinds.every(isFloatKind);
    return { name: argument, shape, elements: kinds[0]!, forms, differentiable, ...help };
  });
  return { name, arguments: list, broadcasts, ...rest };
}

/** The argument values in order, and the record of options, from a call by position or by name. */
function takeArguments(definition: LossDefinition, given: readonly unknown[]): { values: unknown[]; options: unknown } {
  const { name: caller, arguments: wanted } = definition;
  const names = wanted.map(({ name }) => name);
  const record = isRecord(given[0]) ? given[0] : undefined;
  const most = record === undefined ? names.length : 1;
  if (given.length > most + 1) {
    const before = record === undefined ? names.join(", ") : "a record of arguments";
    throw new ShapeError(`${caller}: after ${before} only options may follow, got ${given.length} arguments.`);
  }
  const unknown = Object.keys(record ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new ShapeError(unknownName(caller, "arguments", unknown, names));
  const values = names.map((name, index) => (record === undefined ? given[index] : record[name]));
  const missing = values.indexOf(undefined);
  if (missing !== -1) {
    const got = record === undefined ? `${given.length} argument${given.length === 1 ? "" : "s"}` : describe(record);
    throw new ShapeError(
      `${caller}: ${names[missing]} must be given, got ${got}. The arguments are ${names.join(", ")}.`,
    );
  }
  return { values, options: given[most] };
}

/** Floats of one dtype, which options that are arrays share; class indices as they came; counts as numbers. */
function toOperands(
  caller: string,
  wanted: readonly ArgumentDefinition[],
  values: readonly unknown[],
  options: Readonly<Record<string, TensorLike>>,
): { operands: readonly (Tensor | number)[]; met: Readonly<Record<string, Tensor>> } {
  const given = wanted.map(({ name }, index) => [name, values[index] as TensorLike] as const);
  const floats = given.filter((_, index) => wanted[index]!.differentiable);
  const meeting = { ...Object.fromEntries(floats), ...options };
  const tensors = asTensors(caller, meeting).map(toFloat);
  const met = Object.fromEntries(Object.keys(meeting).map((name, index) => [name, tensors[index]!]));
  const operands = wanted.map(({ name, elements, differentiable }, index) => {
    if (elements === "count") return requireCount(caller, name, values[index]);
    if (!differentiable) return asTensor(values[index] as TensorLike, caller, name);
    return elements === "positive" ? check(caller, name, met[name]!, { kind: "positive" }) : met[name]!;
  });
  return { operands, met: Object.fromEntries(Object.keys(options).map((name) => [name, met[name]!])) };
}

function requireCount(caller: string, name: string, value: unknown): number {
  requireRule(caller, name, countRule, value);
  return value as number;
}
