/** Which loss draws two views together, and keeps their dimensions apart and spread? */
import { type Tensor, add, matmul, sub, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { diagonalOf, lengthOf } from "../length.ts";

const declaration = {
  name: "vicReg",
  arguments: {
    /** [batch, d] the embeddings of one view. */
    x: "[batch, d]",
    /** [batch, d] those of the other. */
    y: "[batch, d]",
  },
  options: {
    /** The weight of the distance of both views; a tensor has a gradient. Default 25. */
    invariance: { kind: "tensor", shape: "[]", default: 25 },
    /** The weight of what standard deviations lack of 1; a tensor has a gradient. Default 25. */
    variance: { kind: "tensor", shape: "[]", default: 25 },
    /** The weight of the covariances of different dimensions; a tensor has a gradient. Default 1. */
    covariance: { kind: "tensor", shape: "[]", default: 1 },
    /** Added to variances under the root, 0 or above. Default 1e-4. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-4 },
  },
  results: { invariance: "[]", variance: "[]", covariance: "[]" },
} as const;

/**
 * The three terms of the loss of variance, invariance and covariance of two views x [batch, d] and y [batch, d]; the results are scalars,
 * each with its weight, and the loss is their sum.
 *
 * From 0. Variances and covariances are divided by batch - 1, so that a batch of one row is NaN.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if epsilon is below 0.
 *
 * @formula \lambda \, \mathrm{mean}(x - y)^2 + \frac{\mu}{2} \sum_{z \in \{x, y\}} \mathrm{mean} \max(1 - \sqrt{\mathrm{Var}(z) + \varepsilon}, 0) + \frac{\nu}{d} \sum_z \sum_{i \neq j} \mathrm{Cov}(z)_{ij}^2
 * @source A. Bardes, J. Ponce, Y. LeCun, VICReg: variance-invariance-covariance regularization for self-supervised learning, ICLR (2022).
 * @peers lightly `VICRegLoss`, pytorch-metric-learning `VICRegLoss` and solo-learn return the sum.
 * @example (await evaluate(vicReg([[0], [2]], [[0], [1]]), { engine })).invariance // 12.5
 */
export const vicReg: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  x: Tensor,
  y: Tensor,
  { invariance, variance, covariance, epsilon }: OptionsFor<typeof declaration>,
): { readonly invariance: Tensor; readonly variance: Tensor; readonly covariance: Tensor } {
  return {
    invariance: x.sub(y).square().mean().mul(invariance),
    variance: collapse(x, epsilon).add(collapse(y, epsilon)).mul(0.5).mul(variance),
    covariance: redundancy(x).add(redundancy(y)).mul(covariance),
  };
}

/** What the standard deviations of the dimensions of x [batch, d] lack of 1, on average. */
function collapse(x: Tensor, epsilon: number): Tensor {
  const others = sub(lengthOf(x.shape[0]!), 1);
  const variance = x.variance(0).mul(add(others, 1)).div(others);
  return sub(1, variance.add(epsilon).sqrt()).relu().mean();
}

/** The squares of the covariances of different dimensions of x [batch, d], summed and divided by d. */
function redundancy(x: Tensor): Tensor {
  const [batch, dimensions] = x.shape;
  const centered = x.sub(x.mean({ axis: 0, keepAxes: true }));
  const covariances = matmul(centered.transpose(), centered).div(sub(lengthOf(batch!), 1));
  return where(diagonalOf(dimensions!), 0, covariances.square()).sum().div(lengthOf(dimensions!));
}
