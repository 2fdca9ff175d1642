/** By how much does the best other class come within the margin of the right one? */
import { ShapeError, type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { rightClass } from "./labels.ts";

const declaration = {
  name: "multiclassHingeLoss",
  arguments: {
    /** [.., classes] the score of each class. */
    predictions: "[.., classes]",
    /** [..] the index of the right class, counted from 0; or [.., classes] with a single 1 in each row. */
    targets: {
      shape: "[..] or [.., classes]",
      elements: ["classIndex", "oneHot"],
      help: "Targets are class indices or one-hot rows.",
    },
  },
  options: {
    /** The margin, 0 or above; a tensor has a gradient. Default 1. */
    delta: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The multi-class hinge loss of scores predictions [.., classes]; targets are class indices [..]
 * or one-hot rows [.., classes]; the result is [..].
 *
 * max(0, max_{c other than target} predictions_c - predictions_target + delta), in units of the scores, from 0. Classes
 * that are tied for the best other one share the gradient; at the margin it is 0.
 * Throws `ShapeError` if the shapes do not fit or there are fewer than two classes, and `OutOfRangeError` if delta is below 0
 * or targets from the host are neither integers from 0 to classes - 1 nor rows with a single 1.
 *
 * @formula \max(0, \max_{c \ne y} \hat y_c - \hat y_y + \delta)
 * @source K. Crammer, Y. Singer, On the algorithmic implementation of multiclass kernel-based vector machines,
 *   Journal of Machine Learning Research 2 (2001).
 * @peers optax and scikit-learn have the same; torchmetrics applies a softmax first to scores outside of 0 to 1.
 * @seed What its text says; its code calls functions that it never had.
 * @example await evaluate(multiclassHingeLoss([[2, 1.5, 0]], [0]), { engine }) // [0.5]
 */
export const multiclassHingeLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(predictions: Tensor, targets: Tensor, { delta }: OptionsFor<typeof declaration>): Tensor {
  requireOthers(predictions);
  const right = rightClass(declaration.name, predictions, targets);
  const best = where(right, -Infinity, predictions).max(-1);
  return best
    .sub(where(right, predictions, 0).sum(-1))
    .add(delta)
    .relu();
}

/** Of a single class there is no other. */
function requireOthers(predictions: Tensor): void {
  const classes = predictions.shape.at(-1)!;
  if (typeof classes === "string" || classes < 2) {
    throw new ShapeError(`${declaration.name}: predictions must have a number of classes from 2, got ${predictions}.`);
  }
}
