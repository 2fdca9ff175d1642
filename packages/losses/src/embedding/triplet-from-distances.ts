/** Which loss asks that one of two distances is the larger, by a margin? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "tripletFromDistances",
  arguments: {
    /** [..] how far an anchor is from its like. */
    positiveDistances: "[..]",
    /** [..] how far it is from something else. */
    negativeDistances: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** By how much the negative should be farther; a tensor has a gradient. Default 1. */
    margin: { kind: "tensor", shape: "[..]", default: 1 },
    /** Whether a softplus takes the place of the margin. Default false. */
    soft: { kind: "flag", default: false },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The triplet loss of positive distances [..] and negative distances [..], however they were measured; the result is [..].
 *
 * In units of the distances, from 0; at the margin its gradient is 0. The soft loss has no margin and is never 0.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula \max(d_p - d_n + m, 0), \text{ soft: } \log(1 + e^{d_p - d_n})
 * @source A. Hermans, L. Beyer, B. Leibe, In defense of the triplet loss for person re-identification (2017).
 * @peers PyTorch `TripletMarginWithDistanceLoss` takes the vectors and a function; pytorch-metric-learning
 *   `TripletMarginLoss(smooth_loss=True)` is the soft loss.
 * @example await evaluate(tripletFromDistances([1, 1], [1.5, 3]), { engine }) // [0.5, 0]
 */
export const tripletFromDistances: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  positiveDistances: Tensor,
  negativeDistances: Tensor,
  { margin, soft }: OptionsFor<typeof declaration>,
): Tensor {
  const excess = positiveDistances.sub(negativeDistances);
  return soft ? excess.softplus() : excess.add(margin).relu();
}
