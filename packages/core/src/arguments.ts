/** How do the arguments of a compiled function become the arrays that an executable takes? */
import { isDeviceArray } from "./device-array.ts";
import { type DType, type TypedArray, bytesPerElement } from "./dtype.ts";
import type { Engine, Value } from "./engine.ts";
import { DTypeError, EngineError } from "./errors.ts";
import { type AnyTypedArray, type NDArray, convert, describe, dtypeOf, isNDArray, isTypedArray } from "./ndarray.ts";
import { formatType } from "./shape.ts";
import { isTensor } from "./tensor.ts";
import { isArrayLeaf } from "./trace.ts";
import { type Leaf, type Structure, flatten } from "./tree.ts";

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
    const tree = flatten(arg, isArgumentLeaf, `argument ${index}`);
    leaves.push(...tree.leaves);
    return tree.structure;
  });
  // A bare number has the precision of the arrays that it meets.
  const numberType: DType = leaves.some(({ value }) => isFloat64(value)) ? "float64" : "float32";
  return {
    arguments: leaves.map(({ path, value }) => bindLeaf(caller, engine, path, value, numberType)),
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

function isFloat64(value: unknown): boolean {
  return value instanceof Float64Array || ((isNDArray(value) || isDeviceArray(value)) && value.dtype === "float64");
}

function bindLeaf(
  caller: string,
  engine: Engine | undefined,
  path: string,
  value: unknown,
  numberType: DType,
): Argument {
  if (isTensor(value)) {
    throw new DTypeError(
      `${caller}: ${path} must be an array, got the Tensor ${value}. A compiled function takes and returns arrays.`,
    );
  }
  if (isDeviceArray(value)) {
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
  const array = convert(caller, path, value, typeof value === "number" ? numberType : undefined);
  return { dtype: array.dtype, shape: array.shape, value: array.data };
}

/** Where results are to be written: the typed arrays of a tree that stands as the results do. */
export function bindOutputs(
  caller: string,
  tree: unknown,
  structure: Structure,
  types: readonly { dtype: DType; shape: readonly number[] }[],
): TypedArray[] {
  // For a single result whatever came is told as that one array; a handle is never taken apart.
  const isLeaf = (value: unknown): boolean =>
    structure === null || isNDArray(value) || isTypedArray(value) || isDeviceArray(value);
  const { leaves, structure: given } = flatten(tree, isLeaf);
  if (JSON.stringify(given) !== JSON.stringify(structure)) {
    const wanted = formatStructure(
      structure,
      types.map(({ dtype, shape }) => formatType(dtype, shape)),
    );
    const got = Array.isArray(tree) ? `a list of ${tree.length}` : describe(tree);
    throw new DTypeError(`${caller}: outputs must be arrays in the structure of the results, ${wanted}, got ${got}.`);
  }
  return leaves.map(({ path, value }, index) => {
    const { dtype, shape } = types[index]!;
    const name = `outputs${path === "" ? "" : ` ${path}`}`;
    if (!isNDArray(value) && !isTypedArray(value)) {
      throw new DTypeError(
        `${caller}: ${name} must be an NDArray or a typed array that holds ${formatType(dtype, shape)}, got ${describe(value)}.`,
      );
    }
    const size = shape.reduce((left, right) => left * right, 1);
    const data = isNDArray(value) ? value.data : value;
    const actual = isNDArray(value)
      ? value.dtype
      : dtype === "bool" && data instanceof Uint8Array
        ? "bool"
        : dtypeOf(data);
    if (actual !== dtype || data.length !== size || data.BYTES_PER_ELEMENT !== bytesPerElement[dtype]) {
      throw new DTypeError(
        `${caller}: ${name} must hold ${formatType(dtype, shape)}, got ${describeArray(data, value)}.`,
      );
    }
    return data as TypedArray;
  });
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

function describeArray(data: AnyTypedArray, value: unknown): string {
  return isNDArray(value) ? (value as NDArray).toString() : `a ${data.constructor.name} of length ${data.length}`;
}
