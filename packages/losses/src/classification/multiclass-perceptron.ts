/** By how much does the best class lead the right one? */
import type { Tensor } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { pick } from "./labels.ts";
const declaration = {
  name: "multiclassPerceptron",
  arguments: {
    /** [.., classes] the score of each class. */
    predictions: "[.., classes]",
    /** [..] the index of the right class, counted from 0. */
    targets: { shape: "[..]", elements: "classIndex" },
  },
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The multi-class perceptron loss of scores predictions [.., classes] and class indices targets [..]; the result is [..].
 *
 * max_c predictions_c - predictions_target, from 0. Classes that are tied for the best share the gradient; with the right one among them,
 * some cancels.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if targets from the host are not integers from 0 to classes - 1.
 *
 * @formula \max_c \hat y_c - \hat y_y
 * @source M. Collins, Discriminative training methods for hidden Markov models, EMNLP (2002).
 * @peers optax has the same values.
 * @example await evaluate(multiclassPerceptron([[2, 3.5, 0]], [0]), { engine }) // [1.5]
 */
export const multiclassPerceptron: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(predictions: Tensor, targets: Tensor): Tensor {
  return predictions.max(-1).sub(pick(predictions, targets));
}
