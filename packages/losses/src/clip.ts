/** How is a number kept from a bound without losing its gradient? */
import { type Tensor, customGradient } from "@symloss/core";

/** The larger of x and the bound, with the gradient 1 on both sides: what was clipped recovers. */
export function clippedFrom(x: Tensor, bound: number): Tensor {
  return customGradient((given: Tensor) => ({ value: given.maximum(bound), gradient: (g) => [g] }))(x);
}
