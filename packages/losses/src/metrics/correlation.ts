/** What is the cosine of the angle between deviations from means? */
import { type Tensor, normalize, where } from "@symloss/core";
import { deviations } from "./deviations.ts";

/** The correlation of x and y along the last axis, or `whenUndefined`, which has no gradient, where either is constant. */
export function correlation(x: Tensor, y: Tensor, whenUndefined: number): Tensor {
  const [left, right] = [x, y].map((one) => normalize(deviations(one, -1))) as [Tensor, Tensor];
  const isConstant = isZero(left).logicalOr(isZero(right));
  return where(isConstant, whenUndefined, left.mul(right).sum(-1));
}

function isZero(vector: Tensor): Tensor {
  return vector.abs().sum(-1).equal(0);
}
