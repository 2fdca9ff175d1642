/** How does a function of tensors become the function that computes its gradient? */
import { isFloat } from "../array/dtype.ts";
import { DTypeError, OutOfRangeError, ShapeError } from "../array/errors.ts";
import { gradients } from "../graph/gradient.ts";
import { describe, print } from "../array/describe.ts";
import { type TensorLike, type Tensor, isTensor, makeTensor } from "../tensor/tensor.ts";
import { asTensor } from "../tensor/operand.ts";
import {
  type OptionTable,
  checkOptions,
  flagRule,
  functionRule,
  refuseSurplus,
  requireRule,
} from "../array/options.ts";
import type { Likes, PositionOf, Signature, SignaturesOf, Together } from "./signature.ts";
import { staticRule, withStatic } from "./static.ts";
import { type Precision, argumentTensor, inPrecision } from "./precision.ts";
import { isArrayLeaf } from "./trace.ts";
import type { AnyLossFunction, Differentiable } from "./traceable.ts";
import { type Tree, flatten, unflatten } from "../array/tree.ts";

/** The arguments with respect to which a gradient is taken, and what the function returns. */
export interface GradientOptions<
  Wrt extends number | readonly number[] = number | readonly number[],
  Auxiliary extends boolean = boolean,
  Static extends readonly number[] = readonly number[],
> {
  /** The position of an argument, or a list of positions; default 0. */
  readonly wrt?: Wrt;
  /** Whether the function returns `[loss, anything]`, and not the loss alone; default false. */
  readonly auxiliary?: Auxiliary;
  /** The positions of arguments that are no arrays: the function is given them as they are. */
  readonly static?: Static;
}

/** A gradient: a tensor for each tensor. */
export type Gradient<T> = [Tree<Tensor>] extends [T]
  ? Tree<Tensor>
  : T extends TensorLike
    ? Tensor
    : { -readonly [K in keyof T]: Gradient<T[K]> };
/** The gradient for one argument, or a list of gradients for a list of them. */
export type Gradients<Arguments extends readonly unknown[], Wrt> = Wrt extends readonly number[]
  ? number extends Wrt["length"]
    ? Gradient<Arguments[number]>[]
    : { -readonly [K in keyof Wrt]: Wrt[K] extends number ? Gradient<Arguments[Wrt[K]]> : never }
  : Wrt extends number
    ? Gradient<Arguments[Wrt]>
    : never;

/** What `grad` makes of a function. */
export type GradientFunction<F, Wrt, Auxiliary, Static extends number> = Together<
  GradientOf<SignaturesOf<F>, Wrt, Auxiliary, Static>
>;
type GradientOf<S, Wrt, Auxiliary, Static extends number> =
  S extends Signature<infer Arguments, infer Result>
    ? (
        ...args: Likes<Arguments, Static>
      ) => Auxiliary extends true ? [Gradients<Arguments, Wrt>, Rest<Result>] : Gradients<Arguments, Wrt>
    : never;

/** What `valueAndGrad` makes of a function. */
export type ValueAndGradientFunction<F, Wrt, Auxiliary, Static extends number> = Together<
  ValueAndGradientOf<SignaturesOf<F>, Wrt, Auxiliary, Static>
>;
type ValueAndGradientOf<S, Wrt, Auxiliary, Static extends number> =
  S extends Signature<infer Arguments, infer Result>
    ? (
        ...args: Likes<Arguments, Static>
      ) => Auxiliary extends true
        ? [Tensor, Gradients<Arguments, Wrt>, Rest<Result>]
        : [Tensor, Gradients<Arguments, Wrt>]
    : never;

/** What a function returns beside its loss. */
type Rest<R> = R extends readonly [unknown, infer Auxiliary] ? Auxiliary : never;

/**
 * Makes the function that computes the gradient of a scalar function with respect to the argument (or arguments) `wrt`.
 * An argument that is a record or list of tensors gets a record or list of gradients. Those that are no tensors are `static`.
 * Throws `OutOfRangeError` if an option is unknown. A call throws `ShapeError` if the result is not a scalar, and `DTypeError` if an
 * argument in `wrt` is not float.
 * @example grad((x) => x.square().sum()) // (x) => 2 x
 */
export function grad<
  F extends AnyLossFunction,
  const Wrt extends PositionOf<F> | readonly PositionOf<F>[] = PositionOf<F> & 0,
  Auxiliary extends boolean = false,
  const Static extends readonly PositionOf<F>[] = [],
>(
  fn: F & Differentiable<F, Auxiliary, Static[number]>,
  options?: GradientOptions<Wrt, Auxiliary, Static>,
): GradientFunction<F, Wrt, Auxiliary, Static[number]>;
export function grad(fn: (...args: never[]) => unknown, options: GradientOptions = {}): (...args: unknown[]) => never {
  refuseSurplus("grad", arguments, ["fn", "options"]);
  const differentiate = differentiator("grad", fn, options);
  const { auxiliary: withRest = false } = options;
  return (...args) => {
    const { gradient, auxiliary } = differentiate(args);
    return (withRest ? [gradient, auxiliary] : gradient) as never;
  };
}

/**
 * Makes the function that computes a scalar function and its gradient with respect to the argument (or arguments) `wrt` in one run.
 * With `auxiliary: true` the function returns `[loss, anything]`, and the result is `[loss, gradient, anything]`.
 * Throws as `grad` does.
 * @example valueAndGrad((x) => x.square().sum()) // (x) => [sum x^2, 2 x]
 */
export function valueAndGrad<
  F extends AnyLossFunction,
  const Wrt extends PositionOf<F> | readonly PositionOf<F>[] = PositionOf<F> & 0,
  Auxiliary extends boolean = false,
  const Static extends readonly PositionOf<F>[] = [],
>(
  fn: F & Differentiable<F, Auxiliary, Static[number]>,
  options?: GradientOptions<Wrt, Auxiliary, Static>,
): ValueAndGradientFunction<F, Wrt, Auxiliary, Static[number]>;
export function valueAndGrad(
  fn: (...args: never[]) => unknown,
  options: GradientOptions = {},
): (...args: unknown[]) => never {
  refuseSurplus("valueAndGrad", arguments, ["fn", "options"]);
  const differentiate = differentiator("valueAndGrad", fn, options);
  const { auxiliary: withRest = false } = options;
  return (...args) => {
    const { value, gradient, auxiliary } = differentiate(args);
    return (withRest ? [value, gradient, auxiliary] : [value, gradient]) as never;
  };
}

const gradientOptions: OptionTable<GradientOptions> = {
  wrt: {
    must: "the position of an argument, or a list of positions",
    holds: (value) => typeof value === "number" || Array.isArray(value),
    error: DTypeError,
  },
  auxiliary: flagRule,
  static: staticRule,
};

interface Differentiated {
  readonly value: Tensor;
  readonly gradient: unknown;
  readonly auxiliary: unknown;
}

function differentiator(
  caller: string,
  fn: (...args: never[]) => unknown,
  options: GradientOptions,
): (args: readonly unknown[]) => Differentiated {
  requireRule(caller, "fn", functionRule, fn);
  checkOptions(caller, options, gradientOptions);
  const { wrt = 0, auxiliary = false } = options;
  const staticPositions = [...(options.static ?? [])];
  const positions = typeof wrt === "number" ? [wrt] : [...wrt];
  const fixed = positions.find((position) => staticPositions.includes(position));
  if (fixed !== undefined) {
    throw new OutOfRangeError(
      `${caller}: wrt must be the position of an argument that is not static, got ${print(fixed)} beside static: ${print(staticPositions)}.`,
    );
  }
  return (args) => {
    for (const position of positions) {
      if (!Number.isInteger(position) || position < 0 || position >= args.length) {
        throw new OutOfRangeError(
          `${caller}: wrt must be the position of an argument, got ${print(position)} for ${args.length} argument${args.length === 1 ? "" : "s"}.`,
        );
      }
    }
    // Whatever they are: nothing is kept of them.
    const held = new Map(staticPositions.map((position) => [position, args[position]]));
    const trees = args.map((arg, index) =>
      held.has(index) ? { leaves: [], structure: [] } : flatten(caller, arg, isArrayLeaf, `argument ${index}`),
    );
    const leaves = trees.flatMap((tree) => tree.leaves);
    const differentiated = inPrecision(
      leaves,
      (precision) => differentiate({ caller, fn: withStatic(fn, held), positions, auxiliary }, trees, precision),
      ({ value }) => value.dtype === "float64",
    );
    return single(wrt, differentiated);
  };
}

/** The gradient for one position, or a list of gradients for a list of positions. */
function single(wrt: number | readonly number[], { gradient, ...rest }: Differentiated): Differentiated {
  return { ...rest, gradient: typeof wrt === "number" ? (gradient as readonly unknown[])[0] : gradient };
}

interface Differentiation {
  readonly caller: string;
  readonly fn: (...args: never[]) => unknown;
  readonly positions: readonly number[];
  readonly auxiliary: boolean;
}

/** Calls the function once with these arguments, numbers in this precision, and takes the gradients by position. */
function differentiate(
  { caller, fn, positions, auxiliary }: Differentiation,
  trees: readonly ReturnType<typeof flatten>[],
  precision: Precision,
): Differentiated {
  const tensors = trees.map(({ leaves }, index) =>
    leaves.map(({ path, value }) => {
      const tensor = argumentTensor(caller, path, value, precision);
      // A node of its own, so that the same tensor reached in another way (by a closure, say) stays constant.
      return positions.includes(index) ? makeTensor("identity", [requireFloat(caller, path, tensor)], {}) : tensor;
    }),
  );
  const result: unknown = fn(
    ...(trees.map(({ structure }, index) => unflatten(structure, tensors[index]!)) as never[]),
  );
  if (auxiliary && !(Array.isArray(result) && result.length === 2)) {
    throw new ShapeError(
      `${caller}: with auxiliary: true the function must return [loss, anything], got ${describe(result)}.`,
    );
  }
  const [loss, rest] = auxiliary ? (result as readonly [unknown, unknown]) : [result, undefined];
  const value = requireScalar(caller, loss);
  const wanted = positions.flatMap((position) => tensors[position]!);
  const all = gradients(value, wanted);
  let next = 0;
  const gradient = positions.map((position) => {
    const count = tensors[position]!.length;
    next += count;
    return unflatten(trees[position]!.structure, all.slice(next - count, next));
  });
  return { value, gradient, auxiliary: rest };
}

function requireFloat(caller: string, path: string, tensor: Tensor): Tensor {
  if (isFloat(tensor.dtype)) return tensor;
  throw new DTypeError(
    `${caller}: ${path} must be float to have a gradient, got ${tensor}. Choose other arguments with wrt, or cast it.`,
  );
}

function requireScalar(caller: string, value: unknown): Tensor {
  if (!isTensor(value) && typeof value !== "number") {
    throw new ShapeError(`${caller}: the function must return a scalar Tensor, got ${describe(value)}.`);
  }
  const tensor = asTensor(value);
  if (tensor.rank !== 0) {
    throw new ShapeError(
      `${caller}: the function must return a scalar, got ${tensor}. Reduce it, with .mean() for instance.`,
    );
  }
  if (!isFloat(tensor.dtype)) throw new DTypeError(`${caller}: the function must return a float, got ${tensor}.`);
  return tensor;
}
