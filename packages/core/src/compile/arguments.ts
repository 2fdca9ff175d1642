/** How do the arguments of a compiled function become the arrays that an executable takes? */
import { formatType } from "../array/format.ts";
import { isDeviceArray } from "../array/device-array.ts";
import { type DType, type TypedArray, holds } from "../array/dtype.ts";
import type { Engine, Value } from "../engine/contract.ts";
import { DTypeError, EngineError, ShapeError } from "../array/errors.ts";
import { convert } from "../array/convert.ts";
import { describe, withArticle } from "../array/describe.ts";
import { NDArray, isNDArray, soundArray } from "../array/ndarray.ts";
import { type Shape, frozenShape, sizeOf } from "../array/shape.ts";
import { isTensor } from "../tensor/tensor.ts";
import { isArrayLeaf } from "./trace.ts";
import { type Leaf, type Structure, flatten } from "../array/tree.ts";
import { type AnyTypedArray, isTypedArray, typedArrayName, typedElements } from "../array/typed-array.ts";

/** An array that goes in: its type, and its elements on the host or on a device. */
export interface Argument {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly value: Value;
}

/** All arguments of a call, taken apart. */
export interface BoundArguments {
  readonly arguments: readonly Argument[];
  readonly structure: Structure;
  /** Where each stands: `argument 0.weights`. */
  readonly paths: readonly string[];
}

/** The arguments as arrays; throws, naming the position, for what can't be one. Without an engine none may be on a device. */
export function bindArguments(caller: string, engine: Engine | undefined, args: readonly unknown[]): BoundArguments {
  const leaves: Leaf[] = [];
  const structure = args.map((arg, index) => {
    const tree = flatten(caller, arg, isArgumentLeaf, `argument ${index}`);
    leaves.push(...tree.leaves);
    return tree.structure;
  });
  // Numbers and lists of them have the precision of the arrays that they meet.
  const literal: DType = leaves.some(({ value }) => isFloat64(value)) ? "float64" : "float32";
  return {
    arguments: leaves.map(({ path, value }) => bindLeaf(caller, engine, path, value, literal)),
    structure,
    paths: leaves.map(({ path }) => path),
  };
}

/** A text that two lists of arguments share just when one graph serves both. */
export function argumentsKey({ arguments: list, structure }: BoundArguments): string {
  return `${JSON.stringify(structure)}${list.map(({ dtype, shape }) => formatType(dtype, shape)).join()}`;
}

function isArgumentLeaf(value: unknown): boolean {
  return isDeviceArray(value) || isArrayLeaf(value);
}

/** Whether an array, or a tensor, holds float64 by itself. */
export function isFloat64(value: unknown): boolean {
  if (typedArrayName(value) === "Float64Array") return true;
  return (isNDArray(value) || isDeviceArray(value) || isTensor(value)) && value.dtype === "float64";
}

function bindLeaf(caller: string, engine: Engine | undefined, path: string, value: unknown, literal: DType): Argument {
  if (isTensor(value)) {
    throw new DTypeError(
      `${caller}: ${path} must be an array, got the Tensor ${value}. A compiled function takes and returns arrays.`,
    );
  }
  if (isDeviceArray<Engine>(value)) {
    if (engine === undefined) {
      throw new EngineError(
        `${caller}: ${path} must be an array on the host, got ${describe(value)}. Read it first: await handle.read().`,
      );
    }
    if (value.engine !== engine) {
      throw new EngineError(
        `${caller}: ${path} must be an array of engine "${engine.name}" (${engine.device}), got one of "${value.engine.name}" (${value.engine.device}). ` +
          "Read it first: await handle.read().",
      );
    }
    return { dtype: value.dtype, shape: value.shape, value };
  }
  const { dtype, shape, data } = convert(caller, path, value, { literal });
  return { dtype, shape, value: data };
}

/** The type of an array, whose lengths are known. */
export interface ArrayType {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly size: number;
}

/** The types, of which each array has the very shape. */
export function arrayTypes(list: readonly { readonly dtype: DType; readonly shape: Shape }[]): ArrayType[] {
  return list.map(({ dtype, shape }) => ({
    dtype,
    shape: frozenShape(shape) as readonly number[],
    size: sizeOf(shape),
  }));
}

/** Where results are to be written: the typed arrays of a tree that stands as the results do. */
export function bindOutputs(
  caller: string,
  tree: unknown,
  structure: Structure,
  types: readonly ArrayType[],
): readonly TypedArray[] {
  return matchOutputs(tree, structure, types) ?? takeOutputs(caller, tree, structure, types);
}

/** The arrays, if they are one or a list, and each is just what it must be; else undefined, and they are taken apart. */
function matchOutputs(tree: unknown, structure: Structure, types: readonly ArrayType[]): TypedArray[] | undefined {
  const list = structure === null ? [tree] : tree;
  if (!Array.isArray(list) || list.length !== types.length) return undefined;
  if (structure !== null && !(Array.isArray(structure) && structure.every((part) => part === null))) return undefined;
  const arrays: TypedArray[] = [];
  for (let index = 0; index < list.length; index++) {
    const value: unknown = list[index];
    const { dtype, size } = types[index]!;
    const data: unknown = value instanceof NDArray && value.dtype === dtype ? value.data : value;
    if (!holds(dtype, data) || data.length !== size || size === 0) return undefined;
    if (arrays.some((earlier) => overlap(earlier, data))) return undefined;
    arrays.push(data);
  }
  return arrays;
}

function takeOutputs(
  caller: string,
  tree: unknown,
  structure: Structure,
  types: readonly ArrayType[],
): readonly TypedArray[] {
  // For a single result whatever came is told as that one array; a handle is never taken apart.
  const isLeaf = (value: unknown): boolean =>
    structure === null || isNDArray(value) || isTypedArray(value) || isDeviceArray(value);
  const { leaves, structure: given } = flatten(caller, tree, isLeaf);
  if (JSON.stringify(given) !== JSON.stringify(structure)) {
    const wanted = formatStructure(
      structure,
      types.map(({ dtype, shape }) => formatType(dtype, shape)),
    );
    const got = Array.isArray(tree) ? `a list of ${tree.length}` : describe(tree);
    throw new DTypeError(`${caller}: outputs must be arrays in the structure of the results, ${wanted}, got ${got}.`);
  }
  const arrays = leaves.map(({ path, value }, index) => {
    const { dtype, shape, size } = types[index]!;
    const name = `outputs${path === "" ? "" : ` ${path}`}`;
    if (!isNDArray(value) && !isTypedArray(value)) {
      throw new DTypeError(
        `${caller}: ${name} must be an NDArray or a typed array that holds ${formatType(dtype, shape)}, got ${describe(value)}.`,
      );
    }
    const data = elementsFor(caller, name, value, dtype);
    if (data?.length !== size) {
      throw new DTypeError(`${caller}: ${name} must hold ${formatType(dtype, shape)}, got ${describeArray(value)}.`);
    }
    return data;
  });
  requireApart(caller, arrays, leaves);
  return arrays;
}

/** The elements to be written, as a typed array of this realm; undefined if they are of another dtype. */
function elementsFor(
  caller: string,
  name: string,
  value: NDArray | AnyTypedArray,
  dtype: DType,
): TypedArray | undefined {
  if (isNDArray(value)) return value.dtype === dtype ? soundArray(caller, name, value).data : undefined;
  const { values } = typedElements(caller, name, value);
  return holds(dtype, values) ? values : undefined;
}

/** Throws `ShapeError` for two outputs that share memory: the second would overwrite the first. */
function requireApart(caller: string, arrays: readonly TypedArray[], leaves: readonly Leaf[]): void {
  for (const [index, array] of arrays.entries()) {
    const other = arrays.findIndex((earlier, position) => position < index && overlap(earlier, array));
    if (other === -1) continue;
    throw new ShapeError(
      `${caller}: outputs ${leaves[other]!.path} and ${leaves[index]!.path} must not share memory, got arrays that overlap in one buffer.`,
    );
  }
}

/** Whether two typed arrays have bytes in common. */
export function overlap(left: TypedArray, right: TypedArray): boolean {
  return (
    left.buffer === right.buffer &&
    left.byteOffset < right.byteOffset + right.byteLength &&
    right.byteOffset < left.byteOffset + left.byteLength
  );
}

/** `[f32[], {weights: f32[3]}]` */
function formatStructure(structure: Structure, types: readonly string[]): string {
  let next = 0;
  const format = (node: Structure): string => {
    if (node === null) return types[next++]!;
    if (Array.isArray(node)) return `[${node.map(format).join(", ")}]`;
    return `{${Object.entries(node)
      .map(([name, item]) => `${name}: ${format(item)}`)
      .join(", ")}}`;
  };
  return format(structure);
}

function describeArray(value: NDArray | AnyTypedArray): string {
  return isNDArray(value) ? describe(value) : `${withArticle(typedArrayName(value)!)} of length ${value.length}`;
}
