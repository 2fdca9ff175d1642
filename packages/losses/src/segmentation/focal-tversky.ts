/** Which overlap loss attends to classes that overlap badly, or to those that overlap well? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { tverskyLoss } from "./tversky-loss.ts";

const declaration = {
  name: "focalTversky",
  arguments: {
    /** [.., positions, classes] which class is at each position: one-hot, or shares of it from 0 to 1. */
    targets: { shape: "[.., positions, classes]", elements: "probability" },
    /** [.., positions, classes] the predicted probability of each class. */
    probabilities: { shape: "[.., positions, classes]", elements: "probability" },
  },
  broadcasts: "oneSided",
  options: {
    /** What a position counts that is predicted in vain, 0 or above; a number, or one for each class; a tensor has a gradient. Default 0.5. */
    falsePositiveWeight: { kind: "tensor", shape: "[.., classes]", must: "nonNegative", default: 0.5 },
    /** What a position counts that is missed, 0 or above; a number, or one for each class; a tensor has a gradient. Default 0.5. */
    falseNegativeWeight: { kind: "tensor", shape: "[.., classes]", must: "nonNegative", default: 0.5 },
    /** Added to both parts of the quotient, 0 or above. Default 1. */
    smooth: { kind: "number", must: "nonNegative", default: 1 },
    /** The power of the Tversky loss, above 0; below 1 it attends to classes that overlap well. A tensor has a gradient. Default 0.75. */
    gamma: { kind: "tensor", shape: "[.., classes]", must: "positive", default: 0.75 },
  },
  results: { loss: "[.., classes]" },
} as const;

/**
 * A power of the Tversky loss of targets [.., positions, classes] and probabilities [.., positions, classes] for each class; the result
 * is [.., classes].
 *
 * Where the Tversky loss is 0, so is this one, with gradient 0, although a power below 1 has an infinite slope there.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if a weight or smooth is below 0 or gamma is not above 0.
 *
 * @formula \text{tverskyLoss}^\gamma
 * @source N. Abraham, N. M. Khan, A novel focal Tversky loss function, ISBI (2019), whose gamma is the inverse of this one.
 * @peers segmentation_models_pytorch `TverskyLoss(gamma)` has this gamma; its alpha weighs false positives, that of the paper what was
 *   missed.
 * @example await evaluate(focalTversky([[1], [1]], [[1], [0]], { gamma: 2, smooth: 0 }), { engine }) // [0.1111111]
 */
export const focalTversky: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  targets: Tensor,
  probabilities: Tensor,
  { gamma, ...options }: OptionsFor<typeof declaration>,
): Tensor {
  const loss = tverskyLoss(targets, probabilities, options);
  const isPerfect = loss.equal(0);
  return where(isPerfect, 0, where(isPerfect, 1, loss).pow(gamma));
}
