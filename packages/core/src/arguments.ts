/** How do the arguments of a compiled function become the arrays that an executable takes? */
import { type DType, type TypedArray, bytesPerElement } from "./dtype.ts";
import type { DeviceArray, Engine, Value } from "./engine.ts";
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

/** The arguments as arrays; throws, naming the position, for what can't be one. */
export function bindArguments(caller: string, engine: Engine, args: readonly unknown[]): BoundArguments {
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

/** Whether a value is an array on a device. */
function isDeviceArray(value: unknown): value is DeviceArray {
  return typeof value === "object" && value !== null && "engine" in value && "read" in value && "dtype" in value;
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

function bindLeaf(caller: string, engine: Engine, path: string, value: unknown, numberType: DType): Argument {
  if (isTensor(value)) {
    throw new DTypeError(
      `${caller}: ${path} must be an array, got the Tensor ${value}. A compiled function takes and returns arrays.`,
    );
  }
  if (isDeviceArray(value)) {
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
  const { leaves, structure: given } = flatten(tree, (value) => isNDArray(value) || isTypedArray(value));
  if (JSON.stringify(given) !== JSON.stringify(structure)) {
    throw new DTypeError(`${caller}: outputs must be arrays in the structure of the results, got ${describe(tree)}.`);
  }
  return leaves.map(({ path, value }, index) => {
    const { dtype, shape } = types[index]!;
    const size = shape.reduce((left, right) => left * right, 1);
    const data = isNDArray(value) ? value.data : (value as AnyTypedArray);
    const actual = isNDArray(value)
      ? value.dtype
      : dtype === "bool" && data instanceof Uint8Array
        ? "bool"
        : dtypeOf(data);
    if (actual !== dtype || data.length !== size || data.BYTES_PER_ELEMENT !== bytesPerElement[dtype]) {
      throw new DTypeError(
        `${caller}: outputs${path === "" ? "" : ` ${path}`} must hold ${formatType(dtype, shape)}, got ${describeArray(data, value)}.`,
      );
    }
    return data as TypedArray;
  });
}

function describeArray(data: AnyTypedArray, value: unknown): string {
  return isNDArray(value) ? (value as NDArray).toString() : `a ${data.constructor.name} of length ${data.length}`;
}
