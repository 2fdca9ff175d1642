/** Which loss of each token improves a language model by rewards of whole answers, near a reference? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { logRatioExcess } from "../distribution/excess.ts";
import { clippedSurrogate } from "./clipped-surrogate.ts";

const declaration = {
  name: "grpo",
  arguments: {
    /** [.., time] the log probability of each token, under the policy that learns. */
    logProbabilities: { shape: "[..]", elements: "logProbability" },
    /** [.., time] the same under the policy that wrote it. */
    oldLogProbabilities: { shape: "[..]", elements: "logProbability" },
    /** [.., time], or [.., 1] of a whole answer: how much better it was than others, see `groupAdvantages`. */
    advantages: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** How far below 1 a ratio of probabilities counts, 0 or above; a tensor has a gradient. Default 0.2. */
    epsilon: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 0.2 },
    /** How far above 1, 0 or above; by default epsilon. */
    epsilonHigh: { kind: "tensor", shape: "[..]", must: "nonNegative" },
    /** [.., time] the log probabilities under a reference, to which the policy is to stay near. By default there is none. */
    referenceLogProbabilities: { kind: "array", shape: "[..]", elements: "logProbability" },
    /** The weight of the divergence from the reference, 0 or above; a tensor has a gradient. Default 0. */
    beta: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 0 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The loss of group relative policy optimisation for each token, of log probabilities [.., time], those of the policy that wrote it
 * [.., time] and advantages [.., time]; the result is [.., time].
 *
 * The variants of this loss differ in what the sum over tokens is divided by, which is `reduce(loss, { mask, denominator })`: the tokens of
 * each answer, of all answers, or a constant.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if epsilon or beta is below 0.
 *
 * @formula -\min(r A, \mathrm{clip}(r, 1 - \varepsilon, 1 + \varepsilon_h) A) + \beta (e^d - 1 - d), \quad d = \log \pi_\mathrm{ref} - \log \pi
 * @source Z. Shao et al., DeepSeekMath (2024); Z. Liu et al., Understanding R1-zero-like training (2025).
 * @peers TRL `GRPOTrainer`: its loss types grpo, bnpo, dapo and dr_grpo are this loss with four denominators.
 * @example await evaluate(grpo([[-1, -2]], [[-1, -2]], [[0.5]]), { engine }) // [[-0.5, -0.5]]
 */
export const grpo: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  logProbabilities: Tensor,
  oldLogProbabilities: Tensor,
  advantages: Tensor,
  { referenceLogProbabilities, beta, ...range }: OptionsFor<typeof declaration>,
): Tensor {
  const { loss } = clippedSurrogate(logProbabilities, oldLogProbabilities, advantages, range);
  if (referenceLogProbabilities === undefined) return loss;
  return loss.add(logRatioExcess(referenceLogProbabilities.sub(logProbabilities)).mul(beta));
}
