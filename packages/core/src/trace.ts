/** How does a function of tensors become a graph? It is called once, on placeholders. */
import { type DType, checkDType } from "./dtype.ts";
import { DTypeError } from "./errors.ts";
import type { Graph } from "./graph.ts";
import { describe, isNDArray, isTypedArray } from "./ndarray.ts";
import { type TensorLike, asTensor } from "./operand.ts";
import { type Shape, checkShape } from "./shape.ts";
import { type Tensor, isTensor, makeTensor } from "./tensor.ts";
import { type Structure, flatten, isNestedArray, unflatten } from "./tree.ts";

/** The shape and dtype of an input. */
export interface InputSpec {
  readonly shape: Shape;
  readonly dtype?: DType;
}

/** A graph, and how its outputs stand in what the function returned. */
export interface TracedGraph extends Graph {
  readonly structure: Structure;
  /** Where each output stands: `[0]`, `loss`. */
  readonly paths: readonly string[];
}

/** A placeholder for an array that is given when the graph runs. */
export function placeholder(name: string, shape: Shape, dtype: DType): Tensor {
  return makeTensor("input", [], { name, shape, dtype });
}

/** The graph of `fn` over these placeholders, which stand in its arguments as the structure says. */
export function traceFunction(
  caller: string,
  fn: (...args: never[]) => unknown,
  inputs: readonly Tensor[],
  structure: Structure,
): TracedGraph {
  const result: unknown = fn(...(unflatten(structure, inputs) as never[]));
  if (result instanceof Promise) {
    // What it goes on to throw is not the fault to tell of.
    result.catch(() => {});
    throw new DTypeError(
      `${caller}: the function must return tensors, got a promise. It is traced once and must not be async.`,
    );
  }
  return traceResult(caller, result, inputs);
}

/** The graph whose outputs are the leaves of a tree of tensors. */
export function traceResult(caller: string, result: unknown, inputs: readonly Tensor[]): TracedGraph {
  const { leaves, structure } = flatten(result, isArrayLeaf);
  const outputs = leaves.map(({ path, value }) => {
    if (!isArrayLeaf(value)) {
      throw new DTypeError(
        `${caller}: the function must return a Tensor, or lists and records of them, got ${describe(value)}${path === "" ? "" : ` as ${path}`}.`,
      );
    }
    return asTensor(value as TensorLike, caller, path);
  });
  return { inputs, outputs, structure, paths: leaves.map(({ path }) => path) };
}

/** The graph of a function of one record of named inputs, whose dimensions may have names. */
export function traceGraph(
  caller: string,
  fn: (inputs: never) => unknown,
  specs: Readonly<Record<string, InputSpec>>,
): TracedGraph {
  const inputs = Object.entries(specs).map(([name, { shape, dtype = "float32" }]) => {
    checkShape(`${caller}: input ${name}`, shape);
    checkDType(`${caller}: input ${name}`, dtype);
    return placeholder(name, [...shape], dtype);
  });
  const record = Object.fromEntries(Object.keys(specs).map((name, index) => [name, inputs[index]!]));
  return traceResult(caller, fn(record as never), inputs);
}

/** Whether a value is a tensor or an array, and not a tree of them. */
export function isArrayLeaf(value: unknown): boolean {
  return isTensor(value) || isNDArray(value) || isTypedArray(value) || isNestedArray(value);
}
