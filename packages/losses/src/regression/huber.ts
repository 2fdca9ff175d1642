/** Which loss is quadratic for small errors and linear for large ones? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { largestOf } from "../largest.ts";

const declaration = {
  name: "huber",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** The error at which the loss goes on as a line, 0 or above; a tensor has a gradient. Default 1. */
    delta: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The Huber loss of each prediction, of targets [..] and predictions [..], one of which has the shape of the result.
 *
 * With e = |predictions - targets|: e^2 / 2 where e <= delta, else delta (e - delta / 2).
 * In squared units of the targets, from 0; its gradient never exceeds delta.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if delta is below 0.
 *
 * @formula \begin{cases} e^2 / 2 & |e| \le \delta \\ \delta (|e| - \delta / 2) & \text{else} \end{cases}, \quad e = \hat y - y
 * @source P. J. Huber, Robust estimation of a location parameter, Annals of Mathematical Statistics 35 (1964).
 * @peers optax, Keras, PyTorch, TensorFlow.js and Flux have the same values; the SmoothL1 of PyTorch is this one over delta.
 * @seed The same values; here an error too large to be squared gives no NaN in the gradient.
 * @example await evaluate(huber([0, 0], [0.5, 3]), { engine }) // [0.125, 2.5]
 */
export const huber: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, { delta }: OptionsFor<typeof declaration>): Tensor {
  const error = predictions.sub(targets).abs();
  // An infinite error is beyond any delta, else infinity would be taken from infinity.
  const end = delta.minimum(largestOf(error));
  // One product serves both branches, so that a large error is never squared.
  const quadratic = where(error.lessEqual(end), error, end);
  return quadratic.mul(error.sub(quadratic.mul(0.5)));
}
