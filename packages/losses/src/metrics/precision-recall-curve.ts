/** How precise are predictions from each of the scores on, and how much do they find? */
import { type Tensor, concat } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { unlessNaN } from "./nan.ts";
import { quotient } from "./quotient.ts";
import { fromNone, rankedCounts } from "./ranked.ts";

const declaration = {
  name: "precisionRecallCurve",
  arguments: {
    /** [batch] 0 or 1. */
    targets: { shape: "[batch]", elements: "multiHot" },
    /** [batch] the higher, the likelier a 1: probabilities, logits or others. */
    scores: "[batch]",
  },
  differentiable: false,
  options: {
    /** [batch] how much each counts; a tensor has a gradient. Default 1. */
    weights: { kind: "tensor", shape: "[batch]", must: "nonNegative" },
  },
  results: { precision: "[batch + 1]", recall: "[batch + 1]", thresholds: "[batch + 1]" },
} as const;

/**
 * The precision-recall curve of targets [batch] and scores [batch]: precision and recall of predicting a 1 from each of the thresholds on, all
 * [batch + 1].
 *
 * Thresholds are Infinity, where precision is 1 and recall 0, and then the scores, the highest first; equal ones repeat a point, so that the
 * length is known before the scores are. Without ones the recall is NaN, and every rate if a score is. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes differ or the batch has no known length, and `OutOfRangeError` if targets from the host are not 0 or 1, or
 * weights are below 0.
 *
 * @formula P_k = \frac{tp_k}{tp_k + fp_k}, \quad R_k = \frac{tp_k}{P}
 * @source J. Davis, M. Goadrich, The relationship between precision-recall and ROC curves, International Conference on Machine Learning (2006).
 * @peers `precision_recall_curve` of scikit-learn goes the other way, leaves repeated points out, and its thresholds have no Infinity.
 * @example await evaluate(precisionRecallCurve([0, 1], [0.2, 0.7]).precision, { engine }) // [1, 1, 0.5]
 */
export const precisionRecallCurve: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, scores: Tensor, { weights }: OptionsFor<typeof declaration>): Curve {
  const counts = rankedCounts(targets, scores, weights);
  const found = fromNone(counts.positivesFrom);
  const predicted = found.add(fromNone(counts.negativesFrom));
  return {
    precision: unlessNaN(scores, quotient(found, predicted, 1)),
    recall: unlessNaN(scores, quotient(found, counts.positives, Number.NaN)),
    thresholds: concat([[Infinity], counts.scores]),
  };
}

interface Curve {
  readonly precision: Tensor;
  readonly recall: Tensor;
  readonly thresholds: Tensor;
}
