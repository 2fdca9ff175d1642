/** What is a concrete array, and when is it valid? */
import { formatShape, frozenShape, sizeOf } from "./shape.ts";
import { formatElements } from "./format-elements.ts";
import { type ArrayJSON, elementToJSON, partsFromJSON } from "./json.ts";
import { formatType } from "./type.ts";
import { brandClass, isBranded } from "./brand.ts";
import { type DType, type TypedArray, holds } from "./dtype.ts";
import { checkDType, checkLengths } from "./type-check.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { describe } from "./describe.ts";
import { isTypedArray, typedElements } from "./typed-array.ts";

/** Numbers or booleans, nested. */
export type NestedArray = readonly (number | boolean | NestedArray)[];

/** An element, or lists of elements, nested as often as an array has axes. */
export type Nested<Element> = Element | readonly Nested<Element>[];

/** Marks the parts of an array as already checked. */
const sound = Symbol("sound");

/**
 * An array with its elements, in row-major order, of a dtype that may be known to the type. It wraps the given typed array without
 * copying; its shape is frozen.
 */
export class NDArray<D extends DType = DType> {
  /** That of every class, declared so that `instanceof` leaves the dtype open: otherwise elements would become `any`. */
  declare static readonly [Symbol.hasInstance]: (value: unknown) => value is NDArray;
  readonly data: TypedArray<D>;
  readonly shape: readonly number[];
  readonly dtype: D;

  /**
   * Throws `DTypeError` if the data is not a typed array of the dtype (bools are bytes), and `ShapeError` if the shape has
   * another size.
   */
  constructor(data: TypedArray, shape: readonly number[], dtype: D);
  constructor(data: TypedArray<D>, shape: readonly number[], dtype: D, known?: typeof sound) {
    const elements = known === sound ? { data, shape } : soundElements("NDArray", "data", data, shape, dtype);
    this.data = elements.data;
    this.shape = elements.shape;
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

  /** The only element, as a number (a bool as 0 or 1). Throws `ShapeError` unless there is exactly one. */
  item(): number {
    if (this.data.length !== 1) {
      throw new ShapeError(`item: the array must have one element, got ${formatType(this.dtype, this.shape)}.`);
    }
    return this.data[0]!;
  }

  /** The elements as nested lists; a scalar is a bare number, bools are booleans. */
  toArray(): Nested<D extends "bool" ? boolean : number>;
  toArray(): Nested<number | boolean> {
    const element = (index: number) => (this.dtype === "bool" ? this.data[index] !== 0 : this.data[index]!);
    const build = (axis: number, offset: number, stride: number): Nested<number | boolean> => {
      if (axis === this.shape.length) return element(offset);
      const length = this.shape[axis]!;
      const step = length === 0 ? 0 : stride / length;
      return Array.from({ length }, (_, index) => build(axis + 1, offset + index * step, step));
    };
    return build(0, 0, this.data.length);
  }

  /**
   * What `JSON.stringify` writes, and `NDArray.from` reads without losing a bit: NaN, infinities and -0 are strings.
   * @example JSON.stringify(ndarray([0.5, -Infinity])) // "{\"dtype\":\"float32\",\"shape\":[2],\"data\":[0.5,\"-Infinity\"]}"
   */
  toJSON(): ArrayJSON & { readonly dtype: D } {
    const data = Array.from(this.data, (value) => elementToJSON(value, this.dtype));
    return { dtype: this.dtype, shape: this.shape, data };
  }

  /**
   * The array that `toJSON` wrote, from its parsed JSON and nothing else.
   * Throws `DTypeError` or `ShapeError`, naming the part, if something is missing, is too much, or is not what dtype and shape say.
   * @example NDArray.from({ dtype: "float32", shape: [2], data: [0.5, "-Infinity"] }).data[0] // 0.5
   */
  static from(json: ArrayJSON): NDArray {
    const { data, shape, dtype } = partsFromJSON("NDArray.from", json);
    return resultArray(data, { ...soundElements("NDArray.from", "data", data, shape, dtype), dtype });
  }

  /** The type, and the elements: `f32[2,3] [[1, 2, 3], [4, 5, 6]]`; of more than 1000 elements, the ends of each axis. */
  toString(): string {
    return `${formatType(this.dtype, this.shape)} ${formatElements(this.data, this.shape, this.dtype)}`;
  }
}

brandClass(NDArray.prototype, "NDArray");

// What `console.log` shows in Node, Deno and Bun.
Object.defineProperty(NDArray.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: NDArray): string {
    return `NDArray ${this.toString()}`;
  },
});

/** An array of elements already known to match the type, with a frozen shape: the result of a call is not checked again. */
export function resultArray(data: TypedArray, { shape, dtype }: Pick<NDArray, "shape" | "dtype">): NDArray {
  return new (NDArray as new (...parts: readonly unknown[]) => NDArray)(data, shape, dtype, sound);
}

/** Whether a value is a concrete array, from this copy of the package or another. */
export function isNDArray(value: unknown): value is NDArray {
  return isBranded(value, "NDArray");
}

/** An array whose elements are known to match its shape and dtype, in a typed array of this realm. */
export type SoundArray = Pick<NDArray, "data" | "shape" | "dtype">;

/** The parts of an array, checked. Throws, naming the argument, if the elements do not match its shape and dtype. */
export function soundArray(caller: string, argument: string, array: NDArray): SoundArray {
  const { data, shape, dtype } = array;
  return { ...soundElements(caller, argument, data, shape, dtype), dtype };
}

function soundElements<D extends DType>(
  caller: string,
  argument: string,
  data: unknown,
  shape: readonly number[],
  dtype: D,
): { data: TypedArray<D>; shape: readonly number[] } {
  checkDType(caller, dtype);
  checkLengths(caller, shape);
  if (!isTypedArray(data)) {
    throw new DTypeError(
      `${caller}: ${argument} must be a typed array that holds ${formatType(dtype, shape)}, got ${describe(data)}.`,
    );
  }
  const { values } = typedElements(caller, argument, data);
  if (!holds(dtype, values)) {
    throw new DTypeError(
      `${caller}: ${argument} must be a typed array that holds ${formatType(dtype, shape)}, got ${describe(values)}.`,
    );
  }
  if (values.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${caller}: ${argument} must have the size of its shape ${formatShape(shape)}, got ${values.length} elements.`,
    );
  }
  return { data: values, shape: frozenShape(shape) };
}
