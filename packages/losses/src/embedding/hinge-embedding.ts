/** Which loss is a pair's distance if the two belong together, and else what it lacks of a margin? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { bySign } from "./by-sign.ts";

const declaration = {
  name: "hingeEmbedding",
  arguments: {
    /** [..] how far the two of a pair are apart. */
    distances: "[..]",
    /** [..] 1 if they belong together, -1 if not. */
    targets: { shape: "[..]", elements: "sign", differentiable: false },
  },
  broadcasts: "oneSided",
  options: {
    /** From which distance on others are apart enough; a tensor has a gradient. Default 1. */
    margin: { kind: "tensor", shape: "[..]", default: 1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The hinge embedding loss of distances [..] of pairs that belong together or not, targets [..]; the result is [..].
 *
 * In units of the distances; at the margin its gradient is 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if targets from the host are neither -1 nor 1.
 *
 * @formula d \text{ if } t = 1, \quad \max(m - d, 0) \text{ if } t = -1
 * @source the documentation of PyTorch, `HingeEmbeddingLoss`.
 * @peers PyTorch has the gradient -1 at the margin, and adds both branches for other targets.
 * @example await evaluate(hingeEmbedding([0.5, 0.5, 2], [1, -1, -1]), { engine }) // [0.5, 0.5, 0]
 */
export const hingeEmbedding: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(distances: Tensor, targets: Tensor, { margin }: OptionsFor<typeof declaration>): Tensor {
  return bySign(targets, distances, sub(margin, distances).relu());
}
