/** How far, squared, does a score fall short of the margin on its side? */
import { type Tensor, customGradient, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { marginOf } from "./hinge.ts";
const declaration = {
  name: "squaredHinge",
  arguments: {
    /** [..] scores, the raw output of a classifier. */
    predictions: "[..]",
    /** [..] -1 or 1. */
    targets: { shape: "[..]", elements: "sign" },
  },
  broadcasts: "oneSided",
  options: {
    /** The margin, 0 or above; a tensor has a gradient. Default 1. */
    delta: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The squared hinge loss of scores predictions [..] for targets [..] of -1 or 1, element by element; one of them has the shape of the
 * result.
 *
 * max(0, delta - targets predictions)^2, from 0; it has no kink. Targets are never converted: for labels of 0 and 1 give 2 y - 1.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if delta is below 0 or a target from the host is
 * neither -1 nor 1.
 *
 * @formula \max(0, \delta - y \hat y)^2
 * @source Y. Tang, Deep learning using linear support vector machines, ICML workshop (2013).
 * @peers Keras converts labels if all of them are 0 or 1, and leaves them if one is -1; tfjs-layers never does, and gives a constant 1 for
 *   a label of 0.
 * @example await evaluate(squaredHinge([0.5, -3], [1, 1]), { engine }) // [0.25, 16]
 */
export const squaredHinge: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(predictions: Tensor, targets: Tensor, { delta }: OptionsFor<typeof declaration>): Tensor {
  return squaredShortfall(sub(delta, marginOf(declaration.name, predictions, targets)));
}

/** relu(x)^2. Its slope is that of the square alone, which is 0 where relu is: nothing asks on which side x lies. */
export const squaredShortfall: (x: Tensor) => Tensor = /* @__PURE__ */ customGradient((x: Tensor) => {
  const above = x.relu();
  return { value: above.square(), gradient: (g) => [g.mul(above).mul(2)] };
});
