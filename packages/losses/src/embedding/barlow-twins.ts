/** Which loss asks that the same dimensions of two views correlate, and different ones do not? */
import { type Tensor, matmul, sub, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { diagonalOf, lengthOf } from "../length.ts";

const declaration = {
  name: "barlowTwins",
  arguments: {
    /** [batch, d] the embeddings of one view. */
    x: "[batch, d]",
    /** [batch, d] those of the other. */
    y: "[batch, d]",
  },
  options: {
    /** The weight of the correlations of different dimensions; a tensor has a gradient. Default 0.005. */
    offDiagonal: { kind: "tensor", shape: "[]", default: 0.005 },
    /** Added to variances under the root, 0 or above; above 0, a constant dimension is no division by 0. Default 1e-5. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-5 },
  },
  results: { loss: "[]" },
} as const;

/**
 * The loss of the cross-correlations of two views x [batch, d] and y [batch, d]; a scalar.
 *
 * From 0. Dimensions are standardised with population variances, as batch normalisation does.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if epsilon is below 0.
 *
 * @formula \sum_i (1 - C_{ii})^2 + \lambda \sum_{i \neq j} C_{ij}^2, \quad C = \tfrac{1}{n} \hat{x}^\top \hat{y}
 * @source J. Zbontar, L. Jing, I. Misra, Y. LeCun, S. Deny, Barlow twins: self-supervised learning via redundancy reduction, ICML (2021).
 * @peers lightly `BarlowTwinsLoss` and solo-learn have the same terms; the latter multiplies them by 0.1.
 * @example await evaluate(barlowTwins([[0], [2]], [[1], [0]], { epsilon: 0 }), { engine }) // 4
 */
export const barlowTwins: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(x: Tensor, y: Tensor, { offDiagonal, epsilon }: OptionsFor<typeof declaration>): Tensor {
  const [batch, dimensions] = x.shape;
  const correlations = matmul(standardized(x, epsilon).transpose(), standardized(y, epsilon)).div(lengthOf(batch!));
  const isDiagonal = diagonalOf(dimensions!);
  const same = where(isDiagonal, sub(1, correlations), 0).square().sum();
  return same.add(where(isDiagonal, 0, correlations).square().sum().mul(offDiagonal));
}

/** Each dimension of x [batch, d] less its mean, divided by its standard deviation. */
function standardized(x: Tensor, epsilon: number): Tensor {
  const centered = x.sub(x.mean({ axis: 0, keepAxes: true }));
  return centered.div(x.variance({ axis: 0, keepAxes: true }).add(epsilon).sqrt());
}
