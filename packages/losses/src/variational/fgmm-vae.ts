/**
 * What is the negative evidence lower bound of an auto-encoder whose latent variable is a sum of factors, each a
 * mixture?
 */
import { type Tensor, einsum, equal, exp, expm1, logicalAnd, sub, weightedBy, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { logRatioExcess } from "../distribution/excess.ts";
import { logTwoPi } from "../distribution/normal.ts";
import { type FormulaOption, formulaOption } from "./formula.ts";

const declaration = {
  name: "fgmmVae",
  arguments: {
    /** [batch, D] the data. */
    x: "[batch, D]",
    /** [batch, D] the reconstruction: the mean of p(x | z). */
    xReconstruction: "[batch, D]",
    /** [D] the log variances of p(x | z). */
    xLogVariance: "[D]",
    /** [K] the log variances of p(z | factors). */
    zLogVariance: "[K]",
    /** [batch, K] the mean of the posterior q(z | x). */
    qMean: "[batch, K]",
    /** [batch, K] the log variances of the posterior. */
    qLogVariance: "[batch, K]",
    /** [factors, clusters, K] the centres of each factor's clusters. */
    mean: "[factors, clusters, K]",
    /** [batch, factors, clusters] the log probabilities of each factor's clusters given x. */
    qLogGamma: { shape: "[batch, factors, clusters]", elements: "logDistribution" },
    /** [batch, factors] the log probabilities that each factor takes part given x. */
    qLogEta: { shape: "[batch, factors]", elements: "logProbability" },
    /** [factors, clusters] the prior log probabilities of each factor's clusters. */
    logPi: { shape: "[factors, clusters]", elements: "logDistribution" },
    /** [factors] the prior log probabilities that each factor takes part. */
    logPiA: { shape: "[factors]", elements: "logProbability" },
  },
  options: {
    /** Whether each factor takes part on its own, "bernoulli" (default), or exactly one does, "categorical". */
    mode: { kind: "choice", choices: ["bernoulli", "categorical"], default: "bernoulli" },
    /** Added to the probability that a factor takes no part before its logarithm is taken, 0 or above. Default 1e-5. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-5 },
    /** SymJAX's own numbers, "symjax" (default), or the right evidence lower bound, "corrected". */
    formula: formulaOption as FormulaOption,
  },
  results: { loss: "[batch]" },
} as const;

/**
 * The negative evidence lower bound of a factorial mixture auto-encoder, for x and xReconstruction [batch, D],
 * xLogVariance [D], zLogVariance [K], qMean and qLogVariance [batch, K], mean [factors, clusters, K],
 * qLogGamma [batch, factors, clusters], qLogEta [batch, factors], logPi [factors, clusters], logPiA [factors];
 * the result is [batch].
 *
 * -E[log p(x | z) + log p(z | a, t) + log p(t) + log p(a)] - entropy of q, in nats. z is normal around the sum of the
 * centres mean[f, t_f] of the factors f that take part, a_f = 1; q(t_f) is exp(qLogGamma), q(a_f = 1) is exp(qLogEta).
 * In mode "bernoulli" the expected centres m_f and m_g of two different factors meet in a term that by formula is
 * - "symjax" (default): a product of two sums, (sum_k m_fk / variance_k) (sum_k m_gk), as SymJAX has it;
 * - "corrected": the inner product that the expectation demands, sum_k m_fk m_gk / variance_k. They agree for K = 1.
 *
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if the formula or mode is unknown or epsilon is below 0.
 *
 * @formula -\operatorname{E}_q[\log p(x \mid z) + \log p(z \mid a, t) + \log p(t) + \log p(a)] - \operatorname{H}(q)
 * @source SymJAX; "corrected" is the exact sum over all assignments, but for epsilon.
 * @peers None has it.
 * @seed A probability of 0 gave NaN, where here it contributes nothing.
 * @example await evaluate(fgmmVae([[0]], [[0]], [0], [0], [[0]], [[0]], [[[0]]], [[[0]]], [[0]], [[0]], [0]), { engine }) // [0.9189385]
 */
export const fgmmVae: LossOf<typeof declaration, typeof negativeBound> = /* @__PURE__ */ defineLoss(
  declaration,
  negativeBound,
);

function negativeBound(
  x: Tensor,
  xReconstruction: Tensor,
  xLogVariance: Tensor,
  zLogVariance: Tensor,
  qMean: Tensor,
  qLogVariance: Tensor,
  mean: Tensor,
  qLogGamma: Tensor,
  qLogEta: Tensor,
  logPi: Tensor,
  logPiA: Tensor,
  { mode, epsilon, formula }: OptionsFor<typeof declaration>,
): Tensor {
  const gamma = exp(qLogGamma);
  const eta = exp(qLogEta);
  const zPrecision = exp(zLogVariance.neg());

  const reconstruction = x
    .sub(xReconstruction)
    .mul(exp(xLogVariance.mul(-0.5)))
    .square()
    .add(xLogVariance)
    .add(logTwoPi)
    .sum(1)
    .mul(-0.5);

  // log p(z | a, t) = log N(z; 0) + z m - m m / 2, with m the sum of the factors' centres; N(z; 0) with the entropy of q(z | x).
  const origin = logRatioExcess(qLogVariance.sub(zLogVariance))
    .add(qMean.mul(exp(zLogVariance.mul(-0.5))).square())
    .sum(1)
    .mul(-0.5);
  const centres = einsum("nf,nfc,fck->nfk", eta, gamma, mean);
  const scaled = centres.mul(zPrecision);
  const alignment = einsum("nfk,nk->n", scaled, qMean);
  const own = einsum("nf,nfc,fck->nk", eta, gamma, mean.square()).mul(zPrecision).sum(1).mul(-0.5);
  // Each factor meets the sum of the others: all pairs would be as many as the factors squared.
  const others = centres.sum({ axis: 1, keepAxes: true }).sub(centres);
  const meeting = formula === "symjax" ? scaled.sum(2).mul(others.sum(2)) : scaled.mul(others).sum(2);
  const between = meeting.sum(1).mul(-0.5);

  // Each expectation under the prior, less that under the posterior itself, which is its entropy.
  const expectedCluster = (logProbability: Tensor) => weightedBy(logProbability, gamma).sum([1, 2]);
  const expectedPart = (logProbability: Tensor) => {
    const present = weightedBy(logProbability, eta).sum(1);
    if (mode === "categorical") return present;
    return present.add(weightedLog(restOf(logProbability, epsilon), restOf(qLogEta, 0)).sum(1));
  };
  const clusterTerm = expectedCluster(logPi).sub(expectedCluster(qLogGamma));
  const partTerm = expectedPart(logPiA).sub(expectedPart(qLogEta));

  const latent = origin.add(alignment).add(own);
  const bound = reconstruction.add(latent).add(clusterTerm).add(partTerm);
  return sub(0, mode === "bernoulli" ? bound.add(between) : bound);
}

/** 1 - p + epsilon of log p; expm1 keeps the digits where p is near 1. */
function restOf(logProbability: Tensor, epsilon: number): Tensor {
  return sub(epsilon, expm1(logProbability));
}

/** w log x, of which a weight of 0 leaves nothing where x is 0: no value and no gradient. */
function weightedLog(x: Tensor, w: Tensor): Tensor {
  const dropped = logicalAnd(equal(w, 0), equal(x, 0));
  return w.mul(where(dropped, 1, x).log());
}
