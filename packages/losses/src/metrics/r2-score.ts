/** Which share of the targets' sum of squares do predictions account for? */
import { type Tensor, norm, normalize, ones, sqrt, sub, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { deviations } from "./deviations.ts";
import { quotient } from "./quotient.ts";

const declaration = {
  name: "r2Score",
  arguments: {
    /** [batch] or [batch, outputs] what should have been predicted. */
    targets: "[..]",
    /** What was predicted, in the shape of the targets. */
    predictions: "[..]",
  },
  options: {
    /** The axis of the batch, or axes, along which sums are taken; null for all. Default 0. */
    axis: { kind: "axes", shape: "[..]", default: 0 },
    /** Of several outputs the mean, their mean weighted by the variance of their targets, or each. Default "uniform". */
    average: { kind: "choice", choices: ["uniform", "varianceWeighted", "none"], default: "uniform" },
    /** What an output is whose targets are all equal; by default 1 if it is predicted perfectly, else 0. */
    whenUndefined: { kind: "number" },
  },
  results: { loss: "[..] without the axes, or []" },
} as const;

/**
 * The coefficient of determination of predictions [batch] of targets [batch], a scalar; of several outputs [batch, outputs] the mean, or
 * with `average: "none"` each [outputs].
 *
 * 1 is perfect, 0 no better than the mean of the targets, below 0 worse, and NaN of an empty batch: it is to be maximised. Where all targets of an output are equal its
 * gradient is 0.
 * Throws `ShapeError` if the shapes differ, and `OutOfRangeError` if the axis does not exist or the average is unknown.
 *
 * @formula 1 - \frac{\sum_i (y_i - \hat y_i)^2}{\sum_i (y_i - \bar y)^2}
 * @source N. R. Draper, H. Smith, Applied Regression Analysis, third edition (1998), section 1.3.
 * @peers `r2_score` of scikit-learn is the same, `average` being its `multioutput`. `R2Score` of Keras and `r2_score` of torchmetrics
 *   subtract the squared mean from the mean of squares, which loses digits; constant targets give 0 in Keras, whether predicted or not, and
 *   in TensorFlow.js -Infinity or NaN.
 * @example await evaluate(r2Score([1, 2, 3, 4], [1, 2, 3, 5]), { engine }) // 0.8
 */
export const r2Score: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  targets: Tensor,
  predictions: Tensor,
  { axis, average, whenUndefined }: OptionsFor<typeof declaration>,
): Tensor {
  // Roots of means, not of sums: those of nothing are NaN.
  const rootOfCount = sqrt(ones(targets.shape, targets.dtype).sum(axis));
  const [spread, error] = [deviations(targets, axis), targets.sub(predictions)].map((one) =>
    norm(one, axis).div(rootOfCount),
  ) as [Tensor, Tensor];
  const finite = whenUndefined ?? where(error.equal(0), 1, 0);
  // Squared last, so that nothing overflows.
  const score = where(spread.equal(0), finite, sub(1, quotient(error, spread, 0).square()));
  return averages[average](score, spread);
}

const averages = {
  none: (score: Tensor): Tensor => score,
  uniform: (score: Tensor): Tensor => score.mean(),
  varianceWeighted: (score: Tensor, spread: Tensor): Tensor => {
    const weights = normalize(spread, null).square();
    return where(weights.sum().equal(0), score.mean(), score.mul(weights).sum());
  },
};
