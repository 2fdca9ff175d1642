/** How are shapes computed? Size, strides, broadcasting, axes. */
import { formatShape } from "./format.ts";
import { print } from "./describe.ts";
import { DTypeError, OutOfRangeError, ShapeError } from "./errors.ts";

/** A length, or the name of one that is known only when an exported graph runs; a name equals only itself. */
export type Dimension = number | string;

/** The lengths of an array's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly Dimension[];

/** One axis or several, counted from the end if negative; null for all. */
export type Axes = number | readonly number[] | null;

/** Whether two shapes are the same. */
export function sameShape(left: Shape, right: Shape): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) {
    throw new ShapeError(`sameShape: both must be lists of lengths, got ${print(left)} and ${print(right)}.`);
  }
  if (left.length !== right.length) return false;
  for (let axis = 0; axis < left.length; axis++) if (left[axis] !== right[axis]) return false;
  return true;
}

/** Whether every dimension is a number. */
export function isConcrete(shape: Shape): shape is readonly number[] {
  return shape.every((dimension) => typeof dimension === "number");
}

/** The shape itself if it is frozen, else a frozen copy. */
export function frozenShape<S extends Shape>(shape: S): S {
  return Object.isFrozen(shape) ? shape : (Object.freeze([...shape]) as readonly Dimension[] as S);
}

/** The number of elements. Throws `ShapeError` if a dimension has a name. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) {
    if (typeof dimension === "string") {
      throw new ShapeError(
        `size: every dimension must be a number, got ${formatShape(shape)}. A named dimension has a size only when the graph runs.`,
      );
    }
    size *= dimension;
  }
  return size;
}

/** How many elements one step along each axis skips in row-major order. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** The shape that all of these broadcast to by NumPy's rules; undefined if they don't. */
export function broadcastShapes(...shapes: readonly Shape[]): Shape | undefined {
  for (const shape of shapes) checkShape("broadcastShapes", shape);
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let common: Dimension = 1;
    for (const shape of shapes) {
      const dimension = shape[axis - rank + shape.length] ?? 1;
      if (dimension === 1 || dimension === common) continue;
      if (common !== 1) return undefined;
      common = dimension;
    }
    result.push(common);
  }
  return result;
}

/** The axis counted from 0. Throws `OutOfRangeError` if a tensor of this rank has no such axis. */
export function normalizeAxis(caller: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const range = rank === 0 ? "a scalar has none" : `an integer from ${-rank} to ${rank - 1}`;
    throw new OutOfRangeError(
      `${caller}: axis must be one of a tensor of rank ${rank} (${range}), got ${print(axis)}.`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** The axes counted from 0, in ascending order without duplicates; null means all. */
export function normalizeAxes(caller: string, axes: Axes | undefined, rank: number): number[] {
  if (!isLength(rank)) throw new OutOfRangeError(`${caller}: rank must be a non-negative integer, got ${print(rank)}.`);
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  if (typeof axes !== "number" && !Array.isArray(axes)) {
    throw new DTypeError(`${caller}: axis must be an integer, a list of integers or null, got ${print(axes)}.`);
  }
  const list = (typeof axes === "number" ? [axes] : [...axes]).map((axis) => normalizeAxis(caller, axis, rank));
  const unique = [...new Set(list)].toSorted((left, right) => left - right);
  if (unique.length !== list.length) {
    throw new OutOfRangeError(`${caller}: each axis must be given once, got ${print(axes)}.`);
  }
  return unique;
}

/** The shape without these axes. */
export function dropAxes(shape: Shape, axes: readonly number[]): Dimension[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** The shape with these axes set to length 1. */
export function keepAxes(shape: Shape, axes: readonly number[]): Dimension[] {
  return shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
}

/** The shape with one axis set to another length. */
export function withAxis(shape: Shape, axis: number, dimension: Dimension): Dimension[] {
  return shape.map((old, index) => (index === axis ? dimension : old));
}

/** Throws `ShapeError` unless this is a list of lengths and names. */
export function checkShape(caller: string, shape: unknown): asserts shape is Shape {
  if (isShape(shape)) return;
  throw new ShapeError(
    `${caller}: shape must be a list of lengths (non-negative integers) or names, got ${print(shape)}.`,
  );
}

/** Throws `ShapeError` unless this is a list of lengths. */
export function checkLengths(caller: string, shape: unknown): asserts shape is readonly number[] {
  if (isListOf(shape, isLength)) return;
  throw new ShapeError(`${caller}: shape must be a list of lengths (non-negative integers), got ${print(shape)}.`);
}

/** Whether a value is a list of lengths and names. */
export function isShape(value: unknown): value is Shape {
  return isListOf(value, isDimension);
}

/** Whether a value is a list whose elements all satisfy `holds`; a hole, which `every` skips, does not. */
export function isListOf<T>(value: unknown, holds: (element: unknown) => element is T): value is readonly T[] {
  if (!Array.isArray(value)) return false;
  for (let index = 0; index < value.length; index++) if (!holds(value[index])) return false;
  return true;
}

/** Whether a value is a length or the name of one. */
export function isDimension(value: unknown): value is Dimension {
  return isLength(value) || (typeof value === "string" && value !== "");
}

/** Whether a value is the length of an axis. */
export function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The position of an element: `[3, 1]`. */
export function formatPosition(index: number, shape: readonly number[]): string {
  const position: number[] = [];
  let rest = index;
  for (const dimension of shape.toReversed()) {
    position.unshift(rest % dimension);
    rest = Math.floor(rest / dimension);
  }
  return `[${position.join(", ")}]`;
}
