/** By how much is each answer to a question better than the others? */
import { type Tensor, standardDeviation } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { lengthOf } from "../length.ts";

const declaration = {
  name: "groupAdvantages",
  arguments: {
    /** [.., answers] the reward of each answer to the same question. */
    rewards: "[.., answers]",
  },
  options: {
    /** What differences from the mean are divided by: "std", the standard deviation of the group, or "none". Default "std". */
    scale: { kind: "choice", choices: ["std", "none"], default: "std" },
    /** Added to the standard deviation, 0 or above. Default 1e-4. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-4 },
  },
  results: { loss: "[.., answers]" },
} as const;

/**
 * The advantages of the answers to each question, from their rewards [.., answers]; the result is [.., answers].
 *
 * Equal rewards give 0. The variance of the group is divided by answers - 1.
 * Throws `ShapeError` if rewards is a scalar and `OutOfRangeError` if scale is unknown or epsilon below 0.
 *
 * @formula \frac{r - \mathrm{mean}(r)}{\mathrm{std}(r) + \varepsilon}
 * @source Z. Shao et al., DeepSeekMath (2024); scale "none": Z. Liu et al., Understanding R1-zero-like training (2025).
 * @peers TRL `GRPOTrainer(scale_rewards)` has the same epsilon.
 * @example await evaluate(groupAdvantages([1, 2, 3], { epsilon: 0 }), { engine }) // [-1, 0, 1]
 */
export const groupAdvantages: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(rewards: Tensor, { scale, epsilon }: OptionsFor<typeof declaration>): Tensor {
  const differences = rewards.sub(rewards.mean({ axis: -1, keepAxes: true }));
  if (scale === "none") return differences;
  const deviation = standardDeviation(rewards, { axis: -1, keepAxes: true }).mul(widening(rewards));
  return differences.div(deviation.add(epsilon));
}

/** sqrt(n / (n - 1)) of the number n of answers. */
function widening({ shape, dtype }: Tensor): number | Tensor {
  const answers = lengthOf(shape.at(-1)!);
  if (typeof answers === "number") return Math.sqrt(answers / (answers - 1));
  const count = answers.cast(dtype);
  return count.div(count.sub(1)).sqrt();
}
