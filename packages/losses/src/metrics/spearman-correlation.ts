/** How closely do predictions grow with targets? */
import { type Tensor, argsort } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { correlation } from "./correlation.ts";
import { unlessNaN } from "./nan.ts";
import { runsOf } from "./runs.ts";

const declaration = {
  name: "spearmanCorrelation",
  arguments: {
    /** [.., batch] what should have been predicted. */
    targets: "[.., batch]",
    /** [.., batch] what was predicted. */
    predictions: "[.., batch]",
  },
  differentiable: false,
  options: {
    /** What it is where targets or predictions are all equal. Default NaN. */
    whenUndefined: { kind: "number", default: Number.NaN as number },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The correlation of the ranks of targets [.., batch] and predictions [.., batch], equal ones sharing the mean of theirs [..].
 *
 * From -1 to 1, to be maximised; 1 if predictions grow with targets, however. NaN if a target or a prediction is. It has no gradient.
 * Throws `ShapeError` if the shapes differ.
 *
 * @formula \operatorname{corr}(\operatorname{rank}(y), \operatorname{rank}(\hat y))
 * @source C. Spearman, The proof and measurement of association between two things, American Journal of Psychology 15 (1904).
 * @peers `spearmanr` of SciPy, and `spearman_corrcoef` of torchmetrics, which adds 1e-6 to the divisor.
 * @example await evaluate(spearmanCorrelation([1, 2, 3, 4], [1, 10, 100, 99]), { engine }) // 0.8
 */
export const spearmanCorrelation: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor, { whenUndefined }: OptionsFor<typeof declaration>): Tensor {
  const ranked = correlation(ranksOf(targets), ranksOf(predictions), whenUndefined);
  return unlessNaN(targets, unlessNaN(predictions, ranked));
}

/** Equal elements have the mean of their ranks, counted from 0. */
function ranksOf(x: Tensor): Tensor {
  const order = argsort(x);
  const { first, last } = runsOf(x.takeAlongAxis(order));
  return first.add(last).div(2).takeAlongAxis(argsort(order));
}
