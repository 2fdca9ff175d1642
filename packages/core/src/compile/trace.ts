/** How does a function of tensors become a graph? It is called on placeholders: once, or twice if lengths have names. */
import { type DType, isDType } from "../array/dtype.ts";
import { DTypeError, ShapeError } from "../array/errors.ts";
import { isForeignArray } from "../array/foreign-array.ts";
import type { Graph } from "../graph/graph.ts";
import { describe, print } from "../array/describe.ts";
import { isNDArray } from "../array/ndarray.ts";
import { traceNamed } from "./named-lengths.ts";
import { type TensorLike, type Tensor, isTensor } from "../tensor/tensor.ts";
import { asTensor, placeholder } from "../tensor/operand.ts";
import { type OptionTable, checkOptions, functionRule, recordRule, requireRule } from "../array/options.ts";
import { type Shape, isShape } from "../array/shape.ts";
import { type Structure, flatten, isNestedArray, unflatten } from "../array/tree.ts";
import { isTypedArray } from "../array/typed-array.ts";

/** The shape and dtype of an input. */
export interface InputSpec {
  readonly shape: Shape;
  readonly dtype?: DType;
}

/** A graph, and the structure of what the function returned. */
export interface TracedGraph extends Graph {
  readonly structure: Structure;
  /** The path of each output: `[0]`, `loss`. */
  readonly paths: readonly string[];
}

/** The graph of `fn` over these placeholders, passed as arguments of this structure. */
export function traceFunction(
  caller: string,
  fn: (...args: never[]) => unknown,
  inputs: readonly Tensor[],
  structure: Structure,
): TracedGraph {
  const trace = (placeholders: readonly Tensor[]): TracedGraph => {
    const result: unknown = fn(...(unflatten(structure, placeholders) as never[]));
    if (result instanceof Promise) {
      // A later rejection is not the error to report.
      result.catch(() => {});
      throw new DTypeError(
        `${caller}: the function must return tensors, got a promise. It is traced and must not be async.`,
      );
    }
    return traceResult(caller, result, placeholders);
  };
  return traceNamed(caller, trace, inputs);
}

/** The graph with the leaves of a tree of tensors as outputs. */
export function traceResult(
  caller: string,
  result: unknown,
  inputs: readonly Tensor[],
  what = "the function must return",
): TracedGraph {
  const { leaves, structure } = flatten(caller, result, isArrayLeaf);
  const outputs = leaves.map(({ path, value }) => {
    if (!isArrayLeaf(value)) {
      throw new DTypeError(
        `${caller}: ${what} a Tensor, or lists and records of them, got ${describe(value)}${path === "" ? "" : ` as ${path}`}.`,
      );
    }
    return asTensor(value as TensorLike, caller, path === "" ? "the result" : path);
  });
  return { inputs, outputs, structure, paths: leaves.map(({ path }) => path) };
}

/** The graph of a function that takes one record of named inputs, whose dimensions may have names. */
export function traceGraph(
  caller: string,
  fn: (inputs: never) => unknown,
  specs: Readonly<Record<string, InputSpec>>,
): TracedGraph {
  requireRule(caller, "fn", functionRule, fn);
  requireRule(caller, "inputs", recordRule, specs);
  const inputs = Object.entries(specs).map(([name, spec]) =>
    placeholderOf(name, `${caller}: input ${print(name)}`, spec),
  );
  const trace = (placeholders: readonly Tensor[]): TracedGraph => {
    const record = Object.fromEntries(Object.keys(specs).map((name, index) => [name, placeholders[index]!]));
    return traceResult(caller, fn(record as never), placeholders);
  };
  return traceNamed(caller, trace, inputs);
}

const specOptions: OptionTable<InputSpec> = {
  shape: {
    must: "a list of lengths (non-negative integers) or names",
    holds: isShape,
    error: ShapeError,
    required: true,
  },
  dtype: { must: "the name of a dtype", holds: isDType, error: DTypeError },
};

/** The placeholder for an input of this type. Throws, naming the caller, if the type is not one. */
export function placeholderOf(name: string, caller: string, spec: InputSpec): Tensor {
  checkOptions(caller, spec, specOptions);
  const { shape, dtype = "float32" } = spec;
  return placeholder(name, [...shape], dtype);
}

/** Whether a value is a tensor or an array, and not a tree of them. */
export function isArrayLeaf(value: unknown): boolean {
  return isTensor(value) || isNDArray(value) || isTypedArray(value) || isNestedArray(value) || isForeignArray(value);
}
