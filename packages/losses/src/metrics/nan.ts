/** What is computed of scores that are not all numbers? */
import { type Tensor, where } from "@symloss/core";

/** The result [..], but NaN where there is a NaN among the scores [.., batch]: comparisons would hide it. */
export function unlessNaN(scores: Tensor, result: Tensor): Tensor {
  return where(scores.isNaN().sum(-1).greater(0), Number.NaN, result);
}
