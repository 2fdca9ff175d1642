/** How far apart are two tensors, squared? */
import type { Tensor } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";

const declaration = {
  name: "squaredDifferences",
  arguments: {
    /** [..] one of them. */
    x: "[..]",
    /** [..] the other, which is subtracted. */
    y: "[..]",
  },
  broadcasts: "mutual",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * (x - y)^2, element by element; x [..] and y [..] broadcast, the result has their shape.
 *
 * In squared units of x and y, from 0. Its mean is the mean squared error.
 * Throws `ShapeError` if the shapes do not broadcast.
 *
 * @formula (x - y)^2
 * @source C. F. Gauss, Theoria combinationis observationum erroribus minimis obnoxiae (1823).
 * @peers Keras and tfjs-layers average over the last axis, PyTorch and Flux over all; the `l2_loss` of optax is one half of it.
 * @seed The same.
 * @example await evaluate(squaredDifferences([1, 2], [3, 2]), { engine }) // [4, 0]
 */
export const squaredDifferences: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(x: Tensor, y: Tensor): Tensor {
  return x.sub(y).square();
}
