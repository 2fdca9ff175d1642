/** Which loss weighs each pair by how far its cosine is from where it should be? */
import { type Tensor, logSumExp, logicalAnd, stopGradient, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { cosines, pairsBetween, pairsWithin } from "./pairs.ts";
import type { RowLoss } from "./softmax-over-pairs.ts";

const declaration = {
  name: "circleLoss",
  arguments: {
    /** [batch, d] vectors, of any length. */
    embeddings: "[batch, d]",
    /** [batch] what each row is: rows of one label are each other's positives. */
    labels: { shape: "[batch]", elements: "label" },
  },
  comparesRows: true,
  options: {
    /** The scale of the exponents, above 0. Default 80. */
    gamma: { kind: "number", must: "positive", default: 80 },
    /** How far from 1 the cosines of positives may be, and those of negatives above 0. Default 0.4. */
    margin: { kind: "number", default: 0.4 },
    /** [references, d] what rows are compared with instead of each other. */
    references: { kind: "array", shape: "[references, d]", elements: "float" },
    /** [references] what each reference is. */
    referenceLabels: { kind: "array", shape: "[references]", elements: "classIndex" },
  },
  results: { loss: "[batch]", valid: "[batch]" },
} as const;

/**
 * The circle loss of embeddings [batch, d] of these labels [batch]; the results are [batch], the loss and whether the row has a positive
 * and a negative.
 *
 * From 0. A row without either is 0 with gradient 0 and not valid, so that `reduce(loss, { mask: valid })` is the mean over the others.
 * The weights alpha are constants to the gradient. The cosine with a vector of zeros is 0, without a gradient. With references nothing is
 * left out of them: a row that is among them is its own positive.
 * Throws `ShapeError` if the shapes do not fit or only one of references and referenceLabels is given, and `OutOfRangeError` if gamma is
 * not above 0.
 *
 * @formula \log\left(1 + \sum_{j \in P} e^{-\gamma \alpha_j (s_j - 1 + m)} \sum_{k \in N} e^{\gamma \alpha_k (s_k - m)}\right), \quad \alpha_j = \max(1 + m - s_j, 0), \alpha_k = \max(s_k + m, 0)
 * @source Y. Sun et al., Circle loss: a unified perspective of pair similarity optimization, CVPR (2020).
 * @peers Keras `Circle` has a gradient through the weights, and does not normalise; pytorch-metric-learning `CircleLoss` is this one, and
 *   averages over losses above 0.
 * @example (await evaluate(circleLoss([[1, 0], [2, 0], [0, 1]], [0, 0, 1], { gamma: 1 }), { engine })).loss // [0.545893, 0.545893, 0]
 */
export const circleLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  embeddings: Tensor,
  labels: Tensor,
  { gamma, margin, references, referenceLabels }: OptionsFor<typeof declaration>,
): RowLoss {
  const { positive, negative } =
    referenceLabels === undefined ? pairsWithin(labels) : pairsBetween(labels, referenceLabels);
  const cosine = cosines(embeddings, references ?? embeddings);
  const attraction = stopGradient(sub(1 + margin, cosine).relu());
  const repulsion = stopGradient(cosine.add(margin).relu());
  const far = attraction.mul(sub(1 - margin, cosine)).mul(gamma);
  const near = repulsion.mul(cosine.sub(margin)).mul(gamma);
  const of = (exponent: Tensor, mask: Tensor) => logSumExp(exponent, { axis: 1, mask });
  const loss = of(far, positive).add(of(near, negative)).softplus();
  const valid = logicalAnd(positive.sum(1).greater(0), negative.sum(1).greater(0));
  return { loss, valid: valid.cast(loss.dtype) };
}
