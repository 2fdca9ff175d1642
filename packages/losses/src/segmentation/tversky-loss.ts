/** Which overlap loss weighs what was predicted in vain and what was missed differently? */
import { type Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { overlapOf, shareOf } from "./overlap.ts";

const declaration = {
  name: "tverskyLoss",
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
  },
  results: { loss: "[.., classes]" },
} as const;

/**
 * 1 less the Tversky index of targets [.., positions, classes] and probabilities [.., positions, classes] for each class; the result is
 * [.., classes].
 *
 * From 0 for equal regions to 1 for disjoint ones; with both weights 0.5 it is the Dice loss whose smooth is twice this one's, with both
 * 1 the Jaccard loss. A class that is in neither costs 0, without a gradient if smooth is 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if a weight or smooth is below 0.
 *
 * @formula 1 - \frac{\sum p y + s}{\sum p y + \alpha \sum p (1 - y) + \beta \sum (1 - p) y + s}
 * @source S. S. M. Salehi, D. Erdogmus, A. Gholipour, Tversky loss function for image segmentation, MLMI (2017).
 * @peers Keras `Tversky(alpha, beta)`, MONAI and optax `dice_loss(alpha, beta)` weigh false positives by alpha; Flux `tversky_loss` weighs
 *   them by beta, and what was missed by 1 - beta.
 * @example await evaluate(tverskyLoss([[1], [1]], [[1], [0]], { falseNegativeWeight: 1 }), { engine }) // [0.3333333]
 */
export const tverskyLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  targets: Tensor,
  probabilities: Tensor,
  { falsePositiveWeight, falseNegativeWeight, smooth }: OptionsFor<typeof declaration>,
): Tensor {
  const { shared, falsePositives, falseNegatives } = overlapOf(targets, probabilities, -2);
  const outside = falsePositives.mul(falsePositiveWeight).add(falseNegatives.mul(falseNegativeWeight));
  return shareOf(outside, shared.add(outside).add(smooth));
}
