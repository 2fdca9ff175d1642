/**
 * What is the negative evidence lower bound of an auto-encoder whose latent pieces each have a mixture of normals as
 * prior?
 */
import { OutOfRangeError, type Tensor, type TensorLike, asTensor, sub } from "@symloss/core";
import { type Loss, defineLoss } from "../definition.ts";
import { type FormulaOptions, formulaOption } from "./formula.ts";
import { mixtureTerms, normalReconstruction } from "./mixture.ts";

/** The arguments of `vaeCompGmm` by name. */
export interface VaeCompGmmArguments {
  /** [batch, D] the data. */
  readonly x: TensorLike;
  /** [batch, D] the reconstruction: the mean of p(x | z). */
  readonly xHat: TensorLike;
  /** [batch, pieces, K] the mean of the posterior q(z | x). */
  readonly zMean: TensorLike;
  /** [batch, pieces, K] the log variances of the posterior. */
  readonly zLogVariance: TensorLike;
  /** [pieces, clusters, K] the centres of each piece's clusters. */
  readonly mean: TensorLike;
  /** [pieces, clusters, K] the log variances of the clusters. */
  readonly logVariance: TensorLike;
  /** [pieces, clusters] the log probabilities of the clusters. */
  readonly logPi: TensorLike;
}

/** The options of `vaeCompGmm`. */
export interface VaeCompGmmOptions extends FormulaOptions {
  /**
   * The log variance of p(x | z), under "corrected" alone; broadcasts to [batch, D], and a tensor has a gradient.
   * Default 0.
   */
  readonly logVarianceX?: TensorLike | undefined;
}

const name = "vaeCompGmm";

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
 * Throws `ShapeError` for shapes that do not fit, and `OutOfRangeError` for an unknown formula or a logVarianceX that
 * "symjax" does not use.
 *
 * Source: for each piece Z. Jiang et al., Variational deep embedding, IJCAI (2017).
 * SymJAX: it has an `eps` besides, which it does not use.
 * @example await evaluate(vaeCompGmm([[0]], [[2]], [[[0]]], [[[0]]], [[[0]]], [[[0]]], [[0]], { formula: "corrected" }), { engine }) // [2]
 */
export const vaeCompGmm: Loss<
  [
    x: TensorLike,
    xHat: TensorLike,
    zMean: TensorLike,
    zLogVariance: TensorLike,
    mean: TensorLike,
    logVariance: TensorLike,
    logPi: TensorLike,
  ],
  VaeCompGmmArguments,
  VaeCompGmmOptions
> = /* @__PURE__ */ defineLoss(
  {
    name,
    arguments: {
      x: "[batch, D]",
      xHat: "[batch, D]",
      zMean: "[batch, pieces, K]",
      zLogVariance: "[batch, pieces, K]",
      mean: "[pieces, clusters, K]",
      logVariance: "[pieces, clusters, K]",
      logPi: "[pieces, clusters]",
    },
    options: {
      logVarianceX: { kind: "tensor", shape: "[batch, D]" },
      formula: formulaOption,
    },
    results: { loss: "[batch]" },
  },
  ({ x, xHat, ...mixture }, { logVarianceX, formula }) => {
    const { logPrior, rest } = mixtureTerms(mixture, formula);
    const reconstruction =
      formula === "symjax" ? reward(x, xHat, logVarianceX) : normalReconstruction(x, xHat, logVarianceX ?? asTensor(0));
    return sub(0, reconstruction.add(logPrior.add(rest).sum(1)));
  },
);

/** SymJAX's own term, with the sign that SymJAX gives it. */
function reward(x: Tensor, xHat: Tensor, logVarianceX: Tensor | undefined): Tensor {
  if (logVarianceX === undefined) return x.sub(xHat).square().sum(1);
  throw new OutOfRangeError(
    `${name}: logVarianceX must not be given with formula "symjax", which does not use it, got ${logVarianceX}. ` +
      'Choose formula "corrected".',
  );
}
