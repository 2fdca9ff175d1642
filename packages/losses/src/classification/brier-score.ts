/** How far are predicted probabilities from what came, squared? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "brierScore",
  arguments: {
    /** [..] the probability of a yes, or of each class: 0, 1 or between. */
    targets: { shape: "[..]", elements: "probability" },
    /** [..] the predicted probability. */
    probabilities: { shape: "[..]", elements: "probability" },
  },
  broadcasts: "oneSided",
  options: {
    /** The axis or axes of classes, over which the squares are summed; null, the default, for none. */
    axis: { kind: "axes", shape: "[..]", default: null, whenNull: "none" },
  },
  results: { loss: "[..] without the axes" },
} as const;

/**
 * The Brier score of each prediction, of targets [..] and probabilities [..], one of which has the shape of both together; with an axis of
 * classes the result is without it.
 *
 * (probabilities - targets)^2, from 0 to 1; summed over classes, from 0 to 2 where both add up to 1, which is not checked. Of two classes
 * the sum is twice that of a yes.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if the axis does not exist, or a target or
 * probability from the host is not from 0 to 1.
 *
 * @formula \sum_c (p_c - y_c)^2
 * @source G. W. Brier, Verification of forecasts expressed in terms of probability, Monthly Weather Review 78 (1950).
 * @peers scikit-learn sums over classes too, and halves the sum where there are two.
 * @example await evaluate(brierScore([1, 0], [0.75, 0.5]), { engine }) // [0.0625, 0.25]
 */
export const brierScore: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, probabilities: Tensor, { axis }: OptionsFor<typeof declaration>): Tensor {
  return probabilities.sub(targets).square().sum(axis);
}
