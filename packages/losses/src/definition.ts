/**
 * What is a loss? A formula with a name, named arguments, options and results, so that messages and lists can name
 * them.
 */
import { ShapeError, type Tensor, type TensorLike, describe } from "@symloss/core";
import { isForeignArray, isRecord, requireRule, unknownName } from "@symloss/core/engine";
import { type Arrangement, arrangementOf } from "./arrangement.ts";
import { type Broadcasting, type Role, type ShapeOf, bindShapes, rolesOf } from "./check.ts";
import { type Elements, elementTraits } from "./elements.ts";
import { type Input, checkElements, readInputs } from "./inputs.ts";
import {
  type ElementsOfShape,
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
  /** How the axes that `..` stands for may differ between arguments. */
  readonly broadcasts: Broadcasting;
  /** Whether the rows of a batch are compared with each other, so that the loss of a row is not its own alone. */
  readonly comparesRows: boolean;
  readonly options: OptionTable;
  /**
   * The shape of each result: `{ loss: "[..]" }`. A single result is returned bare, several in a record of these names.
   */
  readonly results: Readonly<Record<string, string>>;
}

/** An argument of a loss. */
export interface ArgumentDefinition extends Omit<ElementsOfShape, "elements"> {
  readonly name: string;
  /** `[.., classes]`, or one of several: `[batch] or [batch, classes]`. */
  readonly shape: string;
  /** What its elements are, in the first of its forms. */
  readonly elements: Elements;
  /** Each shape that it may have, with what its elements are then. */
  readonly forms: readonly ArgumentForm[];
  /** Whether the loss has a gradient with respect to it, whatever its form. */
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
  /** Default false. */
  readonly broadcasts?: Broadcasting;
  /** Default false. */
  readonly comparesRows?: boolean;
  /** False for what only counts and compares: then nothing has a gradient. Default true. */
  readonly differentiable?: boolean;
  readonly options: OptionTable;
  /** A result has its last axis where an option of kind "axis" says that arguments have theirs of that name. */
  readonly results: Readonly<Record<string, string>>;
}

/**
 * The shape of an argument, and its elements if they are not arbitrary floats: a list of pairs if it may have several shapes. It is not
 * differentiable if its floats only choose, or are constants to the gradient.
 */
export type ArgumentDeclaration =
  | string
  | (ElementsOfShape & { readonly help?: string; readonly differentiable?: false });

/** Tensors for the arguments in their order, a number for a count; then the options, if there are any. */
export type Formula = (...args: never[]) => object;

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

/** What is made of what a formula returns, in the shapes of a call. */
type Receive = (result: object, shapeOf: ShapeOf) => object;

/**
 * Makes a loss of its declaration and its formula. The formula is given tensors that are of float dtype, but for class
 * indices, and whose shapes fit; and each option, or its default. Neither is checked: those of the catalogue are tested, and a bundle of
 * one has no more than it needs. `receive` is for what others declare.
 */
export function defineLoss<const Declaration extends LossDeclaration, F extends Formula>(
  declaration: Declaration,
  formula: F,
  receive: Receive = (result) => result,
): LossOf<Declaration, F> {
  const definition = describeLoss(declaration);
  const loss = (...given: readonly unknown[]): unknown => callFormula(definition, formula, receive, given);
  return Object.assign(loss, { definition }) as unknown as LossOf<Declaration, F>;
}

function callFormula(
  definition: LossDefinition,
  formula: Formula,
  receive: Receive,
  given: readonly unknown[],
): object {
  const { name: caller, arguments: wanted, options: table, broadcasts, results } = definition;
  const { values, options: record } = takeArguments(definition, given);
  const options = givenOptions(caller, table, record);
  const counts = readCounts(caller, wanted, values);
  const { inputs, met } = readInputs(caller, inputsOf(definition, values, options), arrayOptions(table, options));
  const arrangement = arrangementOf(caller, table, options, inputs);
  const arranged = inputs.map((input) => arrangement.forFormula(input));
  const shapes = bindShapes(caller, arranged, broadcasts, counts);
  if (definition.comparesRows && shapes.lengthOf("batch") === 0) {
    const [first] = arranged;
    throw new ShapeError(
      `${caller}: ${first!.name} must have a row at least, for rows are compared with each other, got ${first!.tensor}.`,
    );
  }
  const operands = Object.fromEntries(
    arranged.map((input) => [input.name, checkElements(caller, input, shapes, options)]),
  );
  const all = [...inputs.map(({ tensor }) => tensor), ...Object.values(met)];
  const precision = all.some(({ dtype }) => dtype === "float64") ? "float64" : "float32";
  const context = { caller, shapeOf: shapes.shapeOf, arrange: arrangement.forOption, precision } as const;
  const read = readOptions(context, table, { ...options, ...met, ...pick(operands, Object.keys(table)) });
  const result = formula(...([...wanted.map(({ name }) => counts[name] ?? operands[name]), read] as never[]));
  return arrangeResults(receive(result, shapes.shapeOf), results, arrangement);
}

function pick<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
}

/** A single result bare, several in a record. */
function arrangeResults(result: object, results: LossDefinition["results"], { forCaller }: Arrangement): object {
  const names = Object.keys(results);
  if (names.length === 1) return forCaller(result as Tensor, results[names[0]!]!);
  const record = result as Readonly<Record<string, Tensor>>;
  return Object.fromEntries(names.map((name) => [name, forCaller(record[name]!, results[name]!)]));
}

function describeLoss(declaration: LossDeclaration): LossDefinition {
  const {
    name,
    arguments: declared,
    broadcasts = false,
    comparesRows = false,
    differentiable = true,
    ...rest
  } = declaration;
  const list = Object.entries(declared).map(([argument, value]): ArgumentDefinition => {
    const given: Exclude<ArgumentDeclaration, string> = typeof value === "string" ? { shape: value } : value;
    const { elements: _, differentiable: own = true, ...more } = given;
    const forms = formsOf(given);
    const isFloat = forms.every(({ elements }) => elementTraits[elements].isFloat);
    return {
      name: argument,
      ...more,
      elements: forms[0]!.elements,
      forms,
      differentiable: differentiable && own && isFloat,
    };
  });
  return { name, arguments: list, broadcasts, comparesRows, ...rest };
}

/** Each shape, with what the elements are then. */
function formsOf({ shape, elements = "float" }: ElementsOfShape): readonly ArgumentForm[] {
  return rolesOf(shape).map((role, index) => ({
    ...role,
    elements: typeof elements === "string" ? elements : elements[index]!,
  }));
}

/** Every array that has a shape of its own: the arguments, and the given options of kind "array". */
function inputsOf(
  { arguments: wanted, options: table }: LossDefinition,
  values: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): readonly Input[] {
  const own = wanted.map((argument, index) => ({ ...argument, value: values[index] as TensorLike }));
  const others = Object.entries(table).flatMap(([name, definition]) =>
    definition.kind === "array" && options[name] !== undefined
      ? [{ ...definition, name, forms: formsOf(definition), value: options[name] as TensorLike }]
      : [],
  );
  return [...own.filter(({ elements }) => elements !== "count"), ...others];
}

function readCounts(
  caller: string,
  wanted: readonly ArgumentDefinition[],
  values: readonly unknown[],
): Readonly<Record<string, number>> {
  const counts = wanted.flatMap(({ name, elements }, index) => {
    if (elements !== "count") return [];
    requireRule(caller, name, countRule, values[index]);
    return [[name, values[index] as number] as const];
  });
  return Object.fromEntries(counts);
}

/** The argument values in order, and the record of options, from a call by position or by name. */
function takeArguments(definition: LossDefinition, given: readonly unknown[]): { values: unknown[]; options: unknown } {
  const { name: caller, arguments: wanted } = definition;
  const names = wanted.map(({ name }) => name);
  const record = isRecord(given[0]) && !isForeignArray(given[0]) ? given[0] : undefined;
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
