/** What is the negative evidence lower bound of an auto-encoder whose prior is a mixture of normals? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type FormulaOption, formulaOption } from "./formula.ts";
import { mixtureTerms, normalReconstruction } from "./mixture.ts";

/** The results of `vaeGmm`. */
export interface VaeGmmResult {
  /** [batch] in nats, but for D log(2 pi) / 2. */
  readonly loss: Tensor;
  /** [batch] the expectation of log p(x | z) + log p(c). */
  readonly expectedLogLikelihood: Tensor;
  /** [batch, clusters] the probability of each cluster, from 0 to 1. */
  readonly responsibilities: Tensor;
}

const declaration = {
  name: "vaeGmm",
  arguments: {
    /** [batch, D] the data. */
    x: "[batch, D]",
    /** [batch, D] the reconstruction: the mean of p(x | z). */
    xHat: "[batch, D]",
    /** [batch, K] the mean of the posterior q(z | x). */
    zMean: "[batch, K]",
    /** [batch, K] the log variances of the posterior. */
    zLogVariance: "[batch, K]",
    /** [clusters, K] the centres of the clusters. */
    mean: "[clusters, K]",
    /** [clusters, K] the log variances of the clusters. */
    logVariance: "[clusters, K]",
    /** [clusters] the log probabilities of the clusters. */
    logPi: { shape: "[clusters]", elements: "logDistribution" },
  },
  options: {
    /** The log variance of p(x | z); broadcasts to [batch, D], and a tensor has a gradient. Default 0. */
    logVarianceX: { kind: "tensor", shape: "[batch, D]", default: 0 },
    /** SymJAX's own numbers, "symjax" (default), or the right evidence lower bound, "corrected". */
    formula: formulaOption as FormulaOption,
  },
  results: { loss: "[batch]", expectedLogLikelihood: "[batch]", responsibilities: "[batch, clusters]" },
} as const;

/**
 * The negative evidence lower bound of a variational auto-encoder with a mixture prior (VaDE), for x and xHat
 * [batch, D], zMean and zLogVariance [batch, K], mean and logVariance [clusters, K], logPi [clusters].
 * The result is a record: loss [batch], expectedLogLikelihood [batch], responsibilities [batch, clusters].
 *
 * -E[log p(x | z) + log p(z | c) + log p(c) - log q(z | x) - log q(c | x)], in nats, without the constant
 * (D / 2) log(2 pi). The responsibilities q(c | x) are softmax_c(w logPi_c + log N(zMean; mean_c, variance_c)).
 * By formula, w is
 * - "symjax" (default): K, for SymJAX adds the prior once for each dimension;
 * - "corrected": 1. For equal logPi the two agree.
 *
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if the formula is unknown.
 *
 * @formula -\operatorname{E}_q[\log p(x \mid z) + \log p(z \mid c) + \log p(c) - \log q(z \mid x) - \log q(c \mid x)]
 * @source Z. Jiang et al., Variational deep embedding, IJCAI (2017); the responsibilities of its equation 16,
 *   at the mean of z in place of a sample.
 * @peers None has it.
 * @seed It has an `eps` besides, which it does not use.
 * @example await evaluate(vaeGmm([[0]], [[2]], [[1]], [[0]], [[1], [1]], [[0], [0]], [-0.5, -0.5]).responsibilities, { engine }) // [[0.5, 0.5]]
 */
export const vaeGmm: LossOf<typeof declaration, typeof negativeBound> = /* @__PURE__ */ defineLoss(
  declaration,
  negativeBound,
);

function negativeBound(
  x: Tensor,
  xHat: Tensor,
  zMean: Tensor,
  zLogVariance: Tensor,
  mean: Tensor,
  logVariance: Tensor,
  logPi: Tensor,
  { logVarianceX, formula }: OptionsFor<typeof declaration>,
): VaeGmmResult {
  const mixture = { zMean, zLogVariance, mean, logVariance, logPi };
  const { responsibilities, logPrior, rest } = mixtureTerms(mixture, formula);
  const expectedLogLikelihood = normalReconstruction(x, xHat, logVarianceX).add(logPrior);
  return { loss: sub(0, expectedLogLikelihood.add(rest)), expectedLogLikelihood, responsibilities };
}
