/** Which loss tells a row's likes from all others, by a softmax of cosines? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type RowLoss, softmaxOverPairs } from "./softmax-over-pairs.ts";

const declaration = {
  name: "ntXent",
  arguments: {
    /** [batch, d] vectors, of any length. */
    embeddings: "[batch, d]",
    /** [batch] what each row is: rows of one label are each other's positives. */
    labels: { shape: "[batch]", elements: "label" },
  },
  comparesRows: true,
  options: {
    /** What cosines are divided by, above 0; a tensor has a gradient. Default 0.07. */
    temperature: { kind: "tensor", shape: "[]", must: "positive", default: 0.07 },
    /** What a positive is compared with: all "negatives", or "all" other rows. Default "negatives". */
    denominator: { kind: "choice", choices: ["negatives", "all"], default: "negatives" },
  },
  results: { loss: "[batch]", valid: "[batch]" },
} as const;

/**
 * The normalised temperature-scaled cross entropy of embeddings [batch, d] of these labels [batch]; the results are [batch], the loss and
 * whether the row has a positive.
 *
 * In nats, from 0: the mean over a row's positives. A row without one is 0 with gradient 0 and not valid, so that
 * `reduce(loss, { mask: valid })` is the mean over the others. The cosine with a vector of zeros is 0, without a gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if the temperature is not above 0.
 *
 * @formula -\frac{1}{|P_i|} \sum_{j \in P_i} \log \frac{e^{s_{ij}}}{e^{s_{ij}} + \sum_{k \in N_i} e^{s_{ik}}}, \quad s_{ij} = \cos(x_i, x_j) / T
 * @source T. Chen, S. Kornblith, M. Norouzi, G. Hinton, A simple framework for contrastive learning of visual representations, ICML (2020).
 * @peers optax `ntxent` is the mean over all pairs of "negatives"; pytorch-metric-learning `NTXentLoss` likewise, and caps the loss;
 *   lightly `NTXentLoss` takes two views of each row, and a temperature of 0.5.
 * @example (await evaluate(ntXent([[1, 0], [2, 0], [0, 1]], [0, 0, 1], { temperature: 1 }), { engine })).loss // [0.3132617, 0.3132617, 0]
 */
export const ntXent: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  embeddings: Tensor,
  labels: Tensor,
  { temperature, denominator }: OptionsFor<typeof declaration>,
): RowLoss {
  return softmaxOverPairs(embeddings, labels, temperature, denominator);
}
