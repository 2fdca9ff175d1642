/** What is the negative evidence lower bound of an auto-encoder whose prior is a mixture of normals? */
import { type Tensor, type TensorLike, sub } from "@symloss/core";
import { type Loss, defineLoss } from "../definition.ts";
import { type FormulaOptions, formulaOption } from "./formula.ts";
import { mixtureTerms, normalReconstruction } from "./mixture.ts";

/** The arguments of `vaeGmm` by name. */
export interface VaeGmmArguments {
  /** [batch, D] the data. */
  readonly x: TensorLike;
  /** [batch, D] the reconstruction: the mean of p(x | z). */
  readonly xHat: TensorLike;
  /** [batch, K] the mean of the posterior q(z | x). */
  readonly zMean: TensorLike;
  /** [batch, K] the log variances of the posterior. */
  readonly zLogVariance: TensorLike;
  /** [clusters, K] the centres of the clusters. */
  readonly mean: TensorLike;
  /** [clusters, K] the log variances of the clusters. */
  readonly logVariance: TensorLike;
  /** [clusters] the log probabilities of the clusters. */
  readonly logPi: TensorLike;
}

/** The options of `vaeGmm`. */
export interface VaeGmmOptions extends FormulaOptions {
  /** The log variance of p(x | z); broadcasts to [batch, D], and a tensor has a gradient. Default 0. */
  readonly logVarianceX?: TensorLike | undefined;
}

/** The results of `vaeGmm`. */
export interface VaeGmmResult {
  /** [batch] in nats, but for D log(2 pi) / 2. */
  readonly loss: Tensor;
  /** [batch] the expectation of log p(x | z) + log p(c). */
  readonly expectedLogLikelihood: Tensor;
  /** [batch, clusters] the probability of each cluster, from 0 to 1. */
  readonly responsibilities: Tensor;
}

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
 * Throws `ShapeError` for shapes that do not fit and `OutOfRangeError` for an unknown formula.
 *
 * Source: Z. Jiang et al., Variational deep embedding, IJCAI (2017); the responsibilities of its equation 16,
 * at the mean of z in place of a sample.
 * SymJAX: it has an `eps` besides, which it does not use.
 * @example await evaluate(vaeGmm([[0]], [[2]], [[1]], [[0]], [[1], [1]], [[0], [0]], [-0.5, -0.5]).responsibilities, { engine }) // [[0.5, 0.5]]
 */
export const vaeGmm: Loss<
  [
    x: TensorLike,
    xHat: TensorLike,
    zMean: TensorLike,
    zLogVariance: TensorLike,
    mean: TensorLike,
    logVariance: TensorLike,
    logPi: TensorLike,
  ],
  VaeGmmArguments,
  VaeGmmOptions,
  VaeGmmResult
> = /* @__PURE__ */ defineLoss(
  {
    name: "vaeGmm",
    arguments: {
      x: "[batch, D]",
      xHat: "[batch, D]",
      zMean: "[batch, K]",
      zLogVariance: "[batch, K]",
      mean: "[clusters, K]",
      logVariance: "[clusters, K]",
      logPi: "[clusters]",
    },
    options: {
      logVarianceX: { kind: "tensor", shape: "[batch, D]", default: 0 },
      formula: formulaOption,
    },
    results: { loss: "[batch]", expectedLogLikelihood: "[batch]", responsibilities: "[batch, clusters]" },
  },
  ({ x, xHat, ...mixture }, { logVarianceX, formula }) => {
    const { responsibilities, logPrior, rest } = mixtureTerms(mixture, formula);
    const expectedLogLikelihood = normalReconstruction(x, xHat, logVarianceX).add(logPrior);
    return { loss: sub(0, expectedLogLikelihood.add(rest)), expectedLogLikelihood, responsibilities };
  },
);
