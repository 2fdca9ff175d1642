/** How many nats does it cost to take one distribution for another, of which the logarithms are known? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";

const declaration = {
  name: "klDivergence",
  arguments: {
    /** [.., classes] the probability of each class. */
    targets: { shape: "[.., classes]", elements: "distribution" },
    /** [.., classes] the logarithm of the predicted probability of each class. */
    logPredictions: { shape: "[.., classes]", elements: "logDistribution" },
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The divergence of Kullback and Leibler of log predictions [.., classes] from targets [.., classes]; the result is [..].
 *
 * In nats, from 0 where both are distributions, which is not checked: equal ones may round to slightly below it (`klDivergenceLogits`
 * never does). A target of 0 contributes nothing, neither to the value nor to a gradient; a prediction of probability 0 for another
 * target is Infinity.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula \sum_c y_c (\log y_c - \log q_c)
 * @source S. Kullback, R. A. Leibler, On information and sufficiency, Annals of Mathematical Statistics 22 (1951).
 * @peers PyTorch `KLDivLoss` takes the log predictions first, and its "mean" divides by classes too; optax `kl_divergence` likewise takes
 *   the log predictions first; torchmetrics `kl_divergence(p, q)` takes probabilities.
 * @example await evaluate(klDivergence([[0.5, 0.5]], [[Math.log(0.25), Math.log(0.75)]]), { engine }) // [0.1438410]
 */
export const klDivergence: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, logPredictions: Tensor): Tensor {
  const isAbsent = targets.equal(0);
  // Chosen before the logarithm, and so in the gradient too: nothing of an absent class is left.
  const ratio = where(isAbsent, 1, targets)
    .log()
    .sub(where(isAbsent, 0, logPredictions));
  return targets.mul(ratio).sum(-1);
}
