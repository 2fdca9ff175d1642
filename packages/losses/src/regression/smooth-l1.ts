/** Which loss is quadratic below an error of beta and has slope 1 above it? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "smoothL1",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** The error from which the loss goes on as a line, 0 or above; a tensor has a gradient. Default 1. */
    beta: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The smooth L1 loss of each prediction, of targets [..] and predictions [..], one of which has the shape of the result.
 *
 * With e = predictions - targets: e^2 / (2 beta) where |e| <= beta, else |e| - beta / 2; so it is huber with delta = beta, over beta. In
 * units of the targets, from 0; its gradient is from -1 to 1. With beta 0 it is |e|, whose gradient at 0 is 0.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if beta is below 0.
 *
 * @formula \begin{cases} e^2 / (2 \beta) & |e| \le \beta \\ |e| - \beta / 2 & \text{else} \end{cases}, \quad e = \hat y - y
 * @source R. Girshick, Fast R-CNN, ICCV (2015), equation 3.
 * @peers PyTorch has the same values; detectron2 takes beta for 0 below 1e-5.
 * @example await evaluate(smoothL1([0, 0, 0], [0.5, -3, 1], { beta: 2 }), { engine }) // [0.0625, 2, 0.25]
 */
export const smoothL1: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, { beta }: OptionsFor<typeof declaration>): Tensor {
  const error = predictions.sub(targets).abs();
  const isNear = error.lessEqual(beta);
  // What is not taken must not make a NaN: an error too large to be squared, or a division by 0.
  const near = where(isNear, error, 0);
  const divisor = where(beta.equal(0), 1, beta);
  return where(isNear, near.mul(near.div(divisor).mul(0.5)), error.sub(beta.mul(0.5)));
}
