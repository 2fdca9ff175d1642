/** How does a function of one step become a scan over many? It is traced once. */
import { isFloat64 } from "./arguments.ts";
import { isFloat } from "../array/dtype.ts";
import { describe, print } from "../array/describe.ts";
import { DTypeError, OutOfRangeError, ShapeError } from "../array/errors.ts";
import {
  type OptionTable,
  checkOptions,
  flagRule,
  functionRule,
  refuseSurplus,
  requireRule,
  swallow,
} from "../array/options.ts";
import { type Dimension, isLength } from "../array/shape.ts";
import { sameShape } from "../array/broadcast.ts";
import { type Structure, type Tree, flatten, unflatten } from "../array/tree.ts";
import { type Carry, type Slice, makeScan } from "../graph/recurrence.ts";
import { writtenAs } from "../tensor/literal.ts";
import { asTensor, isLiteral, placeholder, toDType } from "../tensor/operand.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { isArrayLeaf, traceResult } from "./trace.ts";
import type { OfTensors } from "./traceable.ts";
import type { Gradient } from "./transform.ts";

/** How a scan goes along its sequences. */
export interface ScanOptions {
  /** The number of steps; needed only if there is no sequence. */
  readonly length?: number;
  /** Whether to go from the last step to the first; default false. */
  readonly reverse?: boolean;
}

/** A tensor for each tensor. */
export type Tensors<T> = Gradient<T>;

/** What may be given for each tensor of the next carry. */
type Next<T> = [Tree<Tensor>] extends [T]
  ? Tree<TensorLike>
  : [T] extends [TensorLike]
    ? TensorLike
    : { [K in keyof T]: Next<T[K]> };

/** A tree without tensors. */
type Nothing = Readonly<Record<never, never>>;

/**
 * Applies a step again and again: `body(carry, slices)` returns `[next carry, outputs]`, where `slices` are those of the sequences
 * [length, ..] along their first axis. Returns the final carry and the outputs of all steps, stacked along a new first axis. Carry,
 * sequences and outputs are tensors, or lists and records of them. The body is traced once, and the graph does not grow with the length.
 * Throws `ShapeError` or `DTypeError` if the sequences differ in length, or a carry has another structure or type than the initial one.
 * @example const [total, sums] = scan((sum, x) => [sum.add(x), sum.add(x)], 0, [1, 2, 3]); // 6 and [1, 3, 6]
 */
export function scan<const Initial, const Sequences = Nothing, const Outputs = Nothing>(
  body: (
    carry: Tensors<Initial>,
    slices: Tensors<Sequences>,
  ) => readonly [Next<Tensors<Initial>>, (Outputs & OfTensors<Outputs, "each output">)?],
  initial: Initial & OfTensors<Initial, "initial">,
  sequences?: Sequences & OfTensors<Sequences, "sequences">,
  options?: ScanOptions,
): [Tensors<NoInfer<Initial>>, Tensors<NoInfer<Outputs>>];
export function scan(
  body: (carry: never, slices: never) => unknown,
  initial: unknown,
  sequences: unknown = {},
  options: ScanOptions = {},
): unknown {
  refuseSurplus("scan", arguments, ["body", "initial", "sequences", "options"]);
  requireRule("scan", "body", functionRule, body);
  checkOptions("scan", options, scanOptions);
  const trees = {
    initial: treeOf("initial", initial),
    sequences: treeOf("sequences", sequences),
  };
  const attempt = (literal: "float32" | "float64"): Traced => traceStep(body, trees, options, literal);
  const leaves = [...trees.initial.leaves, ...trees.sequences.leaves];
  const traced = attempt(leaves.some(({ value }) => isFloat64(value)) ? "float64" : "float32");
  // As of a function's arguments, numbers take the precision of the arrays inside the body.
  const again = traced.carries.some(
    ({ next, input }, index) =>
      next.dtype === "float64" && input.dtype === "float32" && isLiteral(trees.initial.leaves[index]!.value),
  );
  return finish(trees, again ? attempt("float64") : traced, options);
}

const scanOptions: OptionTable<ScanOptions> = {
  length: { must: "a non-negative integer", holds: isLength, error: OutOfRangeError },
  reverse: flagRule,
};

type ArrayTree = ReturnType<typeof flatten>;

interface Trees {
  readonly initial: ArrayTree;
  readonly sequences: ArrayTree;
}

function treeOf(argument: string, tree: unknown): ArrayTree {
  return flatten("scan", tree, isArrayLeaf, argument);
}

/** The graph of a step, and the structure of its outputs. */
interface Traced {
  readonly carries: readonly Carry[];
  readonly slices: readonly Slice[];
  readonly outputs: readonly Tensor[];
  readonly structure: Structure;
  readonly length: Dimension;
}

/** Calls the body once, on placeholders. */
function traceStep(
  body: (carry: never, slices: never) => unknown,
  { initial, sequences }: Trees,
  options: ScanOptions,
  literal: "float32" | "float64",
): Traced {
  const tensors = ({ leaves }: ArrayTree): Tensor[] =>
    leaves.map(({ path, value }) => {
      const tensor = asTensor(value as TensorLike, "scan", path);
      return isLiteral(value) && tensor.dtype === "float32" ? toDType(tensor, literal) : tensor;
    });
  const [first, whole] = [tensors(initial), tensors(sequences)];
  const length = lengthOf(sequences, whole, options.length);
  if (first.length + whole.length === 0) {
    throw new ShapeError("scan: initial and sequences must hold at least one array, got none.");
  }
  const inputs = first.map(({ shape, dtype }, index) => placeholder(`carry${index}`, shape, dtype));
  const slices = whole.map((sequence, index): Slice => ({
    sequence,
    input: placeholder(`slice${index}`, sequence.shape.slice(1), sequence.dtype),
  }));
  const result: unknown = body(
    unflatten(initial.structure, inputs) as never,
    unflatten(
      sequences.structure,
      slices.map(({ input }) => input),
    ) as never,
  );
  const [next, outputs] = splitResult(result);
  const carries = matchCarry(initial, first, inputs, next);
  const stacked = traceResult("scan", outputs, [], "the outputs of the body must be");
  return { carries, slices, outputs: stacked.outputs, structure: stacked.structure, length };
}

/** The number of steps. Throws `ShapeError` unless the sequences and the option agree on it. */
function lengthOf({ leaves }: ArrayTree, sequences: readonly Tensor[], given: number | undefined): Dimension {
  let length: Dimension | undefined = given;
  for (const [index, sequence] of sequences.entries()) {
    const { path } = leaves[index]!;
    const own = sequence.shape[0];
    if (own === undefined) throw new ShapeError(`scan: ${path} must have a first axis, got ${sequence}.`);
    if (length !== undefined && own !== length) {
      throw new ShapeError(
        `scan: ${path} must have ${print(length)} slices, as many as there are steps, got ${sequence}.`,
      );
    }
    length = own;
  }
  if (length !== undefined) return length;
  throw new ShapeError("scan: length must be given if there are no sequences, got none.");
}

function splitResult(result: unknown): readonly [unknown, unknown] {
  if (Array.isArray(result) && (result.length === 1 || result.length === 2)) {
    const [next, outputs] = result as unknown[];
    return [next, outputs ?? {}];
  }
  swallow(result);
  throw new DTypeError(`scan: the body must return [carry, outputs], got ${describe(result)}.`);
}

/** The next carries beside the initial ones. Throws unless they have the same structure and types. */
function matchCarry(initial: ArrayTree, first: readonly Tensor[], inputs: readonly Tensor[], next: unknown): Carry[] {
  const traced = traceResult("scan", next, [], "the carry that the body returns must be");
  if (JSON.stringify(traced.structure) !== JSON.stringify(initial.structure)) {
    throw new ShapeError(
      `scan: the body must return a carry of the structure of the initial one, got ${describe(next)}.`,
    );
  }
  return inputs.map((input, index): Carry => {
    const value = asCarry(traced.outputs[index]!, input);
    const { path } = initial.leaves[index]!;
    if (!sameShape(value.shape, input.shape)) {
      throw new ShapeError(`scan: the body must return a carry of the shape of ${path}, got ${value} for ${input}.`);
    }
    const mayWiden = input.dtype === "float32" && value.dtype === "float64" && isLiteral(initial.leaves[index]!.value);
    if (value.dtype !== input.dtype && !mayWiden) {
      throw new DTypeError(
        `scan: the body must return a carry of the dtype of ${path}, got ${value} for ${input}. Cast one of them.`,
      );
    }
    return { input, next: value, initial: first[index]! };
  });
}

/** A number that the body returns takes the dtype of the carry, unless it is a fraction and the carry an integer. */
function asCarry(next: Tensor, { dtype }: Tensor): Tensor {
  const isWhole = writtenAs(next)?.every(Number.isInteger);
  return isWhole === undefined || (dtype === "int32" ? !isWhole : !isFloat(dtype)) ? next : toDType(next, dtype);
}

function finish({ initial }: Trees, traced: Traced, { reverse = false }: ScanOptions): unknown {
  const { final, stacked } = makeScan({ ...traced, reverse });
  return [unflatten(initial.structure, final), unflatten(traced.structure, stacked)];
}
