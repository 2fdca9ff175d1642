/** Which loss asks that the farthest of a row's likes is nearer than the nearest of all others? */
import { type Tensor, logicalAnd, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { distancesWithin } from "./distances.ts";
import { pairsWithin } from "./pairs.ts";
import type { RowLoss } from "./softmax-over-pairs.ts";

const declaration = {
  name: "tripletHard",
  arguments: {
    /** [batch, d] vectors. */
    embeddings: "[batch, d]",
    /** [batch] what each row is: rows of one label are each other's positives. */
    labels: { shape: "[batch]", elements: "label" },
  },
  comparesRows: true,
  options: {
    /** By how much the negative should be farther; a tensor has a gradient. Default 1. */
    margin: { kind: "tensor", shape: "[]", default: 1 },
    /** Whether distances are squared. Default false. */
    squared: { kind: "flag", default: false },
  },
  results: { loss: "[batch]", valid: "[batch]" },
} as const;

/**
 * The triplet loss of the hardest positive and the hardest negative of each row of embeddings [batch, d] of these labels [batch]; the results are
 * [batch], the loss and whether the row has a positive and a negative.
 *
 * From 0, in units of the embeddings, which are not normalised. A row without a positive or a negative is 0 with gradient 0 and not valid,
 * so that `reduce(loss, { mask: valid })` is the mean over the others. Equal distances share the gradient; a distance of 0 has none.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula \max(\max_{j \in P_i} d_{ij} - \min_{k \in N_i} d_{ik} + m, 0)
 * @source A. Hermans, L. Beyer, B. Leibe, In defense of the triplet loss for person re-identification (2017).
 * @peers TensorFlow Addons `TripletHardLoss` counts rows without a positive too; pytorch-metric-learning averages over losses above 0.
 * @example (await evaluate(tripletHard([[0, 0], [3, 4], [0, 5.5]], [0, 0, 1]), { engine })).loss // [0.5, 2.6458981, 0]
 */
export const tripletHard: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

/** The largest distance of a positive, less the smallest of a negative. */
function formula(embeddings: Tensor, labels: Tensor, { margin, squared }: OptionsFor<typeof declaration>): RowLoss {
  const distances = distancesWithin(embeddings, squared);
  const { positive, negative } = pairsWithin(labels);
  const isValid = logicalAnd(positive.sum(1).greater(0), negative.sum(1).greater(0));
  const farthest = where(isValid, where(positive, distances, -Infinity).max(1), 0);
  const nearest = where(isValid, where(negative, distances, Infinity).min(1), 0);
  const loss = where(isValid, farthest.sub(nearest).add(margin).relu(), 0);
  return { loss, valid: isValid.cast(loss.dtype) };
}
