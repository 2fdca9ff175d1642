/** Which loss tells each of a row's likes from all other rows? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type RowLoss, softmaxOverPairs } from "./softmax-over-pairs.ts";

const declaration = {
  name: "supervisedContrastive",
  arguments: {
    /** [batch, d] vectors, of any length. */
    embeddings: "[batch, d]",
    /** [batch] what each row is: rows of one label are each other's positives. */
    labels: { shape: "[batch]", elements: "label" },
  },
  comparesRows: true,
  options: {
    /** What cosines are divided by, above 0; a tensor has a gradient. Default 0.1. */
    temperature: { kind: "tensor", shape: "[]", must: "positive", default: 0.1 },
  },
  results: { loss: "[batch]", valid: "[batch]" },
} as const;

/**
 * The supervised contrastive loss of embeddings [batch, d] of these labels [batch]; the results are [batch], the loss and whether the row
 * has a positive.
 *
 * In nats, from 0: the mean over a row's positives. A row without one is 0 with gradient 0 and not valid, so that
 * `reduce(loss, { mask: valid })` is the mean over the others. It is `ntXent` with the denominator "all".
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if the temperature is not above 0.
 *
 * @formula -\frac{1}{|P_i|} \sum_{j \in P_i} \log \frac{e^{s_{ij}}}{\sum_{k \neq i} e^{s_{ik}}}, \quad s_{ij} = \cos(x_i, x_j) / T
 * @source P. Khosla et al., Supervised contrastive learning, NeurIPS (2020), which multiplies by T / 0.07.
 * @peers pytorch-metric-learning `SupConLoss` averages over losses above 0; in the code of the authors a row without a positive is NaN.
 * @example (await evaluate(supervisedContrastive([[1, 0], [2, 0], [0, 1]], [0, 0, 1], { temperature: 1 }), { engine })).loss // [0.3132617, 0.3132617, 0]
 */
export const supervisedContrastive: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(embeddings: Tensor, labels: Tensor, { temperature }: OptionsFor<typeof declaration>): RowLoss {
  return softmaxOverPairs(embeddings, labels, temperature, "all");
}
