/** How far apart are targets and predictions? */
import type { Tensor } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";

const declaration = {
  name: "absoluteDifferences",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The absolute difference of each prediction from its target, of targets [..] and predictions [..], one of which has the shape of the
 * result.
 *
 * In units of the targets, from 0; at 0 its gradient is 0. Its mean is the mean absolute error.
 * Throws `ShapeError` if neither has the shape of both together.
 *
 * @formula |\hat y - y|
 * @source R. J. Boscovich, De litteraria expeditione (1757); C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 1.5.5.
 * @peers Keras and tfjs-layers average over the last axis, PyTorch and Flux over all. Where an error is 0, JAX has the gradient 1 and
 *   TensorFlow.js -1 or 1; PyTorch has 0 too.
 * @example await evaluate(absoluteDifferences([0, 0], [0.5, -3]), { engine }) // [0.5, 3]
 */
export const absoluteDifferences: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor): Tensor {
  return predictions.sub(targets).abs();
}
