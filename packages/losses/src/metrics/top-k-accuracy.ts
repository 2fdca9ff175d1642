/** Is the right class among the k with the highest scores? */
import { type Tensor, arange } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "topKAccuracy",
  arguments: {
    /** [..] the right classes. */
    labels: { shape: "[..]", elements: "classIndex" },
    /** [.., classes] the score of each class: logits, probabilities or others. */
    scores: "[.., classes]",
  },
  differentiable: false,
  options: {
    /** How many classes may be named. Default 5. */
    k: { kind: "count", default: 5 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * Whether the class of each of the labels [..] is among the k with the highest scores [.., classes]: 1 where it is, else 0 [..].
 *
 * Of equal scores that of the smaller class index counts as higher. A row with a NaN is wrong; with k of at least the number of classes
 * any other is right. The mean is the share of right predictions, to be maximised. It has no gradient.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if k is not an integer of at least 1, or labels from the host are
 * not integers from 0 to classes - 1.
 *
 * @formula [\,|\{c : s_c > s_y\}| + |\{c < y : s_c = s_y\}| < k\,]
 * @source O. Russakovsky et al., ImageNet Large Scale Visual Recognition Challenge, International Journal of Computer Vision 115 (2015).
 * @peers `TopKCategoricalAccuracy` and `SparseTopKCategoricalAccuracy` of Keras count ties in favour of the label; `top_k_accuracy_score` of
 *   scikit-learn takes the larger index first.
 * @example await evaluate(topKAccuracy([2, 0], [[3, 1, 2], [0, 1, 2]], { k: 2 }), { engine }) // [1, 0]
 */
export const topKAccuracy: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, scores: Tensor, { k }: OptionsFor<typeof declaration>): Tensor {
  const label = labels.expandDims(-1);
  const own = scores.takeAlongAxis(label);
  const isFirstOfTies = arange(scores.shape.at(-1) as number).less(label);
  const isAhead = scores.greater(own).logicalOr(scores.equal(own).logicalAnd(isFirstOfTies));
  const hasNaN = scores.isNaN().sum(-1).greater(0);
  return isAhead.sum(-1).less(k).logicalAnd(hasNaN.logicalNot()).cast(scores.dtype);
}
