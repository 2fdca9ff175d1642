/** How unlikely is each count under a Poisson distribution whose log mean is predicted? */
import { type Tensor, broadcastTogether, lgamma, weightedBy } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "poissonNllLog",
  arguments: {
    /** [..] the counts that came, 0 or above. */
    targets: { shape: "[..]", elements: "nonNegative" },
    /** [..] the logarithm of the mean of each count. */
    logPredictions: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** Whether to add log(targets!), by which it is a likelihood. Default false. */
    full: { kind: "flag", default: false },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The negative log likelihood of targets [..] under Poisson distributions of means exp(logPredictions [..]), one of which has the shape of
 * the result.
 *
 * exp(logPredictions) - targets logPredictions, in nats; a target of 0 at a log mean of -Infinity costs 0. full adds log(targets!), of
 * fractions too.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if a target from the host is below 0.
 *
 * @formula e^s - y s \; [+ \log \Gamma(y + 1)]
 * @source P. McCullagh, J. A. Nelder, Generalized Linear Models (1989), chapter 6.
 * @peers PoissonNLLLoss of PyTorch has the same by default; its full adds Stirling's approximation for counts above 1.
 * @example await evaluate(poissonNllLog([0, 1, 2], [0, 0, 0]), { engine }) // [1, 1, 1]
 */
export const poissonNllLog: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, logPredictions: Tensor, { full }: OptionsFor<typeof declaration>): Tensor {
  const names = ["targets", "logPredictions"];
  const [counts, logs] = broadcastTogether(declaration.name, names, [targets, logPredictions]) as [Tensor, Tensor];
  const loss = logs.exp().sub(weightedBy(logs, counts));
  return full ? loss.add(lgamma(counts.add(1))) : loss;
}
