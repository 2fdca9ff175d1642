/** At which position of its operand does a reshape read? Found from the shortest runs of axes that hold the same elements. */
import { type Index, type Position, constantIndex, flatten, unflatten } from "./index-expression.ts";

/** Runs of axes on both sides that hold the same elements, as short as possible. */
type AxisGroup = readonly [from: readonly number[], to: readonly number[]];

function axisGroups(source: readonly number[], target: readonly number[]): AxisGroup[] {
  const groups: AxisGroup[] = [];
  let from: number[] = [];
  let to: number[] = [];
  let [sourceSize, targetSize] = [1, 1];
  let [sourceAxis, targetAxis] = [0, 0];
  while (sourceAxis < source.length || targetAxis < target.length) {
    if (sourceAxis < source.length && (sourceSize <= targetSize || targetAxis === target.length)) {
      from.push(sourceAxis);
      sourceSize *= source[sourceAxis++]!;
    } else {
      to.push(targetAxis);
      targetSize *= target[targetAxis++]!;
    }
    if (sourceSize === targetSize) {
      groups.push([from, to]);
      [from, to, sourceSize, targetSize] = [[], [], 1, 1];
    }
  }
  return groups;
}

/** Maps a position in the target to the position in the source. */
export function positionBeforeReshape(
  source: readonly number[],
  target: readonly number[],
): (position: Position) => Position {
  const groups = axisGroups(source, target);
  return (position) => {
    const result: Index[] = source.map(() => constantIndex(0));
    for (const [from, to] of groups) {
      const lengths = to.map((axis) => target[axis]!);
      const flat = flatten(
        to.map((axis) => position[axis]!),
        lengths.map((_, axis) => lengths.slice(axis + 1).reduce((left, right) => left * right, 1)),
      );
      const split = unflatten(
        flat,
        from.map((axis) => source[axis]!),
      );
      for (const [index, axis] of from.entries()) result[axis] = split[index]!;
    }
    return result;
  };
}
