/** What can be converted to an array, and with which dtype? */
import { formatShape, formatPosition, sizeOf } from "./shape.ts";
import { isBranded } from "./brand.ts";
import { describe } from "./describe.ts";
import { isDeviceArray } from "./device-array.ts";
import { type DType, type TypedArray, allocate, castNumber, holds, promote } from "./dtype.ts";
import { checkDType, checkLengths } from "./type-check.ts";
import { DTypeError, OutOfRangeError, ShapeError } from "./errors.ts";
import { NDArray, type Nested, type NestedArray, isNDArray, soundArray } from "./ndarray.ts";
import { refuseSurplus } from "./options.ts";
import { type ArrayRecord, type ForeignElements, foreignElements, isForeignArray } from "./foreign-array.ts";
import { type Rows, isRows, splitRows } from "./rows.ts";
import { deepest } from "./tree.ts";
import { type AnyTypedArray, type Float16ArrayLike, isTypedArray, typedElements } from "./typed-array.ts";

/** Anything that is an array wherever arrays are taken. */
export type ArrayInput = number | boolean | NestedArray | AnyTypedArray | NDArray | ArrayRecord;

/** The dtype that values have as an array, as far as their type says: a list of booleans may be empty, and then it is one of numbers. */
export type DTypeOf<Values> = IsAny<Values> extends true ? DType : DTypeOfKnown<Values>;
type IsAny<T> = 0 extends 1 & T ? true : false;
type DTypeOfKnown<Values> =
  Values extends NDArray<infer D>
    ? D
    : Values extends boolean
      ? "bool"
      : Values extends Float64Array
        ? "float64"
        : Values extends Nested<number> | Float32Array | Float16ArrayLike
          ? "float32"
          : Values extends AnyTypedArray
            ? "int32"
            : Values extends readonly AnyTypedArray[]
              ? DTypeOfKnown<Values[number]>
              : Values extends ArrayRecord
                ? DTypeOfData<Values["data"]>
                : DType;

/** Bytes may be bools: which they are is seldom known to a type. */
type DTypeOfData<Data> = Data extends Float64Array
  ? "float64"
  : Data extends Float32Array | Float16ArrayLike
    ? "float32"
    : Data extends Uint8Array
      ? "int32" | "bool"
      : Data extends AnyTypedArray
        ? "int32"
        : never;

/** The dtype of a converted array. */
export interface ConversionTypes {
  /** The dtype of the array, whatever the values are. */
  readonly dtype?: DType | undefined;
  /** The dtype of numbers and lists of numbers, which have none of their own. Default float32. */
  readonly literal?: DType | undefined;
}

/**
 * Makes an array from a number, a boolean, nested lists or a typed array, which is used without copying if it already has the dtype;
 * typed arrays in lists are rows, and arrays of other libraries that are a typed array and its shape are taken as they are. Without `dtype`, numbers become float32, booleans bool, and typed arrays keep their type (narrow integers become int32, float16
 * becomes float32). With `dtype: "int32"`, fractions are truncated.
 * Throws `ShapeError` if lists are ragged or the shape has another size, `OutOfRangeError` if int32 can't hold a number (NaN
 * included), and `DTypeError` if the values can't be converted at all.
 * @example ndarray([[1, 2], [3, 4]]).shape // [2, 2]
 */
export function ndarray<Values extends ArrayInput | Rows, D extends DType = DTypeOf<Values>>(
  values: Values,
  shape?: readonly number[],
  dtype?: D,
): NDArray<D>;
export function ndarray(values: ArrayInput | Rows, shape?: readonly number[], dtype?: DType): NDArray {
  refuseSurplus("ndarray", arguments, ["values", "shape", "dtype"]);
  if (dtype !== undefined) checkDType("ndarray", dtype);
  const array = convert("ndarray", "values", values, { dtype });
  if (shape === undefined) return array;
  checkLengths("ndarray", shape);
  if (sizeOf(shape) !== array.size) {
    throw new ShapeError(
      `ndarray: shape must have the size of the values, got ${formatShape(shape)} for ${array.size} elements.`,
    );
  }
  return new NDArray(array.data, shape, array.dtype);
}

/** The values as an array; messages name the caller and the argument. */
export function convert(caller: string, argument: string, values: unknown, types: ConversionTypes = {}): NDArray {
  if (isNDArray(values)) return fromNDArray(caller, argument, values, types.dtype);
  if (isTypedArray(values)) return fromTypedArray(caller, argument, values, types.dtype);
  if (isRows(values)) return fromRows(caller, argument, values, types.dtype);
  if (typeof values === "number" || typeof values === "boolean" || Array.isArray(values)) {
    return fromNested(caller, argument, values as number | boolean | readonly unknown[], types);
  }
  const foreign = foreignElements(caller, argument, values);
  if (foreign !== undefined) return fromForeign(caller, argument, foreign, types.dtype);
  const help = isDeviceArray(values) ? howToRead : "";
  throw new DTypeError(
    `${caller}: ${argument} must be a number, a boolean, a typed array, nested lists of numbers or an NDArray, got ${describe(values)}.${help}`,
  );
}

const howToRead = " Pass it to a compiled function as an argument, or read it first: await handle.read().";

function fromNDArray(caller: string, argument: string, array: NDArray, dtype: DType | undefined): NDArray {
  const { data, shape, dtype: own } = soundArray(caller, argument, array);
  if (dtype === undefined || dtype === own) {
    return array instanceof NDArray && data === array.data ? array : new NDArray(data, shape, own);
  }
  return new NDArray(castElements(caller, argument, data, shape, dtype), shape, dtype);
}

function fromForeign(
  caller: string,
  argument: string,
  { values, shape, isBool }: ForeignElements,
  dtype: DType | undefined,
): NDArray {
  if (!isBool) return fromTypedArray(caller, argument, values, dtype, shape);
  return fromNDArray(caller, argument, fromTypedArray(caller, argument, values, "bool", shape), dtype);
}

function fromTypedArray(
  caller: string,
  argument: string,
  array: AnyTypedArray,
  dtype: DType | undefined,
  shape: readonly number[] = [array.length],
): NDArray {
  const { values, dtype: own, wide } = typedElements(caller, argument, array);
  const type = dtype ?? own;
  if (type !== "bool" && holds(type, values)) return new NDArray(values, shape, type);
  if (dtype === undefined && !wide) return new NDArray(castAll(values, type), shape, type);
  return new NDArray(castElements(caller, argument, values, shape, type), shape, type);
}

/** The rows one after the other, in the narrowest dtype that holds all of them. */
function fromRows(caller: string, argument: string, values: Rows, dtype: DType | undefined): NDArray {
  const { rows, shape } = splitRows(caller, argument, values);
  const arrays = rows.map((row) => fromTypedArray(caller, row.path, row.values, dtype));
  const type = arrays.map((array) => array.dtype).reduce(promote);
  const data = allocate(type, sizeOf(shape));
  for (const [index, array] of arrays.entries()) data.set(array.data, index * array.size);
  return new NDArray(data, shape, type);
}

/** The elements converted to another dtype, in a new typed array. Throws `OutOfRangeError` if int32 can't hold one. */
function castElements(
  caller: string,
  argument: string,
  values: AnyTypedArray,
  shape: readonly number[],
  dtype: DType,
): TypedArray {
  if (dtype === "int32") {
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      // Written so that NaN fails too.
      if (value > -2147483649 && value < 2147483648) continue;
      const position = shape.length === 0 ? "" : ` at ${formatPosition(index, shape)}`;
      throw new OutOfRangeError(`${caller}: ${argument} must fit in int32, got ${value}${position}.`);
    }
  }
  return castAll(values, dtype);
}

function castAll(values: AnyTypedArray, dtype: DType): TypedArray {
  const result = allocate(dtype, values.length);
  for (let index = 0; index < values.length; index++) result[index] = castNumber(Number(values[index]), dtype);
  return result;
}

function fromNested(
  caller: string,
  argument: string,
  values: number | boolean | readonly unknown[],
  { dtype, literal = "float32" }: ConversionTypes,
): NDArray {
  const shape = measure(caller, argument, values);
  const flat = new Float64Array(sizeOf(shape));
  const { booleans } = collect({ caller, argument, shape, flat, next: 0, booleans: true }, values, 0);
  const type = dtype ?? (booleans && flat.length > 0 ? "bool" : literal);
  return new NDArray(castElements(caller, argument, flat, shape, type), shape, type);
}

/** More elements than any typed array that this library allocates. */
const mostElements = 2 ** 32;

/** The lengths of nested lists, read from the first list at each level. */
function measure(caller: string, argument: string, values: unknown): number[] {
  const shape: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0] as unknown) {
    if (shape.length === deepest) {
      throw new ShapeError(
        `${caller}: ${argument} must be nested at most ${deepest} deep, got deeper lists, or one that contains itself.`,
      );
    }
    shape.push(level.length);
    if (level.length === 0) break;
  }
  if (sizeOf(shape) > mostElements) {
    throw new ShapeError(
      `${caller}: ${argument} must have at most ${mostElements} elements, got lists of shape ${formatShape(shape)}.`,
    );
  }
  return shape;
}

/** The elements collected so far from nested lists, how many there are, and whether all were booleans. */
interface Collection {
  readonly caller: string;
  readonly argument: string;
  readonly shape: readonly number[];
  readonly flat: Float64Array;
  next: number;
  booleans: boolean;
}

/** Collects exactly the elements of the shape; throws if the lists are deeper or longer than it. */
function collect(into: Collection, values: unknown, depth: number): Collection {
  const { caller, argument, shape } = into;
  if (Array.isArray(values)) {
    if (values.length !== shape[depth]) {
      throw new ShapeError(
        depth >= shape.length
          ? `${caller}: ${argument} must have numbers at depth ${depth}, got a list among them. Nested lists must all be equally deep.`
          : `${caller}: ${argument} must have lists of one length at depth ${depth}, got lengths ${shape[depth]} and ${values.length}.`,
      );
    }
    for (const value of values) collect(into, value, depth + 1);
  } else if (typeof values !== "number" && typeof values !== "boolean") {
    throw new DTypeError(
      `${caller}: ${argument} must hold numbers or booleans, got ${describe(values)}.${howToJoin(values)}`,
    );
  } else if (depth < shape.length) {
    throw new ShapeError(
      `${caller}: ${argument} must have lists at depth ${depth}, got the number ${String(values)} among them.`,
    );
  } else {
    into.flat[into.next++] = Number(values);
    into.booleans &&= typeof values === "boolean";
  }
  return into;
}

/** How several arrays in a list, of which this is one, become a single array; empty if it is none. */
function howToJoin(value: unknown): string {
  if (isDeviceArray(value)) return howToRead;
  const oneTensor = " Use stack([..]) to make one Tensor of several";
  if (isBranded(value, "Tensor") || isForeignArray(value)) return `${oneTensor}.`;
  const elements = isNDArray(value) ? "x.toArray()" : isTypedArray(value) ? "Array.from(x)" : undefined;
  return elements === undefined ? "" : `${oneTensor}, or ndarray([${elements}, ..]) to make one array.`;
}
