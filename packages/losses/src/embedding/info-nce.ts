/** Which loss tells the key of each query from those of all others? */
import { type Tensor, matmul, normalize, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { positionsAlong } from "../length.ts";
import { categoricalLogProbability } from "../distribution/categorical.ts";

const declaration = {
  name: "infoNce",
  arguments: {
    /** [batch, d] vectors. */
    queries: "[batch, d]",
    /** [batch, d] the vector that belongs to each query; the others are its negatives. */
    keys: "[batch, d]",
  },
  comparesRows: true,
  options: {
    /** What products are divided by, above 0; a tensor has a gradient. Default 0.07. */
    temperature: { kind: "tensor", shape: "[]", must: "positive", default: 0.07 },
    /** Whether keys are to find their queries too: then it is the mean of both. Default false. */
    symmetric: { kind: "flag", default: false },
    /** Whether vectors are divided by their lengths. Default true. */
    normalize: { kind: "flag", default: true },
  },
  results: { loss: "[batch]" },
} as const;

/**
 * The cross entropy of finding the key of each of queries [batch, d] among keys [batch, d]; the result is [batch].
 *
 * In nats, from 0. The symmetric loss is that of CLIP. The cosine with a vector of zeros is 0, without a gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if the temperature is not above 0.
 *
 * @formula -\log \mathrm{softmax}_j(q_i \cdot k_j / T)_i
 * @source A. van den Oord, Y. Li, O. Vinyals, Representation learning with contrastive predictive coding (2018); symmetric: A. Radford et
 *   al., Learning transferable visual models from natural language supervision, ICML (2021).
 * @peers open_clip `ClipLoss` and sentence-transformers `MultipleNegativesRankingLoss` multiply by a scale, 1 / temperature, of 20 in the
 *   latter; pytorch-metric-learning `NPairsLoss` does not normalise.
 * @example await evaluate(infoNce([[1, 0], [0, 1]], [[2, 0], [0, 3]], { temperature: 1 }), { engine }) // [0.3132617, 0.3132617]
 */
export const infoNce: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  queries: Tensor,
  keys: Tensor,
  { temperature, symmetric, normalize: isCosine }: OptionsFor<typeof declaration>,
): Tensor {
  const [x, y] = isCosine ? [normalize(queries), normalize(keys)] : [queries, keys];
  const products = matmul(x, y.transpose()).div(temperature);
  const own = positionsAlong(queries.shape[0]!);
  const find = (logits: Tensor) => sub(0, categoricalLogProbability(own, logits));
  return symmetric ? find(products).add(find(products.transpose())).mul(0.5) : find(products);
}
