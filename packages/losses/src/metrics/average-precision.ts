/** How precise are predictions as they find more and more? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { unlessNaN } from "./nan.ts";
import { quotient } from "./quotient.ts";
import { previous, rankedCounts } from "./ranked.ts";

const declaration = {
  name: "averagePrecision",
  arguments: {
    /** [.., batch] 0 or 1. */
    targets: { shape: "[.., batch]", elements: "multiHot" },
    /** [.., batch] the higher, the likelier a 1: probabilities, logits or others. */
    scores: "[.., batch]",
  },
  differentiable: false,
  options: {
    /** [.., batch] how much each counts; a tensor has a gradient. Default 1. */
    weights: { kind: "tensor", shape: "[.., batch]", must: "nonNegative" },
    /** What it is without ones. Default NaN. */
    whenUndefined: { kind: "number", default: Number.NaN as number },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The area under the precision-recall curve of targets [.., batch] and scores [.., batch], as steps: the mean over the ones of the precision
 * at their score [..].
 *
 * Exact: scores are sorted, and equal ones share a threshold. From 0 to 1, to be maximised; the share of ones is chance. NaN if a score is. It
 * has no gradient but by the weights.
 * Throws `ShapeError` if the shapes differ, and `OutOfRangeError` if targets from the host are not 0 or 1, or weights are below 0.
 *
 * @formula \sum_k (R_k - R_{k-1})\, P_k
 * @source J. Davis, M. Goadrich, The relationship between precision-recall and ROC curves, International Conference on Machine Learning (2006).
 * @peers The same as `average_precision_score` of scikit-learn, which is 0 without ones; `AUC` of Keras with `curve="PR"` interpolates, as
 *   `aucAtThresholds` does.
 * @example await evaluate(averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), { engine }) // 0.8333333
 */
export const averagePrecision: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, scores: Tensor, { weights, whenUndefined }: OptionsFor<typeof declaration>): Tensor {
  const { positivesFrom, negativesFrom, positives } = rankedCounts(targets, scores, weights);
  const precision = quotient(positivesFrom, positivesFrom.add(negativesFrom), 0);
  const found = positivesFrom.sub(previous(positivesFrom));
  return unlessNaN(scores, quotient(found.mul(precision).sum(-1), positives, whenUndefined));
}
