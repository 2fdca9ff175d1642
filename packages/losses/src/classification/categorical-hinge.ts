/** By how much does the best other class, but 0 at least, come within the margin of the right one? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "categoricalHinge",
  arguments: {
    /** [.., classes] the right class, one-hot. */
    targets: { shape: "[.., classes]", elements: "distribution" },
    /** [.., classes] the score of each class. */
    predictions: "[.., classes]",
  },
  broadcasts: "oneSided",
  options: {
    /** The margin, 0 or above; a tensor has a gradient. Default 1. */
    delta: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The categorical hinge loss of Keras, of targets [.., classes] and scores predictions [.., classes]; one of them has the leading axes of
 * the result [..].
 *
 * max(0, max_c (1 - targets_c) predictions_c - sum_c targets_c predictions_c + delta), from 0. The zero that the right class leaves takes
 * part in the maximum, so that it differs from `multiclassHingeLoss` where all other scores are negative; ties share the gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if delta is below 0.
 *
 * @formula \max(0, \max_c (1 - y_c) \hat y_c - \sum_c y_c \hat y_c + \delta)
 * @source Keras, `categorical_hinge`.
 * @peers Keras and tfjs-layers have the same, with delta 1.
 * @example await evaluate(categoricalHinge([[1, 0, 0]], [[2, 1.5, 0]]), { engine }) // [0.5]
 */
export const categoricalHinge: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor, { delta }: OptionsFor<typeof declaration>): Tensor {
  const best = sub(1, targets).mul(predictions).max(-1);
  return best.sub(targets.mul(predictions).sum(-1)).add(delta).relu();
}
