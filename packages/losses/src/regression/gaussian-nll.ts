/** How unlikely is each target under a normal distribution around its prediction? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { clippedFrom } from "../clip.ts";
import { logTwoPi } from "../distribution/normal.ts";
const declaration = {
  name: "gaussianNll",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
    /** [..] the variance of each prediction, above 0. */
    variances: { shape: "[..]", elements: "positive" },
  },
  broadcasts: "oneSided",
  options: {
    /** Whether to add the constant log(2 pi) / 2. Default false. */
    full: { kind: "flag", default: false },
    /** What variances count at least, 0 or above. Default 1e-6. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-6 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The negative log likelihood of targets [..] under normal distributions of means predictions [..] and the given variances [..]; of any
 * two, one has the shape of the result.
 *
 * (log v + (predictions - targets)^2 / v) / 2, in nats, with v = max(variances, epsilon); full adds log(2 pi) / 2. A variance below epsilon
 * has the gradient of epsilon, so that it recovers. Of log variances `gaussianNllLog` needs no epsilon.
 * Throws `ShapeError` if of two neither has the shape of both together and `OutOfRangeError` if epsilon is below 0 or a variance from the
 * host not above 0.
 *
 * @formula \frac{1}{2} \left( \log v + \frac{(\hat y - y)^2}{v} \right), \quad v = \max(\sigma^2, \epsilon)
 * @source D. A. Nix, A. S. Weigend, Estimating the mean and variance of the target probability distribution, ICNN (1994).
 * @peers PyTorch has the same values, options and gradients.
 * @example await evaluate(gaussianNll([0, 1], [1, 1], [1, 4]), { engine }) // [0.5, 0.6931472]
 */
export const gaussianNll: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  targets: Tensor,
  predictions: Tensor,
  variances: Tensor,
  { full, epsilon }: OptionsFor<typeof declaration>,
): Tensor {
  const error = predictions.sub(targets);
  const variance = clippedFrom(variances, epsilon);
  const twice = variance.log().add(error.mul(error.div(variance)));
  return (full ? twice.add(logTwoPi) : twice).mul(0.5);
}
