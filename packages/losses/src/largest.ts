/** Which number is the largest of a dtype? */
import type { Tensor } from "@symloss/core";

/** The largest finite number of a float tensor's dtype. */
export function largestOf({ dtype }: Tensor): number {
  return dtype === "float64" ? Number.MAX_VALUE : largestFloat32;
}

const largestFloat32 = 2 ** 128 - 2 ** 104;
