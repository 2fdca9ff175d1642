/** Which derivatives are there besides gradients? All are made of gradients, and of batches of them. */
import { OutOfRangeError, ShapeError, DTypeError } from "../array/errors.ts";
import { isFloat } from "../array/dtype.ts";
import { describe, print } from "../array/describe.ts";
import { type OptionTable, checkOptions, functionRule, refuseSurplus, requireRule } from "../array/options.ts";
import { sameShape } from "../array/broadcast.ts";
import { isConcrete, sizeOf } from "../array/shape.ts";
import { type Structure, flatten, unflatten } from "../array/tree.ts";
import { batch, withBatch } from "../graph/batch.ts";
import { gradients } from "../graph/gradient.ts";
import { add, mul } from "../tensor/elementwise.ts";
import { eye, reshape } from "../tensor/movement.ts";
import { asTensor, full, placeholder, toDType } from "../tensor/operand.ts";
import { sum } from "../tensor/reduction.ts";
import { type Tensor, type TensorLike, makeTensor } from "../tensor/tensor.ts";
import { type Precision, argumentTensor, inPrecision } from "./precision.ts";
import { isArrayLeaf, traceResult } from "./trace.ts";
import type { Like, Likes } from "./signature.ts";
import type { Gradient } from "./transform.ts";

/** The argument with respect to which a derivative is taken. */
export interface DerivativeOptions<Wrt extends number = number> {
  /** The position of the argument; default 0. */
  readonly wrt?: Wrt;
}

/** A derivative of a result: for each of its tensors what is `Of` each of the argument's. */
export type Jacobian<Result, Of> = [Result] extends [TensorLike]
  ? Gradient<Of>
  : { -readonly [K in keyof Result]: Jacobian<Result[K], Of> };

/**
 * Makes the function that computes a function and its derivative in a direction: `jvp(fn)(tangent, ...args)` is `[value, derivative]`, where
 * the tangent has the structure and shapes of the argument `wrt`, and the derivative those of the result.
 * Throws `OutOfRangeError` if an option is unknown. A call throws `ShapeError` if the tangent does not fit, and `DTypeError` if the argument
 * or the result is not float.
 * @example await evaluate(jvp((x) => x.square())([1, 0], [3, 4])[1], { engine }) // [6, 0]
 */
export function jvp<Arguments extends readonly unknown[], Result, const Wrt extends number = 0>(
  fn: (...args: Arguments) => Result,
  options?: DerivativeOptions<Wrt>,
): (tangent: Like<Arguments[Wrt]>, ...args: Likes<Arguments>) => [Gradient<Result>, Gradient<Result>] {
  refuseSurplus("jvp", arguments, ["fn", "options"]);
  const differentiable = readFunction("jvp", fn, options);
  return ((tangent: unknown, ...args: readonly unknown[]) => {
    const { results, structure, wrt } = differentiable(args);
    const tangents = matchTangent("jvp", tangent, wrt);
    // The gradient is linear in the cotangents. They are 1 and not 0, for a cotangent of 0 makes the gradient of log at 0 vanish.
    const cotangents = results.map(({ shape, dtype }) => makeTensor("identity", [full(1, shape, dtype)], {}));
    const flows = gradients(total(results.map((result, index) => mul(result, cotangents[index]!))), wrt.tensors);
    const along = gradients(total(flows.map((flow, index) => mul(flow, tangents[index]!))), cotangents);
    return [unflatten(structure, results), unflatten(structure, along)];
  }) as never;
}

/**
 * Makes the function that computes all derivatives of a result: for a result [m, ..] and an argument [n, ..] they are [m, .., n, ..]; for
 * trees of tensors, a tree of the argument's for each tensor of the result.
 * Throws as `jvp` does.
 * @example await evaluate(jacobian((x) => x.square())([3, 4]), { engine }) // [[6, 0], [0, 8]]
 */
export function jacobian<Arguments extends readonly unknown[], Result, const Wrt extends number = 0>(
  fn: (...args: Arguments) => Result,
  options?: DerivativeOptions<Wrt>,
): (...args: Likes<Arguments>) => Jacobian<Result, Arguments[Wrt]> {
  refuseSurplus("jacobian", arguments, ["fn", "options"]);
  return jacobianOf("jacobian", fn, options) as never;
}

/**
 * Makes the function that computes all second derivatives of a scalar function: [n, .., n, ..] for an argument [n, ..].
 * Throws as `jvp` does, and `ShapeError` if the result is not a scalar.
 * @example await evaluate(hessian((x) => x.square().sum())([3, 4]), { engine }) // [[2, 0], [0, 2]]
 */
export function hessian<Arguments extends readonly unknown[], const Wrt extends number = 0>(
  fn: (...args: Arguments) => TensorLike,
  options: DerivativeOptions<Wrt> = {},
): (...args: Likes<Arguments>) => Jacobian<Gradient<Arguments[Wrt]>, Arguments[Wrt]> {
  refuseSurplus("hessian", arguments, ["fn", "options"]);
  return jacobianOf("hessian", gradientOf("hessian", fn, options), options) as never;
}

/**
 * Makes the function that computes the second derivatives of a scalar function times a vector, without all of them:
 * `hessianVectorProduct(fn)(vector, ...args)`, where the vector has the structure and shapes of the argument `wrt`, as the result has.
 * Throws as `hessian` does.
 * @example await evaluate(hessianVectorProduct((x) => x.square().sum())([1, 0], [3, 4]), { engine }) // [2, 0]
 */
export function hessianVectorProduct<Arguments extends readonly unknown[], const Wrt extends number = 0>(
  fn: (...args: Arguments) => TensorLike,
  options: DerivativeOptions<Wrt> = {},
): (vector: Like<Arguments[Wrt]>, ...args: Likes<Arguments>) => Gradient<Arguments[Wrt]> {
  refuseSurplus("hessianVectorProduct", arguments, ["fn", "options"]);
  const caller = "hessianVectorProduct";
  const differentiable = readFunction(caller, gradientOf(caller, fn, options), options);
  return ((vector: unknown, ...args: readonly unknown[]) => {
    const { results, structure, wrt } = differentiable(args);
    const vectors = matchTangent(caller, vector, wrt);
    const along = total(results.map((result, index) => mul(result, vectors[index]!)));
    return unflatten(structure, gradients(along, wrt.tensors));
  }) as never;
}

const derivativeOptions: OptionTable<DerivativeOptions> = {
  wrt: { must: "the position of an argument", holds: (value) => typeof value === "number", error: DTypeError },
};

/** The tensors of an argument, which nothing else depends on. */
interface Variables {
  readonly tensors: readonly Tensor[];
  readonly structure: Structure;
}

/** A function that was called: its results, and the argument that they depend on. */
interface Called {
  readonly results: readonly Tensor[];
  readonly structure: Structure;
  readonly wrt: Variables;
}

function readFunction(
  caller: string,
  fn: (...args: never[]) => unknown,
  options: DerivativeOptions = {},
): (args: readonly unknown[]) => Called {
  requireRule(caller, "fn", functionRule, fn);
  checkOptions(caller, options, derivativeOptions);
  const { wrt = 0 } = options;
  return (args) => {
    if (!Number.isInteger(wrt) || wrt < 0 || wrt >= args.length) {
      throw new OutOfRangeError(
        `${caller}: wrt must be the position of an argument, got ${print(wrt)} for ${args.length} argument${args.length === 1 ? "" : "s"}.`,
      );
    }
    const trees = args.map((arg, index) => flatten(caller, arg, isArrayLeaf, `argument ${index}`));
    const leaves = trees.flatMap((tree) => tree.leaves);
    return inPrecision(
      leaves,
      (precision) => callOnce(caller, fn, wrt, trees, precision),
      ({ results }) => results.some(({ dtype }) => dtype === "float64"),
    );
  };
}

function callOnce(
  caller: string,
  fn: (...args: never[]) => unknown,
  wrt: number,
  trees: readonly ReturnType<typeof flatten>[],
  precision: Precision,
): Called {
  const tensors = trees.map(({ leaves }, argument) =>
    leaves.map(({ path, value }) => {
      const tensor = argumentTensor(caller, path, value, precision);
      if (argument !== wrt) return tensor;
      if (!isFloat(tensor.dtype)) throw new DTypeError(`${caller}: ${path} must be float, got ${tensor}.`);
      // A node of its own, so that the same tensor reached in another way stays constant.
      return makeTensor("identity", [tensor], {});
    }),
  );
  const result: unknown = fn(
    ...(trees.map(({ structure }, index) => unflatten(structure, tensors[index]!)) as never[]),
  );
  const traced = traceResult(caller, result, []);
  for (const [index, { dtype }] of traced.outputs.entries()) {
    if (isFloat(dtype)) continue;
    const path = traced.paths[index]!;
    throw new DTypeError(
      `${caller}: the function must return floats, got ${traced.outputs[index]!}${path === "" ? "" : ` as ${path}`}.`,
    );
  }
  return {
    results: traced.outputs,
    structure: traced.structure,
    wrt: { tensors: tensors[wrt]!, structure: trees[wrt]!.structure },
  };
}

function jacobianOf(
  caller: string,
  fn: (...args: never[]) => unknown,
  options: DerivativeOptions | undefined,
): (...args: readonly unknown[]) => unknown {
  const differentiable = readFunction(caller, fn, options);
  return (...args) => {
    const { results, structure, wrt } = differentiable(args);
    for (const result of results) {
      if (isConcrete(result.shape)) continue;
      throw new ShapeError(
        `${caller}: every length of a result must be a number, got ${result}. For each row of a batch, map over its axis: vmap(${caller}(fn)).`,
      );
    }
    const rows = results.map((result) => unflatten(wrt.structure, derivativesOf(result, wrt.tensors)));
    return unflatten(structure, rows);
  };
}

/** The gradient of a scalar function with respect to the argument, as a function of the arguments. */
function gradientOf(
  caller: string,
  fn: (...args: never[]) => unknown,
  options: DerivativeOptions,
): (...args: unknown[]) => unknown {
  const differentiable = readFunction(caller, fn, options);
  return (...args) => {
    const { results, wrt } = differentiable(args);
    const [value] = results;
    if (results.length !== 1 || value!.rank !== 0) {
      throw new ShapeError(`${caller}: the function must return a scalar, got ${results.join(" and ")}.`);
    }
    return unflatten(wrt.structure, gradients(value!, wrt.tensors));
  };
}

/** The tangent as tensors. Throws `ShapeError` if it has not the structure and shapes of the argument. */
function matchTangent(caller: string, tangent: unknown, { tensors, structure }: Variables): readonly Tensor[] {
  const name = caller === "jvp" ? "tangent" : "vector";
  const tree = flatten(caller, tangent, isArrayLeaf, name);
  if (JSON.stringify(tree.structure) !== JSON.stringify(structure)) {
    throw new ShapeError(`${caller}: ${name} must have the structure of the argument, got ${describe(tangent)}.`);
  }
  return tree.leaves.map(({ path, value }, index) => {
    const wanted = tensors[index]!;
    const given = asTensor(value as TensorLike, caller, path);
    if (sameShape(given.shape, wanted.shape)) return toDType(given, wanted.dtype);
    throw new ShapeError(`${caller}: ${path} must have the shape of the argument, got ${given} for ${wanted}.`);
  });
}

/** The derivatives [m, .., n, ..] of a result [m, ..] with respect to each tensor [n, ..]. */
function derivativesOf(result: Tensor, wrt: readonly Tensor[]): readonly Tensor[] {
  const { shape, dtype } = result;
  if (shape.length === 0) return gradients(result, wrt);
  const count = sizeOf(shape as readonly number[]);
  const cotangent = placeholder("cotangent", shape, dtype);
  const flows = gradients(sum(mul(result, cotangent)), wrt);
  const basis = reshape(eye(count, dtype as "float32"), [count, ...shape]);
  return batch(flows, new Map([[cotangent, { tensor: basis, hasBatch: true }]]), count).map((flow, index) =>
    reshape(withBatch(flow, count), [...shape, ...wrt[index]!.shape]),
  );
}

/** The sum of all elements of all of these. */
function total(tensors: readonly Tensor[]): Tensor {
  return tensors.map((tensor) => sum(tensor)).reduce((left, right) => add(left, right));
}
