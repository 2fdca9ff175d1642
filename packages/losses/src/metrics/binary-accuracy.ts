/** Is each yes or no predicted? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "binaryAccuracy",
  arguments: {
    /** [..] 0 or 1. */
    targets: { shape: "[..]", elements: "multiHot" },
    /** [..] the probability of a 1, or any score that is compared with the threshold. */
    probabilities: { shape: "[..]", elements: "probability", check: "none" },
  },
  broadcasts: "oneSided",
  differentiable: false,
  options: {
    /** What a probability must be above for the prediction 1. Default 0.5. */
    threshold: { kind: "number", default: 0.5 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * Whether each of the targets [..], which are 0 or 1, is predicted by its probability [..]: 1 where it is, else 0 [..].
 *
 * The prediction is 1 strictly above the threshold, and probabilities are compared as they are; a NaN predicts neither. The mean is the
 * share of right predictions, to be maximised. It has no gradient.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if targets from the host are not 0 or 1.
 *
 * @formula [\,[p > \theta] = y\,]
 * @source C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 1.5.1: 1 minus the 0-1 loss.
 * @peers `BinaryAccuracy` of Keras and `metrics.binaryAccuracy` of TensorFlow.js are its mean; torchmetrics predicts a 1 at the threshold
 *   too, and applies a sigmoid to a whole batch that has a number outside of 0 to 1.
 * @example await evaluate(binaryAccuracy([0, 1, 1], [0.2, 0.9, 0.5]), { engine }) // [1, 1, 0]
 */
export const binaryAccuracy: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, probabilities: Tensor, { threshold }: OptionsFor<typeof declaration>): Tensor {
  const isRight = where(targets.notEqual(0), probabilities.greater(threshold), probabilities.lessEqual(threshold));
  return isRight.cast(probabilities.dtype);
}
