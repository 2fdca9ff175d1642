/** How far is a score on the wrong side? */
import type { Tensor } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { marginOf } from "./hinge.ts";
const declaration = {
  name: "perceptronLoss",
  arguments: {
    /** [..] scores, the raw output of a classifier. */
    predictions: "[..]",
    /** [..] -1 or 1. */
    targets: { shape: "[..]", elements: "sign" },
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The perceptron loss of scores predictions [..] for targets [..] of -1 or 1, element by element; one of them has the shape of the result.
 *
 * max(0, -targets predictions), from 0. At 0 its gradient is 0, so that a model that begins with zeros stays there.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if a target from the host is neither -1 nor 1.
 *
 * @formula \max(0, -y \hat y)
 * @source F. Rosenblatt, The perceptron, Psychological Review 65 (1958).
 * @peers optax has half of the slope at 0.
 * @example await evaluate(perceptronLoss([0.5, -3], [1, 1]), { engine }) // [0, 3]
 */
export const perceptronLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(predictions: Tensor, targets: Tensor): Tensor {
  return marginOf(declaration.name, predictions, targets).neg().relu();
}
