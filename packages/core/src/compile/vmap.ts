/** How does a function of one example become a function of a batch? Its graph is rewritten: no loop, and no copy for each example. */
import { normalizeAxis } from "../array/axes.ts";
import { print } from "../array/describe.ts";
import { DTypeError, OutOfRangeError, ShapeError } from "../array/errors.ts";
import { type OptionTable, checkOptions, functionRule, refuseSurplus, requireRule } from "../array/options.ts";
import type { Dimension } from "../array/shape.ts";
import { flatten, unflatten } from "../array/tree.ts";
import { type Batched, batch, withBatch } from "../graph/batch.ts";
import { transpose } from "../tensor/movement.ts";
import { placeholder } from "../tensor/operand.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Precision, argumentTensor, inPrecision } from "./precision.ts";
import { isArrayLeaf, traceResult } from "./trace.ts";
import type { Likes, Signature, SignaturesOf, Together } from "./signature.ts";
import type { AnyFunction, Traceable } from "./traceable.ts";
import type { Gradient } from "./transform.ts";

/** Along which axes the examples lie. */
export interface BatchOptions {
  /** The axis of each array of the arguments; null for an argument that all examples share; a list for one of each argument. Default 0. */
  readonly in?: number | null | readonly (number | null)[];
  /** The axis of each result. Default 0. */
  readonly out?: number;
}

/** What `vmap` makes of a function. */
export type BatchedFunction<F> = Together<BatchOf<SignaturesOf<F>>>;
type BatchOf<S> =
  S extends Signature<infer Arguments, infer Result> ? (...args: Likes<Arguments>) => Gradient<Result> : never;

/**
 * Makes a function of a batch of one of a single example: it takes arrays with one more axis, and gives results with one more. It nests,
 * and it takes and gives what `grad` does: `vmap(grad(loss), { in: [null, 0, 0] })` is the gradient of each example.
 * Throws `OutOfRangeError` if an option is unknown or not allowed. A call throws `ShapeError` if the arguments have no such axis, or not
 * one length along it.
 * @example await evaluate(vmap((x) => x.sum())([[1, 2], [3, 4]]), { engine }) // [3, 7]
 */
export function vmap<F extends AnyFunction>(fn: F & Traceable<F>, options?: BatchOptions): BatchedFunction<F>;
export function vmap(fn: (...args: never[]) => unknown, options: BatchOptions = {}): (...args: unknown[]) => never {
  refuseSurplus("vmap", arguments, ["fn", "options"]);
  requireRule("vmap", "fn", functionRule, fn);
  checkOptions("vmap", options, batchOptions);
  const { in: axes = 0, out = 0 } = options;
  return (...args) => {
    const trees = treesOf(args, axes);
    const { result } = inPrecision(
      trees.flatMap((tree) => tree.leaves),
      (precision) => mapOnce(fn, trees, precision, out),
      ({ hasFloat64 }) => hasFloat64,
    );
    return result as never;
  };
}

const isAxis = (value: unknown): boolean => value === null || Number.isInteger(value);

const batchOptions: OptionTable<BatchOptions> = {
  in: {
    must: "an axis, null, or a list of them",
    holds: (value) => isAxis(value) || (Array.isArray(value) && value.every(isAxis)),
    error: OutOfRangeError,
    show: print,
  },
  out: { must: "an axis", holds: Number.isInteger, error: OutOfRangeError, show: print },
};

/** An argument, and the axis along which its arrays have the examples; null if all examples share it. */
interface MappedTree extends ReturnType<typeof flatten> {
  readonly axis: number | null;
}

function treesOf(args: readonly unknown[], axes: number | null | readonly (number | null)[]): readonly MappedTree[] {
  const list = Array.isArray(axes) ? (axes as readonly (number | null)[]) : args.map(() => axes as number | null);
  if (list.length !== args.length) {
    throw new OutOfRangeError(
      `vmap: in must have an axis for each argument, got ${print(axes)} for ${args.length} argument${args.length === 1 ? "" : "s"}.`,
    );
  }
  const trees = args.map((arg, argument) => ({
    ...flatten("vmap", arg, isArrayLeaf, `argument ${argument}`),
    axis: list[argument]!,
  }));
  if (!trees.some(({ axis, leaves }) => axis !== null && leaves.length > 0)) {
    throw new OutOfRangeError("vmap: in must give an axis to at least one array, got none: there would be no batch.");
  }
  return trees;
}

interface Mapped {
  readonly result: unknown;
  readonly hasFloat64: boolean;
}

/** Calls the function once, on a placeholder for one example of each array, and gives what it is for all of them. */
function mapOnce(
  fn: (...args: never[]) => unknown,
  trees: readonly MappedTree[],
  precision: Precision,
  out: number,
): Mapped {
  const given = new Map<Tensor, Batched>();
  let size: Dimension | undefined;
  const args = trees.map(({ leaves, structure, axis }) => {
    const examples = leaves.map(({ path, value }) => {
      const tensor = leafTensor(path, value, precision);
      if (axis === null) return tensor;
      const first = axisFirst(path, tensor, axis);
      size = requireLength(path, first, size);
      const example = placeholder(path, first.shape.slice(1), first.dtype);
      given.set(example, { tensor: first, hasBatch: true });
      return example;
    });
    return unflatten(structure, examples);
  });
  const traced = traceResult("vmap", fn(...(args as never[])), []);
  const outputs = batch(traced.outputs, given, size!).map((output, index) =>
    axisLast(traced.paths[index]!, withBatch(output, size!), out),
  );
  return {
    result: unflatten(traced.structure, outputs),
    hasFloat64: outputs.some(({ dtype }) => dtype === "float64"),
  };
}

function leafTensor(path: string, value: unknown, precision: Precision): Tensor {
  if (isArrayLeaf(value)) return argumentTensor("vmap", path, value, precision);
  throw new DTypeError(`vmap: ${path} must be a tensor or an array, got ${print(value)}.`);
}

/** The tensor with this axis as its first. */
function axisFirst(path: string, tensor: Tensor, axis: number): Tensor {
  if (tensor.rank === 0) {
    throw new ShapeError(
      `vmap: ${path} must have the axis ${axis} of the batch, got ${tensor}. With in: null it is shared.`,
    );
  }
  const own = normalizeAxis("vmap", axis, tensor.rank);
  const order = tensor.shape.map((_, index) => index);
  return transpose(tensor, [own, ...order.filter((index) => index !== own)]);
}

/** The tensor whose first axis is this one instead. */
function axisLast(path: string, tensor: Tensor, out: number): Tensor {
  const own = out < 0 ? out + tensor.rank : out;
  if (own < 0 || own >= tensor.rank) {
    throw new OutOfRangeError(
      `vmap: out must be an axis of ${path === "" ? "the result" : path}, got ${out} for ${tensor}.`,
    );
  }
  const order = tensor.shape.map((_, index) => index).slice(1);
  return transpose(tensor, order.toSpliced(own, 0, 0));
}

function requireLength(path: string, tensor: Tensor, size: Dimension | undefined): Dimension {
  const [own] = tensor.shape as readonly [Dimension];
  if (size === undefined || own === size) return own;
  throw new ShapeError(
    `vmap: ${path} must have ${print(size)} examples, as many as the arrays before it, got ${print(own)}.`,
  );
}
