/** How much of what the best order of a list would gain does a predicted order gain? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { discountedGain, gainOf, idealGain } from "./gain.ts";

const declaration = {
  name: "ndcg",
  arguments: {
    /** [.., items] how relevant each item is, 0 or above. */
    labels: { shape: "[.., items]", elements: "nonNegative" },
    /** [.., items] the predicted scores. */
    scores: "[.., items]",
  },
  broadcasts: "oneSided",
  differentiable: false,
  options: {
    /** How many places count, from 1; by default all. */
    k: { kind: "count" },
    /** What an item of relevance y is worth: y if "linear", 2^y - 1 if "exponential". Default "linear". */
    gain: { kind: "choice", choices: ["linear", "exponential"], default: "linear" },
    /** [.., items] which items there are: booleans, or numbers other than 0. By default all. */
    mask: { kind: "mask", shape: "[.., items]" },
    /** The value of a list in which nothing is relevant. Default NaN. */
    whenUndefined: { kind: "number", default: Number.NaN as number },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The normalised discounted cumulative gain of lists of labels [.., items], ordered by scores [.., items]; the result is [..].
 *
 * From 0 to 1, to be maximised; it has no gradient. Items of equal scores share the mean discount of their places. A masked item has no
 * influence, whatever it holds. Its work grows with the square of the items.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if labels from the host are below 0, the gain is unknown or k is no
 * integer from 1.
 *
 * @formula \frac{\mathrm{DCG}}{\mathrm{IDCG}}, \quad \mathrm{DCG} = \sum_i \frac{g(y_i)}{\log_2(1 + r_i)}
 * @source K. Jarvelin, J. Kekalainen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20 (2002).
 * @peers scikit-learn `ndcg_score` and torchmetrics `retrieval_normalized_dcg` are 0 where nothing is relevant; Rax `ndcg_metric` has the
 *   exponential gain.
 * @example await evaluate(ndcg([0, 1], [2, 1]), { engine }) // 0.6309297
 */
export const ndcg: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  labels: Tensor,
  scores: Tensor,
  { k, gain, mask, whenUndefined }: OptionsFor<typeof declaration>,
): Tensor {
  const { gains, score, kept } = gainOf(declaration.name, labels, scores, gain, mask);
  const ideal = idealGain(gains, k);
  const isUndefined = ideal.equal(0);
  return where(isUndefined, whenUndefined, discountedGain(gains, score, kept, k).div(where(isUndefined, 1, ideal)));
}
