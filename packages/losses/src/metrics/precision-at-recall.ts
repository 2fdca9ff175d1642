/** How precise can predictions be that find enough? */
import type { Tensor } from "@symloss/core";
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

const declaration: ThresholdDeclaration<"recall"> = {
  name: "precisionAtRecall",
  arguments: {
    ...thresholdArguments,
    /** What recall must be at least. */
    recall: share,
  },
  differentiable: false,
  options: { ...thresholdOptions, whenUndefined },
  results: { loss: "[]" },
};

/**
 * The highest precision with which some threshold of scores [batch] finds at least the share `recall` of the targets [batch] that are 1, a
 * scalar.
 *
 * A score above the threshold is a prediction of 1. From 0 to 1, to be maximised; NaN if a score is. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if targets from the host are not 0 or 1, recall or, without thresholds,
 * scores from the host are not from 0 to 1, or weights from the host are below 0.
 *
 * @formula \max_{\theta : \operatorname{recall}(\theta) \ge r} \operatorname{precision}(\theta)
 * @source J. Davis, M. Goadrich, The relationship between precision-recall and ROC curves, International Conference on Machine Learning (2006).
 * @peers The same as `PrecisionAtRecall` of Keras on scores from 0 to 1, but for its 1e-7 in divisors and its thresholds of 0 and 1 at the ends.
 * @example await evaluate(precisionAtRecall([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8], 0.5), { engine }) // 0.5
 */
export const precisionAtRecall: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, scores: Tensor, recall: Tensor, options: OptionsFor<typeof declaration>): Tensor {
  const counts = countsAbove(declaration.name, targets, scores, options);
  const above = counts.positivesAbove.add(counts.negativesAbove);
  return unlessNaN(
    scores,
    largestRate(
      [counts.positivesAbove, above],
      [counts.positivesAbove, counts.positives],
      recall,
      options.whenUndefined,
    ),
  );
}
