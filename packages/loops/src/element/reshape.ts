/** Which axes of a reshaped tensor does one axis of its operand become? */
import type { Tensor } from "@symloss/core/engine";
import { type Length, isSameLength, lengthOf, multiplyLengths } from "../program/length.ts";

/** Whether an axis is walked along by a loop of its own: it is longer than 1, or a batch that may be so another time. */
export type HasLoop = (tensor: Tensor, axis: number) => boolean;

/** One axis of the operand and the axes of the result that it is split into, the outermost first. */
export interface AxisGroup {
  readonly from: number;
  readonly to: readonly number[];
}

/** How each axis of the operand that has a loop is split; undefined if axes of the operand are merged. */
export function groupAxes(reshape: Tensor, hasLoop: HasLoop): AxisGroup[] | undefined {
  const [x] = reshape.inputs as [Tensor];
  const to = reshape.shape.map(lengthOf);
  const groups: AxisGroup[] = [];
  let next = 0;
  for (const axis of loopAxes(x, hasLoop)) {
    const length = lengthOf(x.shape[axis]!);
    const parts: number[] = [];
    let product: Length = 1;
    const isComplete = (): boolean => isAtLeast(product, length) && (length !== 1 || parts.length > 0);
    while (!isComplete() && next < to.length) {
      if (hasLoop(reshape, next)) parts.push(next);
      product = multiplyLengths(product, to[next++]!);
    }
    if (!isSameLength(product, length)) return undefined;
    groups.push({ from: axis, to: parts });
  }
  return groups;
}

/** Whether a product has reached a length, which it may have missed: one that has a name stays as it is. */
function isAtLeast(product: Length, length: Length): boolean {
  if (typeof product === "number" && typeof length === "number") return product >= length;
  return product !== 1;
}

/** The axes that have a loop. */
export function loopAxes(tensor: Tensor, hasLoop: HasLoop): number[] {
  return [...tensor.shape.keys()].filter((axis) => hasLoop(tensor, axis));
}
