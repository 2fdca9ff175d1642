/** Which loss of a pair's distance draws equal things together, and others apart up to a margin? */
import { type Tensor, sub, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "contrastiveLoss",
  arguments: {
    /** [..] whether the two of a pair are the same thing. */
    same: { shape: "[..]", elements: "boolean" },
    /** [..] how far they are apart. */
    distances: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** From which distance on others are apart enough; a tensor has a gradient. Default 1. */
    margin: { kind: "tensor", shape: "[..]", default: 1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The contrastive loss of pairs that are the same or not, same [..], at distances [..]; the result is [..].
 *
 * From 0, in squared units of the distances; at the margin its gradient is 0.
 * Throws `ShapeError` if the shapes do not fit and `DTypeError` if same is no array of booleans.
 *
 * @formula d^2 \text{ if same, else } \max(m - d, 0)^2
 * @source R. Hadsell, S. Chopra, Y. LeCun, Dimensionality reduction by learning an invariant mapping, CVPR (2006), which halves it.
 * @peers Flux `siamese_contrastive_loss` has 1 for pairs that differ; TensorFlow Addons `contrastive_loss` 1 for pairs that are the same;
 *   pytorch-metric-learning `ContrastiveLoss` does not square, and averages over losses above 0.
 * @example await evaluate(contrastiveLoss([true, false, false], [0.5, 0.5, 2]), { engine }) // [0.25, 0.25, 0]
 */
export const contrastiveLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(same: Tensor, distances: Tensor, { margin }: OptionsFor<typeof declaration>): Tensor {
  return where(same, distances, sub(margin, distances).relu()).square();
}
