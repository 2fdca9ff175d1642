/** Which arrays of other libraries are taken, and how do the others give their elements? Nothing that they say of themselves is trusted. */
import { isBranded } from "./brand.ts";
import { print, withArticle } from "./describe.ts";
import { isDeviceArray } from "./device-array.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { isLength, isListOf, sizeOf, stridesOf } from "./shape.ts";
import { checkLengths } from "./type-check.ts";
import { type AnyTypedArray, isTypedArray, typedArrayName, typedElements } from "./typed-array.ts";
import { gather } from "./view.ts";

/** An array of another library: a typed array and its lengths, which ONNX Runtime calls `dims`. */
export type ArrayRecord = ElementsAndLayout &
  ({ readonly shape: readonly number[] } | { readonly dims: readonly number[] });

/** What else it says of its elements is honoured, or refused. */
interface ElementsAndLayout {
  /** Texts are refused: ONNX Runtime types its tensors as if any may have them. */
  readonly data: AnyTypedArray | readonly string[];
  /** The name of their type: `float32`, `uint8`, `bool`. */
  readonly dtype?: unknown;
  readonly type?: unknown;
  /** How many elements one step along each axis skips. */
  readonly stride?: readonly number[] | undefined;
  readonly strides?: readonly number[] | undefined;
  /** The place of the first element. */
  readonly offset?: number | undefined;
  /** Whether the first axis is the one along which elements lie side by side. */
  readonly fortranOrder?: boolean | undefined;
}

/** The elements of such an array in row-major order, and whether they are bytes that stand for bools. */
export interface ForeignElements {
  readonly values: AnyTypedArray;
  readonly shape: readonly number[];
  readonly isBool: boolean;
}

/** All that is read of an object, at once, so that getters and proxies that throw do so in one place. */
interface Parts {
  /** An error if its getter threw: the elements are on a device, or gone. */
  readonly data: unknown;
  readonly lengths: unknown;
  /** Why it is not taken, though it is an array, and the call that gives its elements. */
  readonly refusal: string | undefined;
  readonly name: string;
  readonly type: unknown;
  readonly strides: unknown;
  readonly start: unknown;
  readonly isColumnMajor: boolean;
}

/**
 * Whether a value is an array of another library, or one that has to be asked for its elements, and so no tree of arrays. JSON never is:
 * its data would be a list.
 */
export function isForeignArray(value: unknown): value is ArrayRecord {
  const parts = partsOf(value);
  if (parts === undefined) return false;
  return parts.refusal !== undefined || (isTypedArray(parts.data) && isListOf(parts.lengths, isLength));
}

/** Whether a value is such an array of float64. */
export function isForeignFloat64(value: unknown): boolean {
  return typedArrayName(partsOf(value)?.data) === "Float64Array";
}

/**
 * The elements of an array of another library, without copying if they lie in row-major order; undefined if the value is none.
 * Throws, naming the argument, if they are not what the array says, or if it has to be asked for them.
 */
export function foreignElements(caller: string, argument: string, value: unknown): ForeignElements | undefined {
  const parts = partsOf(value);
  if (parts === undefined || (parts.lengths ?? parts.refusal) === undefined) return undefined;
  const { data, name } = parts;
  if (isTypedArray(data) && parts.refusal === undefined) return takeElements(caller, argument, parts, data);
  const isList = Array.isArray(data) ? "whose data is a list. What toJSON gave is read by NDArray.from(x)." : undefined;
  const refusal = parts.refusal ?? isList;
  if (refusal === undefined) return undefined;
  throw new DTypeError(`${caller}: ${argument} must hold its elements in a typed array, got ${name}, ${refusal}`);
}

function takeElements(
  caller: string,
  argument: string,
  { lengths, type, strides: given, start, isColumnMajor }: Parts,
  data: AnyTypedArray,
): ForeignElements {
  checkLengths(caller, lengths, `the shape of ${argument}`);
  const shape = [...lengths];
  requireType(caller, argument, type, data);
  const isBool = type === "bool";
  const { values } = typedElements(caller, argument, data);
  const own = stridesOf(shape);
  const strides = given ?? (isColumnMajor ? stridesOf(shape.toReversed()).toReversed() : own);
  const size = sizeOf(shape);
  const isWhole = given === undefined && start === 0;
  if (
    !isListOf(strides, isInteger) ||
    !isInteger(start) ||
    (isWhole ? size !== values.length : !liesWithin(values.length, shape, strides, start))
  ) {
    const layout = isWhole ? "" : `, at strides ${print(strides)} from offset ${print(start)}`;
    throw new ShapeError(
      `${caller}: ${argument} must have as many elements as its shape ${print(shape)}${layout}, got ${values.length}.`,
    );
  }
  const isContiguous = shape.every((length, axis) => length === 1 || strides[axis] === own[axis]);
  if (!isContiguous) return { values: gather(values, shape, strides, start), shape, isBool };
  // Float16Array has this method too, where it exists.
  const within = isWhole ? values : (values as Float32Array).subarray(start, start + size);
  return { values: within, shape, isBool };
}

/** Types that have not the name of a typed array, and the name of the one that holds them. */
const heldBy: Readonly<Record<string, string>> = {
  bool: "uint8",
  buffer: "uint8",
  uint8c: "uint8",
  uint8_clamped: "uint8",
  int64: "bigint64",
  uint64: "biguint64",
};

/** Throws `DTypeError` unless the typed array holds elements of the type, if one is given. */
function requireType(caller: string, argument: string, type: unknown, data: AnyTypedArray): void {
  const name = typedArrayName(data)!;
  const wanted = typeof type === "string" ? `${heldBy[type] ?? type}array` : "";
  if (type === undefined || wanted === name.replace("Clamped", "").toLowerCase()) return;
  throw new DTypeError(
    `${caller}: ${argument} must hold elements of its type ${print(type)}, got ${withArticle(name)}. ` +
      "Decode them, or write ndarray(x.data, [..]) if they are meant as they stand.",
  );
}

/** Whether all elements lie within so many. They can't be more than these: an array that repeats them could have any size. */
function liesWithin(available: number, shape: readonly number[], strides: readonly number[], start: number): boolean {
  const size = sizeOf(shape);
  if (strides.length !== shape.length || !(size <= available)) return false;
  let [first, last] = [start, start];
  for (const [axis, stride] of strides.entries()) {
    const reach = stride * (shape[axis]! - 1);
    if (reach < 0) first += reach;
    else last += reach;
  }
  return size === 0 || (first >= 0 && last < available);
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

type Properties = Readonly<Record<string, unknown>>;

/** Undefined for anything that can't be an array, or can't be looked at. */
function partsOf(value: unknown): Parts | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    if (Array.isArray(value) || isDeviceArray(value) || isBranded(value, "NDArray")) return undefined;
    const record = value as Properties;
    const { shape, dims, dtype, type, stride, strides, offset = 0, fortranOrder } = record;
    const data = dataOf(record);
    const lengths = shape ?? dims;
    return {
      data,
      lengths,
      refusal: refusalOf(record, lengths, data),
      name: nameOf(value),
      type: dtype ?? type,
      strides: stride ?? strides,
      start: offset,
      isColumnMajor: fortranOrder === true,
    };
  } catch {
    return undefined;
  }
}

function dataOf(record: Properties): unknown {
  try {
    return record["data"];
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** It is not asked for its elements here: that ends an array of jax-js. */
function refusalOf(record: Properties, lengths: unknown, data: unknown): string | undefined {
  const { toArray, length, nullCount } = record;
  if (typeof toArray === "function" && isLength(length) && isLength(nullCount)) {
    const help = nullCount === 0 ? "Write ndarray(x.toArray())." : `Replace the ${nullCount} that are null first.`;
    return `whose elements toArray() gives. ${help}`;
  }
  if (!isListOf(lengths, isLength)) return undefined;
  if (typeof record["dataSync"] === "function") {
    return "whose elements dataSync() gives. Write ndarray(x.dataSync(), x.shape).";
  }
  if (!(data instanceof Error)) return undefined;
  return `whose data can't be read: ${print(data.message)}. One on a GPU is read by await x.getData().`;
}

function nameOf({ constructor }: object): string {
  const name = String(constructor?.name);
  if (constructor === undefined || name === "Object") return "a record";
  // That is as short as bundlers make names, such as those of ONNX Runtime.
  return `${name.length > 2 ? withArticle(name) : "an array"} of another library`;
}
