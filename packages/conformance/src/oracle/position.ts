/** Where are elements stored? Positions are lists of indices, one for each axis: slow, but obvious. */
import { productOf } from "../data.ts";

/** Every position of a shape, in row-major order. */
export function positionsOf(shape: readonly number[]): number[][] {
  const position = shape.map(() => 0);
  return Array.from({ length: productOf(shape) }, () => {
    const here = position.slice();
    for (let axis = shape.length - 1; axis >= 0 && ++position[axis]! === shape[axis]; axis--) position[axis] = 0;
    return here;
  });
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

/** For a position from which these axes have been dropped, the positions of `shape` that become it. */
export function positionsOver(
  shape: readonly number[],
  axes: readonly number[],
): (position: readonly number[]) => number[][] {
  const kept = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const places = shape.map((_, axis) => (axes.includes(axis) ? axes.indexOf(axis) : kept.indexOf(axis)));
  const all = positionsOf(axes.map((axis) => shape[axis]!));
  return (position) =>
    all.map((dropped) => places.map((place, axis) => (axes.includes(axis) ? dropped : position)[place]!));
}
