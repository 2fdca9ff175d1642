/** How much can predictions find that are precise enough? */
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

const declaration: ThresholdDeclaration<"precision"> = {
  name: "recallAtPrecision",
  arguments: {
    ...thresholdArguments,
    /** What precision must be at least. */
    precision: share,
  },
  differentiable: false,
  options: { ...thresholdOptions, whenUndefined },
  results: { loss: "[]" },
};

/**
 * The largest share of the targets [batch] that are 1 that some threshold of scores [batch] finds with at least that `precision`, a scalar.
 *
 * A score above the threshold is a prediction of 1. From 0 to 1, to be maximised; NaN if a score is. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if targets from the host are not 0 or 1, precision or, without thresholds,
 * scores from the host are not from 0 to 1, or weights from the host are below 0.
 *
 * @formula \max_{\theta : \operatorname{precision}(\theta) \ge p} \operatorname{recall}(\theta)
 * @source J. Davis, M. Goadrich, The relationship between precision-recall and ROC curves, International Conference on Machine Learning (2006).
 * @peers The same as `RecallAtPrecision` of Keras on scores from 0 to 1, but for its 1e-7 in divisors and its thresholds of 0 and 1 at the ends.
 * @example await evaluate(recallAtPrecision([0, 0, 1, 1], [0, 0.5, 0.3, 0.9], 0.8), { engine }) // 0.5
 */
export const recallAtPrecision: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, scores: Tensor, precision: Tensor, options: OptionsFor<typeof declaration>): Tensor {
  const counts = countsAbove(declaration.name, targets, scores, options);
  const above = counts.positivesAbove.add(counts.negativesAbove);
  return unlessNaN(
    scores,
    largestRate(
      [counts.positivesAbove, counts.positives],
      [counts.positivesAbove, above],
      precision,
      options.whenUndefined,
    ),
  );
}
