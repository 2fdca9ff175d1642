/** Which loss compares each of a row's likes with the nearest other that is farther than it? */
import { type Tensor, logicalAnd, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { distancesWithin } from "./distances.ts";
import { pairsWithin } from "./pairs.ts";
import type { RowLoss } from "./softmax-over-pairs.ts";

const declaration = {
  name: "tripletSemiHard",
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
 * The triplet loss of semi-hard negatives for each row of embeddings [batch, d] of these labels [batch]; the results are
 * [batch], the loss and whether the row has a positive and a negative.
 *
 * From 0, in units of the embeddings, which are not normalised. A row without a positive or a negative is 0 with gradient 0 and not valid,
 * so that `reduce(loss, { mask: valid })` is the mean over the others. Equal distances share the gradient; a distance of 0 has none.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula \frac{1}{|P_i|} \sum_{j \in P_i} \max(d_{ij} - \min_{k \in N_i, d_{ik} > d_{ij}} d_{ik} + m, 0)
 * @source F. Schroff, D. Kalenichenko, J. Philbin, FaceNet, CVPR (2015).
 * @peers TensorFlow Addons `TripletSemiHardLoss` is the mean over all pairs: weigh each row by its positives.
 * @example (await evaluate(tripletSemiHard([[0, 0], [3, 4], [0, 5.5]], [0, 0, 1]), { engine })).loss // [0.5, 2.6458981, 0]
 */
export const tripletSemiHard: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

/** Where no negative is farther than a positive, the farthest one stands for it. */
function formula(embeddings: Tensor, labels: Tensor, { margin, squared }: OptionsFor<typeof declaration>): RowLoss {
  const distances = distancesWithin(embeddings, squared);
  const { positive, negative } = pairsWithin(labels);
  const count = positive.sum(1);
  const isValid = logicalAnd(count.greater(0), negative.sum(1).greater(0));
  const isCompared = logicalAnd(positive, isValid.expandDims(1));
  const others = distances.expandDims(1);
  const isFarther = logicalAnd(negative.expandDims(1), others.greater(distances.expandDims(2)));
  const nearest = where(isFarther, others, Infinity).min(2);
  const farthest = where(negative, distances, -Infinity).max({ axis: 1, keepAxes: true });
  const isAny = isFarther.sum(2).greater(0);
  const chosen = where(isCompared, where(isAny, nearest, farthest), 0);
  const total = where(isCompared, distances.sub(chosen).add(margin).relu(), 0).sum(1);
  return { loss: total.div(count.maximum(1).cast(total.dtype)), valid: isValid.cast(total.dtype) };
}
