/** What is a quotient whose divisor may be 0? */
import { type Tensor, where } from "@symloss/core";

/** x / y, or `whenUndefined`, which has no gradient, where y is 0. */
export function quotient(x: Tensor, y: Tensor, whenUndefined: number): Tensor {
  const isUndefined = y.equal(0);
  return where(isUndefined, whenUndefined, x.div(where(isUndefined, 1, y)));
}
