/** By how much do classes that are none of the labels come within the margin of those that are? */
import { type Tensor, logicalAnd, notEqual, sub, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "multilabelMargin",
  arguments: {
    /** [.., classes] the score of each class. */
    predictions: "[.., classes]",
    /** [.., classes] 1 for each class that is a label, else 0. */
    targets: { shape: "[.., classes]", elements: "multiHot" },
  },
  options: {
    /** The margin, 0 or above; a tensor has a gradient. Default 1. */
    delta: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The multi-label margin loss of scores predictions [.., classes] and targets [.., classes] of 0 and 1; the result is [..].
 *
 * sum over labels j and other classes i of max(0, delta - (predictions_j - predictions_i)) / classes, from 0; 0 where there is no such
 * pair. At the margin its gradient is 0. The work grows with the square of the number of classes.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if delta is below 0 or a target from the host is neither 0 nor 1.
 *
 * @formula \frac{1}{C} \sum_{j \in Y} \sum_{i \notin Y} \max(0, \delta - (\hat y_j - \hat y_i))
 * @source M.-L. Zhang, Z.-H. Zhou, Multilabel neural networks with applications to functional genomics and text categorization, IEEE TKDE
 *   18 (2006).
 * @peers MultiLabelMarginLoss of PyTorch is the same, of lists of labels that -1 ends.
 * @example await evaluate(multilabelMargin([[2, 1.5, 0]], [[1, 0, 0]]), { engine }) // [0.1666667]
 */
export const multilabelMargin: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(predictions: Tensor, targets: Tensor, { delta }: OptionsFor<typeof declaration>): Tensor {
  const isLabel = notEqual(targets, 0);
  const isPair = logicalAnd(isLabel.expandDims(-1), isLabel.logicalNot().expandDims(-2));
  const lead = predictions.expandDims(-1).sub(predictions.expandDims(-2));
  const short = sub(delta.expandDims(-1).expandDims(-1), lead).relu();
  return where(isPair, short, 0).sum(-1).mean(-1);
}
