/**
 * What is a loss? A formula with a name, named arguments, options and results, so that messages and lists can name
 * them.
 */
import { ShapeError, type Tensor, type TensorLike, asTensor, asTensors, check, describe, toFloat } from "@symloss/core";
import { isRecord } from "@symloss/core/engine";
import { type ArgumentShape, bindShapes } from "./check.ts";
import { unknownName } from "./names.ts";
import {
  type OptionDefinition,
  type OptionTable,
  type OptionValues,
  arrayOptions,
  givenOptions,
  readOptions,
  requireCount,
} from "./options.ts";

/**
 * A loss, called by position or by name: `huber(targets, predictions)`, `huber({ targets, predictions }, { delta: 0.5
 * })`.
 */
export interface Loss<Positional extends readonly unknown[], Named, Options, Result = Tensor> {
  /** What the loss is called with and what it gives, as data. */
  readonly definition: LossDefinition;
  (named: Named, options?: Options): Result;
  (...args: [...positional: Positional, options?: Options]): Result;
}

/** What a loss is called with and what it gives. */
export interface LossDefinition {
  readonly name: string;
  /** In the order in which they are given by position. */
  readonly arguments: readonly ArgumentDefinition[];
  /** Whether the axes that `..` stands for broadcast; else they are the same in all arguments. */
  readonly broadcasts: boolean;
  readonly options: Readonly<Record<string, OptionDefinition>>;
  /**
   * The shape of each result: `{ loss: "[..]" }`. A single result is returned bare, several in a record of these names.
   */
  readonly results: Readonly<Record<string, string>>;
}

/** An argument of a loss. */
export interface ArgumentDefinition extends ArgumentShape {
  /** What its elements are. */
  readonly elements: Elements;
  /** Whether the loss has a gradient with respect to it. */
  readonly differentiable: boolean;
}

/**
 * What the elements of an argument are: any float; a float above 0, which is checked where it comes from the host;
 * an integer from 0, one for each class; or no array at all but a JavaScript integer from 1.
 */
export type Elements = "float" | "positive" | "classIndex" | "count";

/** An argument as a loss declares it: its shape, and where they are not floats its elements. */
type ArgumentDeclaration = string | { readonly shape: string; readonly elements?: Elements; readonly help?: string };

/** What a formula is given in place of the arguments. */
type Operands<Named> = { readonly [Name in keyof Named]: Named[Name] extends number ? number : Tensor };

interface Declaration<Named, Options, Table> {
  readonly name: string;
  readonly arguments: { readonly [Name in keyof Named]: ArgumentDeclaration };
  readonly broadcasts?: boolean;
  readonly options: Table & { readonly [Name in keyof Options]-?: OptionDefinition };
  readonly results: Readonly<Record<string, string>>;
}

/** The options of a loss that has none. */
export type NoOptions = Readonly<Record<string, never>>;

/**
 * Makes a loss of its declaration and its formula. The formula is given tensors that are of float dtype, but for class
 * indices, and whose shapes fit; and each option, or its default.
 */
export function defineLoss<
  Positional extends readonly unknown[],
  Named,
  Options,
  Result,
  const Table extends OptionTable,
>(
  declaration: Declaration<NoInfer<Named>, NoInfer<Options>, Table>,
  formula: (operands: Operands<NoInfer<Named>>, options: OptionValues<Table>) => Result,
): Loss<Positional, Named, Options, Result> {
  const definition = describeLoss(declaration);
  const { name: caller, arguments: wanted, broadcasts } = definition;
  const loss = (...given: readonly unknown[]): Result => {
    const { values, options: record } = takeArguments(definition, given);
    const options = givenOptions(caller, declaration.options, record);
    const arrays = arrayOptions(declaration.options, options);
    const { operands, met } = toOperands(caller, wanted, values, arrays);
    const shaped = wanted.flatMap((argument) => {
      const tensor = operands[argument.name]!;
      return typeof tensor === "number" ? [] : [{ ...argument, tensor }];
    });
    const shapeOf = bindShapes(caller, shaped, broadcasts);
    const all = [...shaped.map(({ tensor }) => tensor), ...Object.values(met)];
    const precision = all.some(({ dtype }) => dtype === "float64") ? "float64" : "float32";
    return formula(
      operands as Operands<Named>,
      readOptions({ caller, shapeOf, precision }, declaration.options, { ...options, ...met }),
    );
  };
  return Object.assign(loss, { definition });
}

function describeLoss(
  declaration: Declaration<Readonly<Record<string, unknown>>, object, OptionTable>,
): LossDefinition {
  const list = Object.entries(declaration.arguments).map(([name, argument]): ArgumentDefinition => {
    const { elements = "float", ...rest } = typeof argument === "string" ? { shape: argument } : argument;
    return { name, ...rest, elements, differentiable: elements === "float" || elements === "positive" };
  });
  const { name, broadcasts = false, options, results } = declaration;
  return { name, arguments: list, broadcasts, options, results };
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
): { operands: Record<string, Tensor | number>; met: Record<string, Tensor> } {
  const given = Object.fromEntries(wanted.map(({ name }, index) => [name, values[index] as TensorLike]));
  const floats = wanted.filter(({ differentiable }) => differentiable).map(({ name }) => name);
  const meeting = { ...Object.fromEntries(floats.map((name) => [name, given[name]!])), ...options };
  const tensors = asTensors(caller, meeting).map(toFloat);
  const met = Object.fromEntries(Object.keys(meeting).map((name, index) => [name, tensors[index]!]));
  const readers: { readonly [E in Elements]: (name: string) => Tensor | number } = {
    float: (name) => met[name]!,
    positive: (name) => check(caller, name, met[name]!, { kind: "positive" }),
    classIndex: (name) => asTensor(given[name]!, caller, name),
    count: (name) => requireCount(caller, name, given[name]),
  };
  return {
    operands: Object.fromEntries(wanted.map(({ name, elements }) => [name, readers[elements](name)])),
    met: Object.fromEntries(Object.keys(options).map((name) => [name, met[name]!])),
  };
}
