/** Where are elements stored? Positions are lists of indices, one for each axis: slow, but obvious. */
import { productOf } from "../data.ts";

/** Every position of a shape, in row-major order. */
export function positionsOf(shape: readonly number[]): number[][] {
  return Array.from({ length: productOf(shape) }, (_, offset) => positionAt(offset, shape));
}

/** The position of the element at this offset in row-major order. */
export function positionAt(offset: number, shape: readonly number[]): number[] {
  const position = shape.map(() => 0);
  let rest = offset;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return position;
}

/** The offset of a position in row-major order. */
export function offsetOf(position: readonly number[], shape: readonly number[]): number {
  return position.reduce((offset, index, axis) => offset * shape[axis]! + index, 0);
}

/** The position with one index replaced. */
export function replaceIndex(position: readonly number[], axis: number, index: number): number[] {
  return position.map((old, other) => (other === axis ? index : old));
}

/** The positions of `shape` that become `position` when these axes are dropped. */
export function positionsOver(
  shape: readonly number[],
  axes: readonly number[],
  position: readonly number[],
): number[][] {
  const kept = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  return positionsOf(axes.map((axis) => shape[axis]!)).map((dropped) =>
    shape.map((_, axis) => (axes.includes(axis) ? dropped[axes.indexOf(axis)]! : position[kept.indexOf(axis)]!)),
  );
}
