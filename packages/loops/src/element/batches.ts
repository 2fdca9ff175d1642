/** Which axes may be a batch, whose length must not decide how a row of it is summed? */
import type { Tensor } from "@symloss/core/engine";
import { followAxes } from "./unit-axes.ts";

/** Whether an axis may be a batch, or have one in it, whatever its length is; undefined if it is only broadcast, and so is what it meets. */
export type MayBeBatch = (tensor: Tensor, axis: number) => boolean | undefined;

export const isNeverBatch: MayBeBatch = () => false;

/** The axes that come from those of inputs that are not fixed. */
export function findBatches(
  order: readonly Tensor[],
  isFixedInput: (input: Tensor, axis: number) => boolean | undefined,
): MayBeBatch {
  const known = followAxes(order, isFixedInput);
  return (tensor, axis) => {
    const isFixed = known.get(tensor)![axis];
    return isFixed === undefined ? undefined : !isFixed;
  };
}
