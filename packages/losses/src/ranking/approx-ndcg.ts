/** Which smooth loss is nearly the normalised discounted cumulative gain of a list, with its sign turned? */
import {
  type Tensor,
  broadcastTo,
  broadcastTogether,
  logicalAnd,
  logicalNot,
  stopGradient,
  where,
} from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { diagonalOf } from "../length.ts";
import { exponentialGain, idealGain } from "./gain.ts";

const declaration = {
  name: "approxNdcg",
  arguments: {
    /** [.., items] how relevant each item is, 0 or above, without a gradient. */
    labels: { shape: "[.., items]", elements: "nonNegative", differentiable: false },
    /** [.., items] the predicted scores. */
    scores: "[.., items]",
  },
  broadcasts: "oneSided",
  options: {
    /** How soft ranks are, above 0; a tensor has a gradient. Default 0.1. */
    temperature: { kind: "tensor", shape: "[..]", must: "positive", default: 0.1 },
    /** [.., items] which items there are: booleans, or numbers other than 0. By default all. */
    mask: { kind: "mask", shape: "[.., items]" },
  },
  results: { loss: "[..]" },
} as const;

/**
 * A smooth form of the normalised discounted cumulative gain of lists of labels [.., items] and scores [.., items], with its sign turned;
 * the result is [..].
 *
 * From -1 to 0: a rank is 1 and a sigmoid for each other item, so that a tie counts one half. A list in which nothing is relevant is 0,
 * without a gradient. A masked item has no influence, whatever it holds. Its work grows with the square of the items.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if labels from the host are below 0 or the temperature is not above 0.
 *
 * @formula -\frac{1}{\mathrm{IDCG}} \sum_i \frac{2^{y_i} - 1}{\log_2(1 + r_i)}, \quad r_i = 1 + \sum_{j \neq i} \sigma((s_j - s_i) / T)
 * @source T. Qin, T.-Y. Liu, H. Li, A general approximation framework for direct optimization of information retrieval measures (2010).
 * @peers TensorFlow Ranking `ApproxNDCGLoss` has the temperature 0.1, Rax `approx_t12n(ndcg_metric)` 1.
 * @example await evaluate(approxNdcg([1, 0], [100, 0]), { engine }) // -1
 */
export const approxNdcg: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(labels: Tensor, scores: Tensor, { temperature, mask }: OptionsFor<typeof declaration>): Tensor {
  const names = ["labels", "scores"];
  const [relevance, score] = broadcastTogether(declaration.name, names, [labels, scores]) as [Tensor, Tensor];
  const kept = mask ?? broadcastTo(true, relevance.shape);
  const gain = stopGradient(exponentialGain(where(kept, relevance, 0)));
  const isOther = logicalAnd(logicalNot(diagonalOf(score.shape.at(-1)!)), kept.expandDims(-2));
  const isPair = logicalAnd(isOther, kept.expandDims(-1));
  const lag = where(isPair, score.expandDims(-2).sub(score.expandDims(-1)), 0);
  const isBefore = lag.div(temperature.expandDims(-1).expandDims(-1)).sigmoid();
  const before = where(isPair, isBefore, 0).sum(-1);
  const ideal = stopGradient(idealGain(gain));
  const isEmpty = ideal.equal(0);
  // log(2 + before) / log 2 is the discount of the rank 1 + before.
  const found = gain.mul(Math.LN2).div(before.add(2).log()).sum(-1);
  return where(isEmpty, 0, found.neg().div(where(isEmpty, 1, ideal)));
}
