/** How closely do predictions lie on a line over targets? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { correlation } from "./correlation.ts";

const declaration = {
  name: "pearsonCorrelation",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[.., batch]",
    /** [..] what was predicted. */
    predictions: "[.., batch]",
  },
  broadcasts: "oneSided",
  options: {
    /** The axis along which they are correlated. Default -1. */
    axis: { kind: "axis", of: "batch", default: -1 },
    /** What it is where targets or predictions are all equal. Default NaN. */
    whenUndefined: { kind: "number", default: Number.NaN as number },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The correlation of targets [..] and predictions [..] along an axis, the last by default: the result has their shape without it.
 *
 * From -1 to 1, to be maximised; 1 if predictions grow with targets along a line, however steep. Where either is constant it is
 * `whenUndefined`, and its gradient 0.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if the axis does not exist.
 *
 * @formula \frac{\sum_i (y_i - \bar y)(\hat y_i - \bar{\hat y})}{\sqrt{\sum_i (y_i - \bar y)^2 \sum_i (\hat y_i - \bar{\hat y})^2}}
 * @source K. Pearson, Notes on regression and inheritance in the case of two parents, Proceedings of the Royal Society of London 58 (1895).
 * @peers `pearson_correlation` of Keras, `pearson_corrcoef` of torchmetrics (NaN if a variance is small, too) and `r_regression` of
 *   scikit-learn.
 * @example await evaluate(pearsonCorrelation([1, 2, 3], [2, 4, 5]), { engine }) // 0.9819805
 */
export const pearsonCorrelation: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor, { whenUndefined }: OptionsFor<typeof declaration>): Tensor {
  return correlation(targets, predictions, whenUndefined);
}
