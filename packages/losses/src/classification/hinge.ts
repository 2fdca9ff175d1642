/** How far does a score fall short of the margin on its side? */
import { type Tensor, broadcastTogether, customGradient, sub, weightedBy } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "hingeLoss",
  arguments: {
    /** [..] scores, the raw output of a classifier. */
    predictions: "[..]",
    /** [..] -1 or 1. */
    targets: { shape: "[..]", elements: "sign", check: "none" },
  },
  broadcasts: "oneSided",
  options: {
    /** The margin, 0 or above; a tensor has a gradient. Default 1. */
    delta: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The hinge loss of scores predictions [..] for targets [..] of -1 or 1, element by element; one of them has the shape of the result.
 *
 * max(0, delta - targets predictions), in units of the scores, from 0; at the margin its gradient is 0. Targets are not
 * checked.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if delta is below 0.
 *
 * @formula \max(0, \delta - y \hat y)
 * @source C. Cortes, V. Vapnik, Support-vector networks, Machine Learning 20 (1995).
 * @peers TensorFlow.js converts labels of 0 and 1 to signs, Keras does if all labels are 0 or 1; here nothing is converted.
 * @seed The same values; its gradient at the margin was half of the slope.
 * @example await evaluate(hingeLoss([0.5, -3], [1, 1]), { engine }) // [0.5, 4]
 */
export const hingeLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(predictions: Tensor, targets: Tensor, { delta }: OptionsFor<typeof declaration>): Tensor {
  return sub(delta, marginOf(declaration.name, predictions, targets)).relu();
}

/** predictions targets: how far scores are on the right side, below 0 on the wrong one. */
export function marginOf(caller: string, predictions: Tensor, targets: Tensor): Tensor {
  return onSide(...(broadcastTogether(caller, ["predictions", "targets"], [predictions, targets]) as Pair));
}

type Pair = [scores: Tensor, sides: Tensor];

/** The product, whose gradient by the side is 0 where nothing flows back, however far away the score is. */
const onSide = /* @__PURE__ */ customGradient<Pair>((scores, sides) => ({
  value: scores.mul(sides),
  gradient: (g) => [g.mul(sides), weightedBy(scores, g)],
}));
