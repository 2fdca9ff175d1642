/** How does a user make a loss of his own? As those of the catalogue are made, but what he declares and returns is checked. */
import {
  DTypeError,
  type Dimension,
  type Shape,
  ShapeError,
  type Tensor,
  describe,
  isTensor,
  sameShape,
} from "@symloss/core";
import { isRecord } from "@symloss/core/engine";
import type { ShapeOf } from "./check.ts";
import { readDeclaration, requireFormula, resultForms } from "./declaration.ts";
import { type Formula, type LossDeclaration, type LossOf, defineLoss as defineChecked } from "./definition.ts";
import type { OptionTable, OptionValues } from "./options.ts";

/** A function; the parameters of one written in place, without types, are tensors. */
type AnyFormula = ((...args: Tensor[]) => object) | CallableFunction;

/** Anything, if this formula fits the declaration. What depends on a type parameter is left to the run. */
type Fitting<Declaration extends LossDeclaration, F> = Verdict<
  [F] extends [(...args: infer Parameters) => infer Returned]
    ? [Returned] extends [ResultsOf<Declaration["results"]>]
      ? TakesOptions<Declaration["options"], Parameters> extends true
        ? "fine"
        : "the last parameter must take what is read for the options"
      : "the formula must return a Tensor for each result"
    : "fine"
>;

type Verdict<Complaint extends string> = [Complaint] extends [`${string} must ${string}`] ? Misfit<Complaint> : unknown;

/** What is refused. No value has this type: the reason is there for TypeScript to print. */
export interface Misfit<Reason extends string> {
  readonly misfit: Reason;
}

/** A single result bare, several in a record. */
type ResultsOf<Results> = string extends keyof Results
  ? object
  : IsSeveral<keyof Results> extends true
    ? { readonly [Name in keyof Results]: Tensor }
    : Tensor;

type IsSeveral<Names, Name = Names> = Name extends unknown ? ([Names] extends [Name] ? false : true) : never;

type TakesOptions<Table extends OptionTable, Parameters> = Parameters extends readonly [...unknown[], infer Last]
  ? [Last] extends [Tensor | number]
    ? true
    : [OptionValues<Table>] extends [Last]
      ? true
      : false
  : true;

/**
 * Makes a loss of its declaration and its formula: a function that is called by position or by name, checks what it is given, and whose
 * `definition` says what that is, so that it can be exported, sampled and measured as those of the catalogue are.
 *
 * The declaration names the loss, the shape [..] of each argument in the order in which they are given, the options with their kinds and
 * defaults, and the shape of each result; write it `as const`, so that types follow from it. The formula is given a tensor for each
 * argument, floats of one dtype but for class indices (int32) and booleans (bool), a number for a count, then a record of the options; it
 * returns a tensor, or a record of them if there are several results. Its parameters name what is given by position. Names are
 * JavaScript identifiers of the letters a to z, digits and _, so that messages, models and command lines can have them.
 *
 * Throws `OutOfRangeError` or `DTypeError`, naming the place in the declaration, if it is not one, or if the formula does not take the
 * arguments. A call of the loss throws what those of the catalogue throw, and `DTypeError` or `ShapeError` if the formula returns
 * something else than the declared results.
 * @example const half = defineLoss({ name: "half", arguments: { x: "[..]" }, options: {}, results: { loss: "[..]" } }, (x: Tensor) => x.div(2));
 *   (await evaluate(half([1, 2]), { engine })).toArray() // [0.5, 1]
 */
export function defineLoss<const Declaration extends LossDeclaration, F extends AnyFormula>(
  declaration: Declaration,
  formula: F & Fitting<Declaration, F>,
): LossOf<Declaration, Extract<F, Formula>> {
  const read = readDeclaration(declaration);
  requireFormula(read, formula);
  return defineChecked(read, formula as unknown as Formula, (result, shapeOf) =>
    requireResults(read, result, shapeOf),
  ) as unknown as LossOf<Declaration, Extract<F, Formula>>;
}

/** What the formula returned. Throws, naming the loss, unless it is what is declared. */
function requireResults(declaration: LossDeclaration, returned: unknown, shapeOf: ShapeOf): object {
  if (returned instanceof Promise) returned.catch(() => {});
  const { name, results } = declaration;
  const entries = Object.entries(results);
  if (entries.length === 1) {
    const [[, shape]] = entries as [[string, string]];
    return requireResult(`${name}: the formula must return`, shape, shapesOf(declaration, shape, shapeOf), returned);
  }
  const names = Object.keys(results);
  const given = isRecord(returned) ? Object.keys(returned) : [];
  if (!isRecord(returned) || names.some((one) => !given.includes(one)) || given.length > names.length) {
    throw new DTypeError(
      `${name}: the formula must return a Tensor for each of ${names.join(", ")} in a record, got ${describe(returned)}.`,
    );
  }
  return Object.fromEntries(
    entries.map(([one, shape]) => [
      one,
      requireResult(
        `${name}: the formula must return as ${one}`,
        shape,
        shapesOf(declaration, shape, shapeOf),
        returned[one],
      ),
    ]),
  );
}

function requireResult(must: string, shape: string, wanted: readonly Shape[] | undefined, returned: unknown): Tensor {
  if (!isTensor(returned)) {
    const help = returned instanceof Promise ? " It is traced, and must not be async." : "";
    throw new DTypeError(`${must} a Tensor, got ${describe(returned)}.${help}`);
  }
  if (wanted === undefined || wanted.some((one) => sameShape(one, returned.shape))) return returned;
  const here = wanted.map((one) => `[${one.join(",")}]`).join(" or ");
  throw new ShapeError(`${must} ${shape}, here ${here}, got ${returned}.`);
}

/** The shapes that a result may have in this call; undefined if that depends on an option, or a length is more than one that has a name. */
function shapesOf({ options }: LossDeclaration, shape: string, shapeOf: ShapeOf): readonly Shape[] | undefined {
  const forms = resultForms(shape);
  const axes = forms.flatMap((form) => form.axes!);
  const lengthOf = (axis: string): Dimension => shapeOf(`[${axis}]`)[0]!;
  if (forms.some(({ reduced }) => reduced) || axes.some(([axis]) => options[axis]?.kind === "count")) return undefined;
  if (axes.some(([axis, more]) => more > 0 && typeof lengthOf(axis) === "string")) return undefined;
  return forms.map((form) => [
    ...(form.leading ? shapeOf("[..]") : []),
    ...form.axes!.map(([axis, more]) => (more === 0 ? lengthOf(axis) : Number(lengthOf(axis)) + more)),
  ]);
}
