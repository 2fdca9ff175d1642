/** How closely do predictions lie on the line where they equal targets? */
import { type Tensor, norm, stack, standardDeviation, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { deviations } from "./deviations.ts";

const declaration = {
  name: "concordanceCorrelation",
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
    /** What it is where targets and predictions are all equal to one number. Default NaN. */
    whenUndefined: { kind: "number", default: Number.NaN as number },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The concordance of targets [..] and predictions [..] along an axis, the last by default: the result has their shape without it.
 *
 * The correlation, less what scale and offset are off: from -1 to 1, to be maximised, and 1 only if predictions equal targets. Variances are
 * those of the population. Where both are constant and equal it is `whenUndefined`, and its gradient 0.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if the axis does not exist.
 *
 * @formula \frac{2 \operatorname{Cov}(y, \hat y)}{\operatorname{Var}(y) + \operatorname{Var}(\hat y) + (\bar y - \bar{\hat y})^2}
 * @source L. I. Lin, A concordance correlation coefficient to evaluate reproducibility, Biometrics 45 (1989).
 * @peers `concordance_correlation` of Keras adds 1e-7 to the divisor; `concordance_corrcoef` of torchmetrics divides by n - 1, which
 *   weighs the offset otherwise.
 * @example await evaluate(concordanceCorrelation([1, 2, 3], [2, 4, 5]), { engine }) // 0.4
 */
export const concordanceCorrelation: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor, { whenUndefined }: OptionsFor<typeof declaration>): Tensor {
  // The mean of differences, not the difference of means, which are rounded.
  const offset = targets.sub(predictions).mean(-1);
  const spreads = [targets, predictions].map((one) => standardDeviation(one, -1).broadcastTo(offset.shape));
  // The root of the divisor: relative to it nothing overflows when it is squared.
  const scale = norm(stack([...spreads, offset], -1), -1);
  const isUndefined = scale.equal(0);
  const unit = where(isUndefined, 1, scale).expandDims(-1);
  const [left, right] = [targets, predictions].map((one) => deviations(one, -1).div(unit)) as [Tensor, Tensor];
  return where(isUndefined, whenUndefined, left.mul(right).mean(-1).mul(2));
}
