/** How much does a predicted order of a list gain, if early places count more? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { discountedGain, gainOf } from "./gain.ts";

const declaration = {
  name: "dcg",
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
  },
  results: { loss: "[..]" },
} as const;

/**
 * The discounted cumulative gain of lists of labels [.., items], ordered by scores [.., items]; the result is [..].
 *
 * From 0, to be maximised; it has no gradient. Items of equal scores share the mean discount of their places. A masked item has no
 * influence, whatever it holds. Its work grows with the square of the items.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if labels from the host are below 0, the gain is unknown or k is no
 * integer from 1.
 *
 * @formula \sum_i \frac{g(y_i)}{\log_2(1 + r_i)}
 * @source K. Jarvelin, J. Kekalainen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20 (2002).
 * @peers scikit-learn `dcg_score` has the same ties, and a base of the logarithm to choose.
 * @example await evaluate(dcg([0, 3], [2, 1]), { engine }) // 1.8927891
 */
export const dcg: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(labels: Tensor, scores: Tensor, { k, gain, mask }: OptionsFor<typeof declaration>): Tensor {
  const { gains, score, kept } = gainOf(declaration.name, labels, scores, gain, mask);
  return discountedGain(gains, score, kept, k);
}
