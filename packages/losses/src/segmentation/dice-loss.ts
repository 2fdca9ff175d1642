/** Which loss is small where the regions of each class overlap, however small the regions are? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { outsideOf, shareOf } from "./overlap.ts";

const declaration = {
  name: "diceLoss",
  arguments: {
    /** [.., positions, classes] which class is at each position: one-hot, or shares of it from 0 to 1. */
    targets: { shape: "[.., positions, classes]", elements: "probability" },
    /** [.., positions, classes] the predicted probability of each class. */
    probabilities: { shape: "[.., positions, classes]", elements: "probability" },
  },
  broadcasts: "oneSided",
  options: {
    /** Added to both parts of the quotient, 0 or above. Default 1. */
    smooth: { kind: "number", must: "nonNegative", default: 1 },
    /** Whether squares are summed in the denominator. Default false. */
    squared: { kind: "flag", default: false },
    /** The axis or axes that are summed. Default -2, the positions; [0, 1], for instance, counts a batch as one image. */
    axis: { kind: "axes", shape: "[.., positions, classes]", default: -2 },
  },
  results: { loss: "[.., positions, classes] without the axes" },
} as const;

/**
 * 1 less the Dice coefficient of targets [.., positions, classes] and probabilities [.., positions, classes] for each class; the result
 * is [.., classes].
 *
 * From 0 for equal regions to 1 for disjoint ones; a class that is in neither costs 0, without a gradient if smooth is 0. An image
 * [.., height, width, classes] is reshaped before, which costs nothing.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if smooth is below 0 or an axis does not exist.
 *
 * @formula 1 - \frac{2 \sum p y + s}{\sum p + \sum y + s}, \text{ squared: } \sum p^2 + \sum y^2 \text{ below}
 * @source F. Milletari, N. Navab, S.-A. Ahmadi, V-Net, 3DV (2016).
 * @peers optax `dice_loss` takes logits and halves the denominator, so that its smooth of 1 is 2 here; Keras `Dice` has no smooth, and a
 *   class that is in neither costs 1; Flux `dice_coeff_loss` is squared, over the whole array.
 * @example await evaluate(diceLoss([[1, 0], [1, 0]], [[1, 0], [0, 1]]), { engine }) // [0.25, 0.5]
 */
export const diceLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  targets: Tensor,
  probabilities: Tensor,
  { smooth, squared, axis }: OptionsFor<typeof declaration>,
): Tensor {
  if (squared) {
    const differences = probabilities.sub(targets).square().sum(axis);
    const whole = probabilities.square().add(targets.square()).sum(axis);
    return shareOf(differences, whole.add(smooth));
  }
  const whole = probabilities.add(targets).sum(axis);
  return shareOf(outsideOf(targets, probabilities).sum(axis), whole.add(smooth));
}
