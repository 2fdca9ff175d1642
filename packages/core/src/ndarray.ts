/** What is a concrete array, and what can be made into one? */
import { isDeviceArray } from "./device-array.ts";
import { type DType, type TypedArray, allocate, castNumber, checkDType, holds } from "./dtype.ts";
import { DTypeError, OutOfRangeError, ShapeError } from "./errors.ts";
import { checkShape, formatShape, formatType, sizeOf } from "./shape.ts";
import { isTensor } from "./tensor.ts";

/** Numbers or booleans, nested. */
export type NestedArray = readonly (number | boolean | NestedArray)[];

/** The typed arrays that are accepted; those of other widths are converted. */
export type AnyTypedArray =
  | TypedArray
  | Int8Array
  | Int16Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Whatever can be made into an array. */
export type ArrayInput = number | boolean | NestedArray | AnyTypedArray | NDArray;

/** An array with its elements, in row-major order. It holds the typed array that it was given. */
export class NDArray {
  /** Tells an array from everything else, also one of another copy of the package. */
  readonly kind = "symloss.NDArray";
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;

  constructor(data: TypedArray, shape: readonly number[], dtype: DType) {
    this.data = data;
    this.shape = shape;
    this.dtype = dtype;
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return this.data.length;
  }

  /** The only element, a number (of a bool 0 or 1); throws `ShapeError` where there is not exactly one. */
  item(): number {
    if (this.data.length !== 1) throw new ShapeError(`item: the array must have one element, got ${this.toString()}.`);
    return this.data[0]!;
  }

  /** The elements as nested lists; a scalar is a bare number, bools are booleans. */
  toArray(): number | boolean | NestedArray {
    const element = (index: number) => (this.dtype === "bool" ? this.data[index] !== 0 : this.data[index]!);
    const build = (axis: number, offset: number, stride: number): number | boolean | NestedArray => {
      if (axis === this.shape.length) return element(offset);
      const length = this.shape[axis]!;
      const step = length === 0 ? 0 : stride / length;
      return Array.from({ length }, (_, index) => build(axis + 1, offset + index * step, step));
    };
    return build(0, 0, this.data.length);
  }

  /** `f32[32,10]` */
  toString(): string {
    return formatType(this.dtype, this.shape);
  }
}

/** Whether a value is a concrete array, of this copy of the package or another. */
export function isNDArray(value: unknown): value is NDArray {
  return typeof value === "object" && value !== null && (value as Partial<NDArray>).kind === "symloss.NDArray";
}

/** Whether a value is a typed array of any kind. */
export function isTypedArray(value: unknown): value is AnyTypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/**
 * Makes an array of numbers, booleans, nested lists or a typed array, which is kept and not copied where its elements are of the dtype.
 * Without `dtype`: numbers are float32, booleans bool, typed arrays keep their type (the narrow integers are int32).
 * Throws `ShapeError` for ragged lists and for a shape of another size, `DTypeError` for anything else, `OutOfRangeError` for integers outside of int32.
 * @example ndarray([[1, 2], [3, 4]]).shape // [2, 2]
 */
export function ndarray(values: ArrayInput, shape?: readonly number[], dtype?: DType): NDArray {
  if (dtype !== undefined) checkDType("ndarray", dtype);
  const array = convert("ndarray", "values", values, dtype);
  if (shape === undefined) return array;
  checkShape("ndarray", shape);
  if (sizeOf(shape) !== array.size) {
    throw new ShapeError(
      `ndarray: shape must have the size of the values, got ${formatShape(shape)} for ${array.size} elements.`,
    );
  }
  return new NDArray(array.data, Object.freeze([...shape]) as readonly number[], array.dtype);
}

/** An array of whatever can be made into one; messages name the caller and the argument. */
export function convert(caller: string, argument: string, values: unknown, dtype?: DType): NDArray {
  if (isNDArray(values))
    return dtype === undefined || dtype === values.dtype
      ? values
      : new NDArray(castData(values.data, dtype), values.shape, dtype);
  if (isTypedArray(values)) return fromTypedArray(caller, argument, values, dtype);
  if (typeof values === "number" || typeof values === "boolean") {
    const type = dtype ?? (typeof values === "number" ? "float32" : "bool");
    const data = allocate(type, 1);
    data[0] = castNumber(Number(values), type);
    return new NDArray(data, [], type);
  }
  if (Array.isArray(values)) return fromNested(caller, argument, values, dtype);
  const help = isDeviceArray(values)
    ? " Pass it to a compiled function as an argument, or read it first: await handle.read()."
    : "";
  throw new DTypeError(
    `${caller}: ${argument} must be a number, a boolean, a typed array, nested lists of numbers or an NDArray, got ${describe(values)}.${help}`,
  );
}

/** How a message shows a value that is not what it must be. */
export function describe(value: unknown): string {
  if (typeof value === "string") return `the string ${JSON.stringify(value)}`;
  if (typeof value === "bigint") return `the bigint ${value}`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  if (value instanceof Promise) return "a promise";
  if (isTensor(value)) return `the Tensor ${value}`;
  if (isNDArray(value)) return `the NDArray ${value}`;
  if (isDeviceArray(value)) return `a device array ${formatType(value.dtype, value.shape)}`;
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name: string } } | null;
  if (prototype === null || prototype === Object.prototype) {
    return `a record of ${Object.keys(value).join(", ") || "nothing"}`;
  }
  // Bundlers shorten the names of classes, but not of those that the platform brings.
  const name = prototype.constructor?.name ?? "";
  const known = (globalThis as unknown as Readonly<Record<string, unknown>>)[name] === prototype.constructor;
  return known ? `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}` : "an object";
}

/** The elements as those of another dtype, in a new typed array. */
function castData(data: TypedArray, dtype: DType): TypedArray {
  const result = allocate(dtype, data.length);
  for (let index = 0; index < data.length; index++) result[index] = castNumber(data[index]!, dtype);
  return result;
}

/** The dtype of a typed array's elements, or undefined where each value must be looked at. */
export function dtypeOf(values: AnyTypedArray): DType {
  if (values instanceof Float32Array) return "float32";
  if (values instanceof Float64Array) return "float64";
  return "int32";
}

function fromTypedArray(caller: string, argument: string, values: AnyTypedArray, dtype: DType | undefined): NDArray {
  const type = dtype ?? dtypeOf(values);
  const shape = [values.length];
  if (type !== "bool" && holds(type, values)) return new NDArray(values, shape, type);
  const data = allocate(type, values.length);
  const wide = values instanceof Uint32Array || values instanceof BigInt64Array || values instanceof BigUint64Array;
  for (let index = 0; index < values.length; index++) {
    const value = Number(values[index]);
    if (wide && type === "int32" && (value < -2147483648 || value > 2147483647)) {
      throw new OutOfRangeError(`${caller}: ${argument} must fit in int32, got ${values[index]} at [${index}].`);
    }
    data[index] = castNumber(value, type);
  }
  return new NDArray(data, shape, type);
}

function fromNested(caller: string, argument: string, values: readonly unknown[], dtype: DType | undefined): NDArray {
  const shape: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0] as unknown) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: (number | boolean)[] = [];
  collect(caller, argument, values, 0, shape, flat);
  const type = dtype ?? (flat.length > 0 && flat.every((value) => typeof value === "boolean") ? "bool" : "float32");
  const data = allocate(type, flat.length);
  for (let index = 0; index < flat.length; index++) data[index] = castNumber(Number(flat[index]), type);
  return new NDArray(data, shape, type);
}

function collect(
  caller: string,
  argument: string,
  values: unknown,
  depth: number,
  shape: readonly number[],
  flat: (number | boolean)[],
): void {
  if (Array.isArray(values)) {
    if (values.length !== shape[depth]) {
      throw new ShapeError(
        depth >= shape.length
          ? `${caller}: ${argument} must have numbers at depth ${depth}, got a list among them. Nested lists must all be equally deep.`
          : `${caller}: ${argument} must have lists of one length at depth ${depth}, got lengths ${shape[depth]} and ${values.length}.`,
      );
    }
    for (const value of values) collect(caller, argument, value, depth + 1, shape, flat);
  } else if (typeof values !== "number" && typeof values !== "boolean") {
    throw new DTypeError(`${caller}: ${argument} must hold numbers or booleans, got ${describe(values)}.`);
  } else if (depth < shape.length) {
    throw new ShapeError(
      `${caller}: ${argument} must have lists at depth ${depth}, got the number ${String(values)} among them.`,
    );
  } else {
    flat.push(values);
  }
}
