/** How much do the regions of targets and of predictions overlap, and how much of either lies outside of the other? */
import { type Axes, type Tensor, sub, where } from "@symloss/core";

/** What the positions along the summed axes have in common and what not, each [.. without these axes]. */
export interface Overlap {
  /** sum p y. */
  readonly shared: Tensor;
  /** sum p (1 - y): predicted, but not there. */
  readonly falsePositives: Tensor;
  /** sum (1 - p) y: there, but not predicted. */
  readonly falseNegatives: Tensor;
}

/** The overlap of targets y and probabilities p, which broadcast. */
export function overlapOf(targets: Tensor, probabilities: Tensor, axis: Axes): Overlap {
  return {
    shared: probabilities.mul(targets).sum(axis),
    falsePositives: probabilities.mul(sub(1, targets)).sum(axis),
    falseNegatives: sub(1, probabilities).mul(targets).sum(axis),
  };
}

/**
 * p (1 - y) + (1 - p) y at each position of targets y and probabilities p, which broadcast: what lies in one region alone. Both are 0 or
 * above, so the sum keeps its digits.
 */
export function outsideOf(targets: Tensor, probabilities: Tensor): Tensor {
  return probabilities.mul(sub(1, targets)).add(sub(1, probabilities).mul(targets));
}

/**
 * part / whole, and 0 without a gradient where the whole is 0. Overlap losses are such quotients of what does not overlap: 1 less the
 * quotient of what does would have no digits left at a good prediction.
 */
export function shareOf(part: Tensor, whole: Tensor): Tensor {
  const isEmpty = whole.equal(0);
  return where(isEmpty, 0, part.div(where(isEmpty, 1, whole)));
}
