/**
 * What is the negative evidence lower bound of an auto-encoder whose latent pieces each have a mixture of normals as
 * prior?
 */
import { OutOfRangeError, type Tensor, asTensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type FormulaOption, formulaOption } from "./formula.ts";
import { mixtureTerms, normalReconstruction } from "./mixture.ts";

const declaration = {
  name: "vaeCompGmm",
  arguments: {
    /** [batch, D] the data. */
    x: "[batch, D]",
    /** [batch, D] the reconstruction: the mean of p(x | z). */
    xHat: "[batch, D]",
    /** [batch, pieces, K] the mean of the posterior q(z | x). */
    zMean: "[batch, pieces, K]",
    /** [batch, pieces, K] the log variances of the posterior. */
    zLogVariance: "[batch, pieces, K]",
    /** [pieces, clusters, K] the centres of each piece's clusters. */
    mean: "[pieces, clusters, K]",
    /** [pieces, clusters, K] the log variances of the clusters. */
    logVariance: "[pieces, clusters, K]",
    /** [pieces, clusters] the log probabilities of the clusters. */
    logPi: { shape: "[pieces, clusters]", elements: "logDistribution" },
  },
  options: {
    /**
     * The log variance of p(x | z), under "corrected" alone; broadcasts to [batch, D], and a tensor has a gradient.
     * Default 0.
     */
    logVarianceX: { kind: "tensor", shape: "[batch, D]" },
    /** SymJAX's own numbers, "symjax" (default), or the right evidence lower bound, "corrected". */
    formula: formulaOption as FormulaOption,
  },
  results: { loss: "[batch]" },
} as const;

/**
 * The negative evidence lower bound of a variational auto-encoder whose latent variable has pieces, each with a mixture
 * prior, for x and xHat [batch, D], zMean and zLogVariance [batch, pieces, K], mean and logVariance
 * [pieces, clusters, K], logPi [pieces, clusters]; the result is [batch].
 *
 * The terms of each piece are those of `vaeGmm`, and are summed. By formula, the reconstruction
 * - "symjax" (default): SUBTRACTS sum (x - xHat)^2 from the loss, as SymJAX has it. That form rewards a wrong
 *   reconstruction and is unbounded below: it is here to reproduce SymJAX's numbers, not to train with;
 * - "corrected": subtracts the log likelihood of `vaeGmm`, in nats, without the constant (D / 2) log(2 pi);
 *   and logPi counts once in the responsibilities.
 *
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if the formula is unknown or logVarianceX is given with
 * "symjax", which does not use it.
 *
 * @formula -\operatorname{E}_q[\log p(x \mid z) + \sum_j \log p(z_j \mid c_j) + \log p(c_j) - \log q(z_j \mid x) - \log q(c_j \mid x)]
 * @source For each piece Z. Jiang et al., Variational deep embedding, IJCAI (2017).
 * @peers None has it.
 * @seed It has an `eps` besides, which it does not use.
 * @example await evaluate(vaeCompGmm([[0]], [[2]], [[[0]]], [[[0]]], [[[0]]], [[[0]]], [[0]], { formula: "corrected" }), { engine }) // [2]
 */
export const vaeCompGmm: LossOf<typeof declaration, typeof negativeBound> = /* @__PURE__ */ defineLoss(
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
): Tensor {
  const { logPrior, rest } = mixtureTerms({ zMean, zLogVariance, mean, logVariance, logPi }, formula);
  const reconstruction =
    formula === "symjax" ? reward(x, xHat, logVarianceX) : normalReconstruction(x, xHat, logVarianceX ?? asTensor(0));
  return sub(0, reconstruction.add(logPrior.add(rest).sum(1)));
}

/** SymJAX's own term, with the sign that SymJAX gives it. */
function reward(x: Tensor, xHat: Tensor, logVarianceX: Tensor | undefined): Tensor {
  if (logVarianceX === undefined) return x.sub(xHat).square().sum(1);
  throw new OutOfRangeError(
    `${declaration.name}: logVarianceX must not be given with formula "symjax", which does not use it, got ${logVarianceX}. ` +
      'Choose formula "corrected".',
  );
}
