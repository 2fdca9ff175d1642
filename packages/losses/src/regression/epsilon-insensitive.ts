/** Which loss is 0 for errors up to epsilon? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "epsilonInsensitive",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** The error that costs nothing, 0 or above; a tensor has a gradient. Default 0.1. */
    epsilon: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 0.1 },
    /** Whether what exceeds epsilon is squared. Default false. */
    squared: { kind: "flag", default: false },
  },
  results: { loss: "[..]" },
} as const;

/**
 * By how much each error exceeds epsilon, of targets [..] and predictions [..], one of which has the shape of the result: the loss of
 * support vector regression.
 *
 * max(|predictions - targets| - epsilon, 0), from 0, in units of the targets, or its square. Up to an error of epsilon, and at it, the
 * gradient is 0. Epsilon 0 is `absoluteDifferences`, or `squaredDifferences`.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if epsilon is below 0.
 *
 * @formula \max(|\hat y - y| - \epsilon, 0) \; [\text{squared}]
 * @source V. N. Vapnik, The Nature of Statistical Learning Theory (1995), section 6.1.
 * @peers The same as in scikit-learn's `SVR` and `SGDRegressor`, with their default.
 * @example await evaluate(epsilonInsensitive([1, 1, 1], [1.25, 2, 0], { epsilon: 0.5 }), { engine }) // [0, 0.5, 0.5]
 */
export const epsilonInsensitive: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor, { epsilon, squared }: OptionsFor<typeof declaration>): Tensor {
  const excess = predictions.sub(targets).abs().sub(epsilon).relu();
  return squared ? excess.square() : excess;
}
