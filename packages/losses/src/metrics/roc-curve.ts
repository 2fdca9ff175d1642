/** Which share of ones and of zeros has at least each of the scores? */
import { type Tensor, concat } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { unlessNaN } from "./nan.ts";
import { quotient } from "./quotient.ts";
import { fromNone, rankedCounts } from "./ranked.ts";

const declaration = {
  name: "rocCurve",
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
  results: { falsePositiveRate: "[batch + 1]", truePositiveRate: "[batch + 1]", thresholds: "[batch + 1]" },
} as const;

/**
 * The ROC curve of targets [batch] and scores [batch]: which share of the zeros, falsePositiveRate, and of the ones, truePositiveRate, has a
 * score of at least each of the thresholds, all [batch + 1].
 *
 * Thresholds are Infinity and then the scores, the highest first; equal ones repeat a point, so that the length is known before the scores
 * are. A rate of nothing is NaN, and every rate if a score is. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes differ or the batch has no known length, and `OutOfRangeError` if targets from the host are not 0 or 1, or
 * weights are below 0.
 *
 * @formula x_k = \frac{|\{i : y_i = 0, s_i \ge \theta_k\}|}{N}, \quad y_k = \frac{|\{i : y_i = 1, s_i \ge \theta_k\}|}{P}
 * @source T. Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27 (2006).
 * @peers `roc_curve` of scikit-learn leaves repeated points out, and by default those on a line between others.
 * @example await evaluate(rocCurve([0, 1], [0.2, 0.7]).truePositiveRate, { engine }) // [0, 1, 1]
 */
export const rocCurve: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, scores: Tensor, { weights }: OptionsFor<typeof declaration>): Curve {
  const counts = rankedCounts(targets, scores, weights);
  const rateOf = (part: Tensor, whole: Tensor): Tensor =>
    unlessNaN(scores, quotient(fromNone(part), whole, Number.NaN));
  return {
    falsePositiveRate: rateOf(counts.negativesFrom, counts.negatives),
    truePositiveRate: rateOf(counts.positivesFrom, counts.positives),
    thresholds: concat([[Infinity], counts.scores]),
  };
}

interface Curve {
  readonly falsePositiveRate: Tensor;
  readonly truePositiveRate: Tensor;
  readonly thresholds: Tensor;
}
