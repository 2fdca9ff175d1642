/** What does a mixture of normals contribute to the evidence lower bound of a normal posterior? */
import { type Tensor, weightedBy } from "@symloss/core";
import { categoricalEntropy } from "../distribution/categorical.ts";
import type { Formula } from "./formula.ts";

/**
 * A normal posterior [.., K] and the mixture of normals [.., clusters, K], with weights [.., clusters], that is its
 * prior.
 */
export interface Mixture {
  readonly zMean: Tensor;
  readonly zLogVariance: Tensor;
  readonly mean: Tensor;
  readonly logVariance: Tensor;
  readonly logPi: Tensor;
}

/** The terms that do not depend on the data, [..] each but for the responsibilities. */
export interface MixtureTerms {
  /** [.., clusters] the probability of each cluster given the posterior's mean. */
  readonly responsibilities: Tensor;
  /** The expectation of log p(c). */
  readonly logPrior: Tensor;
  /** The expectation of log p(z | c) - log q(z | x) - log q(c | x). */
  readonly rest: Tensor;
}

/** Under "symjax" logPi enters the responsibilities once for each of the K dimensions, under "corrected" once. */
export function mixtureTerms(
  { zMean, zLogVariance, mean, logVariance, logPi }: Mixture,
  formula: Formula,
): MixtureTerms {
  // Squared last: where a cluster is too far for its square, the gradient is still 0 times a number.
  const distance = zMean.expandDims(-2).sub(mean).mul(logVariance.mul(-0.5).exp()).square();
  // log(2 pi) is left out, because it is the same for all clusters.
  const logDensity = logVariance.add(distance).mul(-0.5);
  const logits = formula === "symjax" ? logPi.expandDims(-1).add(logDensity).sum(-1) : logPi.add(logDensity.sum(-1));
  const responsibilities = logits.softmax();
  // The entropy of q(z | x) is counted with each cluster, for the responsibilities add up to 1: so large log variances cancel
  // before they are rounded in a sum.
  const logRatio = zLogVariance.expandDims(-2).sub(logVariance);
  const excess = logRatio.exp().sub(1).sub(logRatio);
  const divergence = weightedBy(excess.add(distance).sum(-1), responsibilities).sum(-1).mul(0.5);
  return {
    responsibilities,
    logPrior: weightedBy(logPi, responsibilities).sum(-1),
    rest: categoricalEntropy(logits).sub(divergence),
  };
}

/** [batch] the expectation of log p(x | z) but for D log(2 pi) / 2. */
export function normalReconstruction(x: Tensor, xHat: Tensor, logVarianceX: Tensor): Tensor {
  return x.sub(xHat).mul(logVarianceX.mul(-0.5).exp()).square().add(logVarianceX).sum(1).mul(-0.5);
}
