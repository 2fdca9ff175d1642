/** Which loss improves a policy without letting it change too far from the one that acted? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type ClippedSurrogate, clippedSurrogate } from "./clipped-surrogate.ts";

const declaration = {
  name: "ppoClip",
  arguments: {
    /** [..] the log probability of what was done, under the policy that learns. */
    logProbabilities: { shape: "[..]", elements: "logProbability" },
    /** [..] the same under the policy that acted. */
    oldLogProbabilities: { shape: "[..]", elements: "logProbability" },
    /** [..] how much better it was than expected. */
    advantages: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** How far below 1 a ratio of probabilities counts, 0 or above; a tensor has a gradient. Default 0.2. */
    epsilon: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 0.2 },
    /** How far above 1, 0 or above; by default epsilon. */
    epsilonHigh: { kind: "tensor", shape: "[..]", must: "nonNegative" },
    /** The largest ratio that counts for an advantage below 0, above 1. By default there is none. */
    dualClip: { kind: "number", must: "aboveOne" },
  },
  results: { loss: "[..]", ratio: "[..]", clipped: "[..]" },
} as const;

/**
 * The clipped loss of proximal policy optimisation for each action or token, of log probabilities [..], those of the policy that acted
 * [..] and advantages [..]; the results are [..], the loss, the ratio of both probabilities, and whether the clip took something away.
 *
 * Differences of log probabilities are clamped to 20, without a gradient beyond. Inside of the clip the gradient is that of -r A.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if epsilon is below 0 or dualClip not above 1.
 *
 * @formula -\min(r A, \mathrm{clip}(r, 1 - \varepsilon, 1 + \varepsilon_h) A), \quad r = e^{\log \pi - \log \pi_\mathrm{old}}
 * @source J. Schulman, F. Wolski, P. Dhariwal, A. Radford, O. Klimov, Proximal policy optimization algorithms (2017); dualClip: D. Ye et
 *   al., Mastering complex control in MOBA games with deep reinforcement learning, AAAI (2020).
 * @peers TRL, rlax `clipped_surrogate_pg_loss` and stable-baselines3 have the same loss, reduced by a mean.
 * @example (await evaluate(ppoClip([Math.log(0.6)], [Math.log(0.4)], [1]), { engine })).loss // [-1.2]
 */
export const ppoClip: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  logProbabilities: Tensor,
  oldLogProbabilities: Tensor,
  advantages: Tensor,
  { epsilon, epsilonHigh, dualClip }: OptionsFor<typeof declaration>,
): ClippedSurrogate {
  return clippedSurrogate(logProbabilities, oldLogProbabilities, advantages, { epsilon, epsilonHigh, dualClip });
}
