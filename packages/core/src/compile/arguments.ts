/** How do the arguments of a compiled function become the inputs of an executable? */
import { convert } from "../array/convert.ts";
import { describe } from "../array/describe.ts";
import { isDeviceArray } from "../array/device-array.ts";
import { type DType, type TypedArray, holds } from "../array/dtype.ts";
import { DTypeError, DisposedError, EngineError, ShapeError } from "../array/errors.ts";
import { isForeignFloat64 } from "../array/foreign-array.ts";
import { formatType, type ArrayType } from "../array/type.ts";
import { NDArray, isNDArray } from "../array/ndarray.ts";
import { sameShape } from "../array/broadcast.ts";
import { type Shape, sizeOf } from "../array/shape.ts";
import { type Leaf, type Structure, flatten } from "../array/tree.ts";
import { typedArrayName } from "../array/typed-array.ts";
import type { Engine, Value } from "../engine/contract.ts";
import { otherEngine } from "../engine/other-engine.ts";
import { placeholder } from "../tensor/operand.ts";
import { isTensor } from "../tensor/tensor.ts";
import { type StaticArguments, staticKey, takeStatic, withStatic } from "./static.ts";
import { type TracedGraph, isArrayLeaf, traceFunction } from "./trace.ts";

/** An input array: its type, and its elements on the host or on a device. */
export interface Argument extends ArrayType {
  readonly value: Value;
}

/** All arguments of a call, flattened. */
export interface BoundArguments {
  readonly arguments: readonly Argument[];
  readonly structure: Structure;
  /** The path of each: `argument 0.weights`. */
  readonly paths: readonly string[];
  /** To which argument each belongs. */
  readonly positions: readonly number[];
  /** Those that are no arrays. */
  readonly static: StaticArguments;
}

/** Stands in the structure where an argument is static, and so without leaves. */
const withoutLeaves: Structure = [];

/**
 * The arguments as arrays, but for those at static positions. Throws, naming the position, if one can't be what it must be, has been
 * disposed, or is on a device and no engine is given.
 */
export function bindArguments(
  caller: string,
  engine: Engine | undefined,
  args: readonly unknown[],
  staticPositions: readonly number[] = [],
): BoundArguments {
  const held = takeStatic(caller, staticPositions, args);
  const leaves: Leaf[] = [];
  const positions: number[] = [];
  const structure = args.map((arg, index) => {
    if (held.has(index)) return withoutLeaves;
    const tree = flatten(caller, arg, isArgumentLeaf, `argument ${index}`);
    leaves.push(...tree.leaves);
    positions.push(...tree.leaves.map(() => index));
    return tree.structure;
  });
  // Numbers and lists of them take the precision of the other arguments.
  const literal: DType = leaves.some(({ value }) => isFloat64(value)) ? "float64" : "float32";
  return {
    arguments: leaves.map(({ path, value }) => bindLeaf(caller, engine, path, value, literal)),
    structure,
    paths: leaves.map(({ path }) => path),
    positions,
    static: held,
  };
}

/** Whether each argument that is not static is a single array. */
export function isFlat({ structure, static: held }: BoundArguments): boolean {
  return (structure as readonly Structure[]).every((part, index) => part === null || held.has(index));
}

/** The graph of a function traced on arguments of these types. */
export function traceArguments(
  caller: string,
  fn: (...args: never[]) => unknown,
  bound: BoundArguments,
  types: readonly ArrayType<Shape>[] = bound.arguments,
): TracedGraph {
  const inputs = types.map(({ shape, dtype }, index) => placeholder(inputName(bound.paths[index]!), shape, dtype));
  return traceFunction(caller, withStatic(fn, bound.static), inputs, bound.structure);
}

/** `argument 0.weights` is printed as `x0.weights` in a graph. */
export function inputName(path: string): string {
  return path.replace("argument ", "x");
}

/** A key that two lists of arguments, of these types, share exactly if one graph serves both. */
export function argumentsKey({ structure, static: held }: BoundArguments, types: readonly ArrayType<Shape>[]): string {
  const key = `${JSON.stringify(structure)}${types.map(({ dtype, shape }) => `${dtype}${JSON.stringify(shape)}`).join()}`;
  return held.size === 0 ? key : `${key} ${staticKey(held)}`;
}

function isArgumentLeaf(value: unknown): boolean {
  return isDeviceArray(value) || isArrayLeaf(value);
}

/** Whether a value is an array or tensor of float64. */
export function isFloat64(value: unknown): boolean {
  if (typedArrayName(value) === "Float64Array") return true;
  if (isNDArray(value) || isDeviceArray(value) || isTensor(value)) return value.dtype === "float64";
  return isForeignFloat64(value);
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
        `${caller}: ${path} must be an array of engine "${engine.name}" (${engine.device}), got one of ${otherEngine(engine, value.engine)}. ` +
          "Read it first: await handle.read().",
      );
    }
    if (value.disposed) {
      throw new DisposedError(
        `${caller}: ${path}, the device array ${formatType(value.dtype, value.shape)}, has been disposed. Dispose of it after the last call that takes it.`,
      );
    }
    return { dtype: value.dtype, shape: value.shape, value };
  }
  const { dtype, shape, data } = convert(caller, path, value, { literal });
  return { dtype, shape, value: data };
}

/** Throws `ShapeError` if there are fewer arguments than parameters without a default; `help` is a sentence that says where they go. */
export function requireArguments(
  caller: string,
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  help: string,
): void {
  if (args.length >= fn.length) return;
  const wanted = fn.length === 1 ? "its argument" : `its ${fn.length} arguments`;
  throw new ShapeError(
    `${caller}: the function must be given ${wanted}, got ${args.length === 0 ? "none" : args.length}. ${help}`,
  );
}

/** Of what class an array of user data is. */
const classes: { readonly [D in DType]?: unknown } = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
};

/** The values, if each argument is an array of exactly this type; else undefined, and the arguments have to be flattened. */
export function matchArguments(types: readonly ArrayType[], args: readonly unknown[]): Value[] | undefined {
  if (args.length !== types.length) return undefined;
  const values: Value[] = [];
  for (let index = 0; index < types.length; index++) {
    const value = matchArray(args[index], types[index]!);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** The elements of a valid, non-empty array of this type; undefined for anything else. */
function matchArray(arg: unknown, { dtype, shape }: ArrayType): TypedArray | undefined {
  if (ArrayBuffer.isView(arg)) {
    const matches = arg.constructor === classes[dtype] && shape.length === 1;
    return matches && (arg as TypedArray).length === shape[0] && shape[0] !== 0 ? (arg as TypedArray) : undefined;
  }
  if (!(arg instanceof NDArray) || arg.dtype !== dtype) return undefined;
  const { data } = arg;
  const matches = sameShape(arg.shape, shape) && holds(dtype, data) && data.length === sizeOf(shape);
  return matches && data.length !== 0 ? data : undefined;
}
