/** How many of the zeros can be left out while enough of the ones are found? */
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

const declaration: ThresholdDeclaration<"sensitivity"> = {
  name: "specificityAtSensitivity",
  arguments: {
    ...thresholdArguments,
    /** What sensitivity must be at least. */
    sensitivity: share,
  },
  differentiable: false,
  options: { ...thresholdOptions, whenUndefined },
  results: { loss: "[]" },
};

/**
 * The largest share of the targets [batch] that are 0 not above a threshold of scores [batch] that finds at least the share `sensitivity`
 * of those that are 1, a scalar.
 *
 * A score above the threshold is a prediction of 1. From 0 to 1, to be maximised; NaN if a score is. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if targets from the host are not 0 or 1, sensitivity or, without thresholds,
 * scores from the host are not from 0 to 1, or weights from the host are below 0.
 *
 * @formula \max_{\theta : \operatorname{sensitivity}(\theta) \ge s} \operatorname{specificity}(\theta)
 * @source T. Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27 (2006).
 * @peers The same as `SpecificityAtSensitivity` of Keras on scores from 0 to 1, but for its 1e-7 in divisors and its thresholds of 0 and 1 at the ends.
 * @example await evaluate(specificityAtSensitivity([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8], 0.5), { engine }) // 0.6666667
 */
export const specificityAtSensitivity: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  targets: Tensor,
  scores: Tensor,
  sensitivity: Tensor,
  options: OptionsFor<typeof declaration>,
): Tensor {
  const counts = countsAbove(declaration.name, targets, scores, options);
  const negativesBelow = sub(counts.negatives, counts.negativesAbove);
  return unlessNaN(
    scores,
    largestRate(
      [negativesBelow, counts.negatives],
      [counts.positivesAbove, counts.positives],
      sensitivity,
      options.whenUndefined,
    ),
  );
}
