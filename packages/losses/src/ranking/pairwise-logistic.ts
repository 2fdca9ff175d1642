/** Which loss asks of each pair of items that the more relevant one scores higher, as a matter of odds? */
import { type Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type PairLoss, sumOverPairs } from "./pairs.ts";

const declaration = {
  name: "pairwiseLogistic",
  arguments: {
    /** [.., items] how relevant each item is. */
    labels: { shape: "[.., items]", differentiable: false },
    /** [.., items] the predicted scores. */
    scores: "[.., items]",
  },
  broadcasts: "oneSided",
  options: {
    /** [.., items] which items there are: booleans, or numbers other than 0. By default all. */
    mask: { kind: "mask", shape: "[.., items]" },
    /** What differences of scores are divided by, above 0; a tensor has a gradient. Default 1. */
    temperature: { kind: "tensor", shape: "[..]", must: "positive", default: 1 },
  },
  results: { loss: "[..]", pairs: "[..]" },
} as const;

/**
 * The logistic loss of all pairs of items of which one is more relevant, of lists of labels [.., items] and scores [.., items]; the results are
 * [..], the sum over the pairs and their number.
 *
 * From 0; a list without a pair is 0. A masked item has no influence, whatever it holds. The mean over pairs is
 * `loss.div(pairs)`, that over all pairs of a batch `loss.sum().div(pairs.sum())`.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if the temperature is not above 0.
 *
 * @formula \sum_{y_i > y_j} \log(1 + e^{-(s_i - s_j) / T})
 * @source C. Burges et al., Learning to rank using gradient descent, ICML (2005): RankNet; S. Rendle et al., BPR, UAI (2009).
 * @peers Rax `pairwise_logistic_loss` is the mean over all pairs of a batch; keras_rs `PairwiseLogisticLoss` and TensorFlow Ranking sum per list.
 * @example (await evaluate(pairwiseLogistic([1, 0], [0, 0]), { engine })).loss // 0.6931472
 */
export const pairwiseLogistic: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, scores: Tensor, { mask, temperature }: OptionsFor<typeof declaration>): PairLoss {
  return sumOverPairs(declaration.name, [labels, scores], mask, (lead) =>
    lead.div(temperature.expandDims(-1).expandDims(-1)).neg().softplus(),
  );
}
