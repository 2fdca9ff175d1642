/** Which share of the targets' variance do predictions explain? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "explainedVariance",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
  },
  options: {
    /** The axis or axes along which variances are taken; null, the default, for all. */
    axis: { kind: "axes", shape: "[..]", default: null },
    /** Added to the variance of the targets, 0 or above, so that constant targets do not divide by 0. Default 1e-6. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-6 },
  },
  results: { loss: "[..] without the axes" },
} as const;

/**
 * The share of the variance of targets [..] that predictions [..] of the same shape explain; the result has that shape
 * without the axes.
 *
 * 1 - Var(targets - predictions) / (Var(targets) + epsilon), with population variances. 1 is perfect, 0 no better than
 * the mean of the targets, below 0 worse: it is to be maximised. An offset that all predictions share goes unseen.
 * Throws `ShapeError` if the shapes differ and `OutOfRangeError` if an axis does not exist or epsilon is below 0.
 *
 * @formula 1 - \frac{\operatorname{Var}(y - \hat y)}{\operatorname{Var}(y) + \epsilon}
 * @source The coefficient of determination of the residuals.
 * @peers `explained_variance_score` of scikit-learn gives 1 or 0 for constant targets, where here epsilon alone divides.
 * @seed The same.
 * @example await evaluate(explainedVariance([1, 2, 3, 4], [1, 2, 3, 5], { epsilon: 0 }), { engine }) // 0.85
 */
export const explainedVariance: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor, { axis, epsilon }: OptionsFor<typeof declaration>): Tensor {
  const unexplained = targets.sub(predictions).variance(axis);
  return sub(1, unexplained.div(targets.variance(axis).add(epsilon)));
}
