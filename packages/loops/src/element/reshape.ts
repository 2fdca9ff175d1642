/** Which axes of a reshaped tensor does one axis of its operand become? */
import type { Tensor } from "@symloss/core/engine";

/** One axis of the operand and the axes of the result that it is split into, the outermost first. */
export interface AxisGroup {
  readonly from: number;
  readonly to: readonly number[];
}

/** How each axis of the operand that is longer than 1 is split; undefined if axes of the operand are merged. */
export function groupAxes(from: readonly number[], to: readonly number[]): AxisGroup[] | undefined {
  const groups: AxisGroup[] = [];
  let next = 0;
  for (const [axis, length] of from.entries()) {
    if (length === 1) continue;
    const parts: number[] = [];
    let product = 1;
    while (product < length && next < to.length) {
      if (to[next] !== 1) parts.push(next);
      product *= to[next++]!;
    }
    if (product !== length) return undefined;
    groups.push({ from: axis, to: parts });
  }
  return groups;
}

/** The axes whose length is not 1. */
export function longAxes({ shape }: Tensor): number[] {
  return [...shape.keys()].filter((axis) => shape[axis] !== 1);
}
