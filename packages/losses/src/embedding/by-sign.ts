/** Which of two values stands for a pair that belongs together or not? */
import { type Tensor, where } from "@symloss/core";

/** `together` where the target is 1, `apart` where it is -1, and NaN elsewhere: a NaN must not pass for either. */
export function bySign(targets: Tensor, together: Tensor, apart: Tensor): Tensor {
  return where(targets.equal(1), together, where(targets.equal(-1), apart, Number.NaN));
}
