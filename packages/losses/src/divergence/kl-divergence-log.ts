/** How many nats does it cost to take one distribution for another, if the logarithms of both are known? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";

const declaration = {
  name: "klDivergenceLog",
  arguments: {
    /** [.., classes] the logarithm of the probability of each class. */
    logTargets: { shape: "[.., classes]", elements: "logDistribution" },
    /** [.., classes] the logarithm of the predicted probability of each class. */
    logPredictions: { shape: "[.., classes]", elements: "logDistribution" },
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The divergence of Kullback and Leibler of log predictions [.., classes] from log targets [.., classes]; the result is [..].
 *
 * As `klDivergence`, for targets that are logarithms too. A log target of -Infinity contributes nothing, neither to the value nor to a
 * gradient, even against a log prediction of -Infinity.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula \sum_c e^{a_c} (a_c - b_c)
 * @source S. Kullback, R. A. Leibler, On information and sufficiency, Annals of Mathematical Statistics 22 (1951).
 * @peers optax `kl_divergence_with_log_targets` and PyTorch `KLDivLoss(log_target=True)` take the log predictions first; torchmetrics
 *   `kl_divergence(p, q, log_prob=True)`.
 * @example await evaluate(klDivergenceLog([[0, -Infinity]], [[Math.log(0.25), Math.log(0.75)]]), { engine }) // [1.3862944]
 */
export const klDivergenceLog: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(logTargets: Tensor, logPredictions: Tensor): Tensor {
  const isAbsent = logTargets.equal(-Infinity);
  const known = where(isAbsent, 0, logTargets);
  const term = known.exp().mul(known.sub(where(isAbsent, 0, logPredictions)));
  return where(isAbsent, 0, term).sum(-1);
}
