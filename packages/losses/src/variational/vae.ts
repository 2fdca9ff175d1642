/** What is the negative evidence lower bound of an auto-encoder with normal distributions? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { normalDivergence, normalLogProbability } from "../distribution/normal.ts";
import { type FormulaOption, formulaOption } from "./formula.ts";

const diagonal = "Covariances are diagonal: a variance for each dimension, not a matrix.";

const declaration = {
  name: "vae",
  arguments: {
    /** [batch, D] the data. */
    x: "[batch, D]",
    /** [batch, D] the reconstruction: the mean of p(x | z). */
    xHat: "[batch, D]",
    /** [batch, K] the mean of the posterior q(z | x). */
    qMean: "[batch, K]",
    /** [batch, K] the variances of the posterior, above 0. */
    qVariance: { shape: "[batch, K]", elements: "positive", help: diagonal as string },
  },
  options: {
    /** The mean of the prior p(z); broadcasts to [batch, K]. Default 0. */
    zMean: { kind: "tensor", shape: "[batch, K]", default: 0 },
    /** The variances of the prior, above 0; broadcasts to [batch, K]. Default 1. */
    zVariance: { kind: "tensor", shape: "[batch, K]", must: "positive", default: 1, help: diagonal as string },
    /** The variances of p(x | z), above 0; broadcasts to [batch, D]. Default 1. */
    xVariance: { kind: "tensor", shape: "[batch, D]", must: "positive", default: 1, help: diagonal as string },
    /** SymJAX's own numbers, "symjax" (default), or the right evidence lower bound, "corrected". */
    formula: formulaOption as FormulaOption,
  },
  results: { loss: "[batch]" },
} as const;

/**
 * The negative evidence lower bound of a variational auto-encoder, for x and xHat [batch, D], qMean and qVariance
 * [batch, K]; the result is [batch].
 *
 * -log N(xHat; x, xVariance) + KL, in nats, with one sample of z behind xHat. By formula, KL is
 * - "symjax" (default): that of the prior from the posterior, KL(p(z) || q(z | x)), as SymJAX has it;
 * - "corrected": that of the posterior from the prior, KL(q(z | x) || p(z)), which alone gives a bound.
 *
 * Throws `ShapeError` if the shapes do not fit, as when a covariance is a matrix, and `OutOfRangeError` if a variance from the
 * host is not above 0 or the formula is unknown.
 *
 * @formula -\operatorname{E}_q[\log p(x \mid z)] + \operatorname{KL}(q(z \mid x) \,\|\, p(z))
 * @source D. P. Kingma, M. Welling, Auto-encoding variational Bayes (2014).
 * @peers None has it as one function; the code that comes with papers often sums over the batch, or leaves the constant out.
 * @seed Its text calls the variances log variances, its code takes them as variances; within KL it adds 1e-8,
 *   which is left out here.
 * @example await evaluate(vae([[0]], [[1]], [[1]], [[1]], { formula: "corrected" }), { engine }) // [1.9189385]
 */
export const vae: LossOf<typeof declaration, typeof negativeBound> = /* @__PURE__ */ defineLoss(
  declaration,
  negativeBound,
);

function negativeBound(
  x: Tensor,
  xHat: Tensor,
  qMean: Tensor,
  qVariance: Tensor,
  { zMean, zVariance, xVariance, formula }: OptionsFor<typeof declaration>,
): Tensor {
  const posterior = { mean: qMean, variance: qVariance };
  const prior = { mean: zMean, variance: zVariance };
  const divergence = formula === "symjax" ? normalDivergence(prior, posterior) : normalDivergence(posterior, prior);
  return divergence.sub(normalLogProbability(xHat, { mean: x, variance: xVariance }));
}
