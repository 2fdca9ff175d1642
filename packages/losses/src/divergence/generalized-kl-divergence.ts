/** How far are measures apart that need not add up to 1? */
import { type Tensor, broadcastTogether, customGradient, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { measureExcess } from "../distribution/excess.ts";

const declaration = {
  name: "generalizedKlDivergence",
  arguments: {
    /** [.., d] what each entry should weigh, 0 or above. */
    targets: { shape: "[.., d]", elements: "nonNegative" },
    /** [.., d] the logarithm of what it was predicted to weigh. */
    logPredictions: "[.., d]",
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The divergence of log predictions [.., d] from targets [.., d] that need not add up to 1; the result is [..].
 *
 * In nats, and never below 0; 0 only where they are equal. A target of 0 contributes what was predicted, exp(b), and has no gradient.
 * Of distributions it has the value of `klDivergence`, but another gradient by the log predictions: q - y.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if targets from the host are below 0.
 *
 * @formula \sum_i y_i (\log y_i - b_i) + e^{b_i} - y_i
 * @source L. M. Bregman, The relaxation method of finding the common point of convex sets, USSR Computational Mathematics 7 (1967).
 * @peers optax `generalized_kl_divergence` (before, `convex_kl_divergence`) takes the log predictions first.
 * @example await evaluate(generalizedKlDivergence([[1, 2]], [[0, 0]]), { engine }) // [0.3862944]
 */
export const generalizedKlDivergence: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, logPredictions: Tensor): Tensor {
  const names = ["targets", "logPredictions"];
  return divergence(...(broadcastTogether(declaration.name, names, [targets, logPredictions]) as Pair)).sum(-1);
}

type Pair = [targets: Tensor, logPredictions: Tensor];

const divergence = /* @__PURE__ */ customGradient<Pair>((targets, logPredictions) => {
  const isAbsent = targets.equal(0);
  const predicted = logPredictions.exp();
  const ratio = where(isAbsent, 0, logPredictions.sub(where(isAbsent, 1, targets).log()));
  return {
    value: where(isAbsent, predicted, measureExcess(targets, predicted, ratio)),
    gradient: (g) => [ratio.neg().mul(g), predicted.sub(targets).mul(g)],
  };
});
