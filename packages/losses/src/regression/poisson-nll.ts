/** How unlikely is each count under a Poisson distribution of the predicted mean? */
import { type Tensor, lgamma, xlogy } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "poissonNll",
  arguments: {
    /** [..] the counts that came, 0 or above. */
    targets: { shape: "[..]", elements: "nonNegative" },
    /** [..] the mean of each count, 0 or above. */
    predictions: { shape: "[..]", elements: "positive", check: "nonNegative" },
  },
  broadcasts: "oneSided",
  options: {
    /** Whether to add log(targets!), by which it is a likelihood. Default false. */
    full: { kind: "flag", default: false },
    /** Added to predictions before the logarithm, 0 or above. Default 0. */
    epsilon: { kind: "number", must: "nonNegative", default: 0 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The negative log likelihood of targets [..] under Poisson distributions of means predictions [..], one of which has the shape of the
 * result. Of log means use `poissonNllLog`.
 *
 * predictions - targets log(predictions + epsilon), in nats, where 0 log 0 is 0; full adds log(targets!), of fractions too.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if epsilon, or a target or prediction from the host,
 * is below 0.
 *
 * @formula \hat y - y \log(\hat y + \epsilon) \; [+ \log \Gamma(y + 1)]
 * @source P. McCullagh, J. A. Nelder, Generalized Linear Models (1989), chapter 6.
 * @peers PoissonNLLLoss of PyTorch takes log means unless it is told otherwise, has epsilon 1e-8, and adds Stirling's approximation for
 *   counts above 1, which is 0.041 too small at 2; Keras and tfjs-layers have epsilon 1e-7.
 * @example await evaluate(poissonNll([0, 1, 2], [0.5, 1, 1]), { engine }) // [0.5, 1, 1]
 */
export const poissonNll: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, { full, epsilon }: OptionsFor<typeof declaration>): Tensor {
  const loss = predictions.sub(xlogy(targets, epsilon === 0 ? predictions : predictions.add(epsilon)));
  return full ? loss.add(lgamma(targets.add(1))) : loss;
}
