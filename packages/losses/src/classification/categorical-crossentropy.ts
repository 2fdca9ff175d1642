/** How many nats do probabilities of classes need for a distribution of labels? */
import { type Tensor, sub, xlogy } from "@symloss/core";
import { clippedFrom } from "../clip.ts";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { smoothed } from "./labels.ts";
import { normalizeRows } from "./normalize-rows.ts";
const declaration = {
  name: "categoricalCrossentropy",
  arguments: {
    /** [.., classes] the probability of each class, one-hot for instance. */
    targets: { shape: "[.., classes]", elements: "distribution" },
    /** [.., classes] the predicted probability of each class. */
    probabilities: {
      shape: "[.., classes]",
      elements: "probability",
      elementHelp: "Of logits take softmaxCrossentropyLogits.",
    },
  },
  broadcasts: "oneSided",
  options: {
    /** The share of each label that all classes get alike, from 0 to 1; a tensor has a gradient. Default 0. */
    labelSmoothing: { kind: "tensor", shape: "[..]", must: "unitInterval" },
    /** [classes] the weight of each class, 0 or above; a tensor has a gradient. Default 1. */
    classWeights: { kind: "array", shape: "[classes]", elements: "nonNegative" },
    /** Whether to divide each row by its sum first. Default false. */
    normalize: { kind: "flag", default: false },
    /** What a probability counts at least, 0 or above. Default 1e-7. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-7 },
    /** The axis of classes. Default -1. */
    axis: { kind: "axis", of: "classes", default: -1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The cross entropy of targets [.., classes] and probabilities [.., classes] for each row; one of them has the leading axes of the result
 * [..]. From logits use `softmaxCrossentropyLogits`, which is exact.
 *
 * -sum_c classWeights_c targets_c log(max(probabilities_c, epsilon)), in nats, from 0 where targets are probabilities, which is not
 * checked. What is clipped keeps the gradient of epsilon. With epsilon 0 an impossible class costs Infinity, and 0 log 0 is 0. Smoothing
 * makes (1 - labelSmoothing) targets + labelSmoothing / classes of targets; normalize leaves a row of zeros as it is.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if an option is out of its range, or a probability from the host not
 * from 0 to 1.
 *
 * @formula -\sum_c w_c q_c \log \max(p_c, \epsilon), \quad q_c = (1 - s) y_c + s / C
 * @source I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 3.13.
 * @peers Keras and tfjs-layers normalise rows first, as `normalize` does here; Flux adds its epsilon. Their clips have no gradient.
 * @example await evaluate(categoricalCrossentropy([[0, 1]], [[0.5, 0.5]]), { engine }) // [0.6931472]
 */
export const categoricalCrossentropy: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  targets: Tensor,
  probabilities: Tensor,
  { labelSmoothing, classWeights, normalize, epsilon }: OptionsFor<typeof declaration>,
): Tensor {
  const shares = smoothed(targets, labelSmoothing);
  const weights = classWeights === undefined ? shares : shares.mul(classWeights);
  const rows = normalize ? normalizeRows(probabilities) : probabilities;
  return sub(0, xlogy(weights, clippedFrom(rows, epsilon)).sum(-1));
}
