/** How unlikely is each target under a normal distribution whose log variance is predicted? */
import { type Tensor, logicalAnd, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { largestOf } from "../largest.ts";

const declaration = {
  name: "gaussianNllLog",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
    /** [..] the log variance of each prediction. */
    logVariances: "[..]",
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The negative log likelihood of targets [..] under normal distributions of means predictions [..] and the given logVariances [..], but for
 * log(2 pi) / 2; of any two, one has the shape of the result.
 *
 * (s + (predictions - targets)^2 exp(-s)) / 2 with s = logVariances, in nats. A prediction that is exact costs s / 2, even where exp(-s) is
 * infinite.
 * Throws `ShapeError` if of two neither has the shape of both together.
 *
 * @formula \frac{1}{2} \left( s + (\hat y - y)^2 e^{-s} \right), \quad s = \log \sigma^2
 * @source A. Kendall, Y. Gal, What uncertainties do we need in Bayesian deep learning for computer vision?, NeurIPS (2017), equation 8.
 * @peers PyTorch takes variances alone; `gaussianNll` is its function.
 * @example await evaluate(gaussianNllLog([0, 1], [1, 1], [0, -100]), { engine }) // [0.5, -50]
 */
export const gaussianNllLog: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor, logVariances: Tensor): Tensor {
  const error = predictions.sub(targets);
  // An error of 0 must not meet an infinity.
  const isLost = logicalAnd(error.equal(0), logVariances.less(-2 * Math.log(largestOf(error))));
  const scaled = where(isLost, 0, logVariances.mul(-0.5)).exp().mul(error);
  return logVariances.add(scaled.square()).mul(0.5);
}
