/** How many of the ones can be found without too many of the zeros? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import {
  type ThresholdDeclaration,
  countsAbove,
  largestRate,
  share,
  thresholdArguments,
  thresholdOptions,
  whenUndefined,
} from "./at-thresholds.ts";
import { unlessNaN } from "./nan.ts";

const declaration: ThresholdDeclaration<"specificity"> = {
  name: "sensitivityAtSpecificity",
  arguments: {
    ...thresholdArguments,
    /** What specificity must be at least. */
    specificity: share,
  },
  differentiable: false,
  options: { ...thresholdOptions, whenUndefined },
  results: { loss: "[]" },
};

/**
 * The largest share of the targets [batch] that are 1 above a threshold of scores [batch] that leaves at least the share `specificity` of
 * those that are 0 below, a scalar.
 *
 * A score above the threshold is a prediction of 1. From 0 to 1, to be maximised; NaN if a score is. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if targets from the host are not 0 or 1, specificity or, without thresholds,
 * scores from the host are not from 0 to 1, or weights from the host are below 0.
 *
 * @formula \max_{\theta : \operatorname{specificity}(\theta) \ge s} \operatorname{sensitivity}(\theta)
 * @source T. Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27 (2006).
 * @peers The same as `SensitivityAtSpecificity` of Keras on scores from 0 to 1, but for its 1e-7 in divisors and its thresholds of 0 and 1 at the ends.
 * @example await evaluate(sensitivityAtSpecificity([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8], 0.5), { engine }) // 0.5
 */
export const sensitivityAtSpecificity: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  targets: Tensor,
  scores: Tensor,
  specificity: Tensor,
  options: OptionsFor<typeof declaration>,
): Tensor {
  const counts = countsAbove(declaration.name, targets, scores, options);
  const negativesBelow = sub(counts.negatives, counts.negativesAbove);
  return unlessNaN(
    scores,
    largestRate(
      [counts.positivesAbove, counts.positives],
      [negativesBelow, counts.negatives],
      specificity,
      options.whenUndefined,
    ),
  );
}
