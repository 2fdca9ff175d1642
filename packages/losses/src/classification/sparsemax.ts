/** What does a logit cost whose probability is exactly 0 or 1 beyond a margin? */
import { type Tensor, notEqual, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";

const declaration = {
  name: "sparsemaxLoss",
  arguments: {
    /** [..] 0 or 1. */
    labels: { shape: "[..]", elements: "multiHot" },
    /** [..] the score of a yes. */
    logits: "[..]",
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The binary sparsemax loss of labels [..] of 0 or 1 and logits [..], element by element; one of them has the shape of the result.
 *
 * With x the logit for a label of 0, and its negative for 1: 0 where x <= -1, x where x >= 1, else (x + 1)^2 / 4; it has no kink.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if a label from the host is neither 0 nor 1.
 *
 * @formula \begin{cases} 0 & x \le -1 \\ (x + 1)^2 / 4 & |x| < 1 \\ x & x \ge 1 \end{cases}, \quad x = (1 - 2 y) \hat y
 * @source A. F. T. Martins, R. F. Astudillo, From softmax to sparsemax, ICML (2016).
 * @peers optax has the same.
 * @example await evaluate(sparsemaxLoss([1, 0, 1], [2, 0, -3]), { engine }) // [0, 0.25, 3]
 */
export const sparsemaxLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, logits: Tensor): Tensor {
  const against = where(notEqual(labels, 0), logits.neg(), logits);
  const isBetween = against.abs().less(1);
  const between = where(isBetween, against, 0).add(1).square().mul(0.25);
  return where(isBetween, between, against.relu());
}
