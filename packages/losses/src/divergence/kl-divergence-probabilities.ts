/** How many nats does it cost to take one distribution for another, if both are given as probabilities? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { clippedLog } from "../distribution/clipped-log.ts";

const declaration = {
  name: "klDivergenceProbabilities",
  arguments: {
    /** [.., classes] the probability of each class. */
    targets: { shape: "[.., classes]", elements: "distribution" },
    /** [.., classes] the predicted probability of each class. */
    probabilities: { shape: "[.., classes]", elements: "distribution" },
  },
  broadcasts: "oneSided",
  options: {
    /** Below which a predicted probability counts as this one, 0 or above. Default 0. */
    epsilon: { kind: "number", must: "nonNegative", default: 0 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The divergence of Kullback and Leibler of probabilities [.., classes] from targets [.., classes]; the result is [..].
 *
 * As `klDivergence`, for predictions that are probabilities. The gradient passes where epsilon clips: it is -y / max(q, epsilon), so that
 * a prediction of 0 can recover. With epsilon 0 a prediction of 0 is Infinity unless its target is 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if epsilon is below 0.
 *
 * @formula \sum_c y_c (\log y_c - \log \max(q_c, \varepsilon))
 * @source S. Kullback, R. A. Leibler, On information and sufficiency, Annals of Mathematical Statistics 22 (1951).
 * @peers Keras `KLDivergence` clips targets and predictions to [1e-7, 1]; tfjs-layers clips inside the logarithm; Flux `kldivergence`
 *   adds epsilon to both; torchmetrics `kl_divergence` divides both by their sums.
 * @example await evaluate(klDivergenceProbabilities([[0.5, 0.5]], [[0.25, 0.75]]), { engine }) // [0.1438410]
 */
export const klDivergenceProbabilities: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, probabilities: Tensor, { epsilon }: OptionsFor<typeof declaration>): Tensor {
  const isAbsent = targets.equal(0);
  const predicted = where(isAbsent, 0, clippedLog(where(isAbsent, 1, probabilities), epsilon));
  return targets.mul(where(isAbsent, 1, targets).log().sub(predicted)).sum(-1);
}
