/** What is a shape? Its size, its strides, and how it is printed. */
import { ShapeError } from "./errors.ts";

/** A length, or the name of one that is known only when the graph runs; a name equals only itself. */
export type Dimension = number | string;

/** The lengths of an array's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly Dimension[];

/** Whether every dimension is a number. */
export function isConcrete(shape: Shape): shape is readonly number[] {
  return shape.every((dimension) => typeof dimension === "number");
}

/** The shape itself if it is frozen, else a frozen copy. */
export function frozenShape<S extends Shape>(shape: S): S {
  return Object.isFrozen(shape) ? shape : (Object.freeze([...shape]) as readonly Dimension[] as S);
}

/** The length that each name of a shape has in a run. */
export type Lengths = Readonly<Record<string, number>>;

/** The shape with these lengths in place of their names. Throws `ShapeError` if a name has none. */
export function withLengths(shape: Shape, lengths: Lengths | undefined): readonly number[] {
  if (isConcrete(shape)) return shape;
  return shape.map((dimension) => {
    if (typeof dimension === "number") return dimension;
    const length = lengths?.[dimension];
    if (length !== undefined) return length;
    throw new ShapeError(
      `run: the lengths must give one for each name of ${formatShape(shape)}, got none for "${dimension}".`,
    );
  });
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

/** `[32,10]` */
export function formatShape(shape: Shape): string {
  return `[${shape.join(",")}]`;
}
