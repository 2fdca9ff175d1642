/** How likely does a one have a higher score than a zero? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { unlessNaN } from "./nan.ts";
import { quotient } from "./quotient.ts";
import { previous, rankedCounts } from "./ranked.ts";

const declaration = {
  name: "rocAuc",
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
    /** What it is without ones, or without zeros. Default NaN. */
    whenUndefined: { kind: "number", default: Number.NaN as number },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The area under the ROC curve of targets [.., batch] and scores [.., batch]: the share of pairs of a one and a zero of which the one has the
 * higher score, equal scores counting one half [..].
 *
 * Exact: scores are sorted, and compared as they are. From 0 to 1, to be maximised; 0.5 is chance. NaN if a score is. It has no gradient but
 * by the weights.
 * Throws `ShapeError` if the shapes differ, and `OutOfRangeError` if targets from the host are not 0 or 1, or weights are below 0.
 *
 * @formula \frac{1}{P N} \sum_{i : y_i = 1} \sum_{j : y_j = 0} \left([s_i > s_j] + \tfrac12 [s_i = s_j]\right)
 * @source J. A. Hanley, B. J. McNeil, The meaning and use of the area under a receiver operating characteristic (ROC) curve, Radiology 143
 *   (1982).
 * @peers The same as `roc_auc_score` of scikit-learn; `AUC` of Keras interpolates between 200 thresholds, as `aucAtThresholds` does;
 *   `auroc` of torchmetrics applies a sigmoid to scores outside of 0 to 1, which makes large logits equal.
 * @example await evaluate(rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), { engine }) // 0.75
 */
export const rocAuc: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, scores: Tensor, { weights, whenUndefined }: OptionsFor<typeof declaration>): Tensor {
  const { positivesFrom, negativesFrom, positives, negatives } = rankedCounts(targets, scores, weights);
  const [ones, zeros] = [positives, negatives].map((all) => all.expandDims(-1)) as [Tensor, Tensor];
  const width = quotient(negativesFrom.sub(previous(negativesFrom)), zeros, 0);
  const height = quotient(positivesFrom.add(previous(positivesFrom)), ones, 0).div(2);
  const isUndefined = positives.equal(0).logicalOr(negatives.equal(0));
  return unlessNaN(scores, where(isUndefined, whenUndefined, width.mul(height).sum(-1)));
}
