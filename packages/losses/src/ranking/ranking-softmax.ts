/** How many nats does a softmax over the scores of a list need for its relevant items? */
import { type Tensor, sub, weightedBy, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "rankingSoftmax",
  arguments: {
    /** [.., items] how relevant each item is, 0 or above. */
    labels: "[.., items]",
    /** [.., items] the predicted scores. */
    scores: "[.., items]",
  },
  broadcasts: "oneSided",
  options: {
    /** [.., items] which items there are: booleans, or numbers other than 0. By default all. */
    mask: { kind: "mask", shape: "[.., items]" },
    /** [.., items] what each label is multiplied by; a tensor has a gradient. Default 1. */
    weights: { kind: "tensor", shape: "[.., items]", default: 1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The softmax loss of lists of labels [.., items] and scores [.., items]; the result is [..].
 *
 * In nats. A masked item has no influence, whatever it holds; an empty list is 0. A label of 0 contributes nothing, even at a score of
 * -Infinity. With labels that are a softmax of the relevance it is the top-1 loss of ListNet.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula -\sum_i w_i y_i \log \mathrm{softmax}(s)_i
 * @source Z. Cao, T. Qin, T.-Y. Liu, M.-F. Tsai, H. Li, Learning to rank: from pairwise approach to listwise approach, ICML (2007).
 * @peers optax `ranking_softmax_loss` and Rax `softmax_loss` reduce by a mean by default; TensorFlow Ranking divides the labels by their
 *   sum.
 * @example await evaluate(rankingSoftmax([1, 0, 0], [0, 0, 9], { mask: [true, true, false] }), { engine }) // 0.6931472
 */
export const rankingSoftmax: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, scores: Tensor, { mask, weights }: OptionsFor<typeof declaration>): Tensor {
  if (mask === undefined) return sub(0, weightedBy(scores.logSoftmax(), labels.mul(weights)).sum(-1));
  const isEmpty = mask.sum({ axis: -1, keepAxes: true }).equal(0);
  const logProbabilities = where(mask, scores, where(isEmpty, 0, -Infinity)).logSoftmax();
  const relevance = where(mask, labels.mul(weights), 0);
  return sub(0, weightedBy(where(mask, logProbabilities, 0), relevance).sum(-1));
}
