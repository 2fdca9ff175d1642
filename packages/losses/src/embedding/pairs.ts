/** Which rows of a batch belong together, and how similar are they? */
import { type Tensor, logicalAnd, logicalNot, matmul, normalize } from "@symloss/core";
import { diagonalOf } from "../length.ts";

/** The pairs of anchors and of what each is compared with, [batch, others]. */
export interface Pairs {
  /** Pairs of one label, without those of a row with itself. */
  readonly positive: Tensor;
  /** Pairs of different labels. */
  readonly negative: Tensor;
}

/** The pairs that rows [batch] of these labels make with each other. */
export function pairsWithin(labels: Tensor): Pairs {
  const { positive: same, negative } = pairsBetween(labels, labels);
  return { positive: logicalAnd(same, logicalNot(diagonalOf(labels.shape[0]!))), negative };
}

/** The pairs that rows [batch] make with others [others]. */
export function pairsBetween(labels: Tensor, otherLabels: Tensor): Pairs {
  const same = labels.expandDims(1).equal(otherLabels);
  return { positive: same, negative: logicalNot(same) };
}

/** The cosines of x [n, d] with y [m, d], [n, m]; 0 with a vector of zeros. */
export function cosines(x: Tensor, y: Tensor): Tensor {
  return matmul(normalize(x), normalize(y).transpose());
}
