/** What do losses of directions need of two vectors: each over its length, and which rows have none? */
import { type Tensor, logicalOr, norm, normalize, where } from "@symloss/core";

/** Two vectors [.., d] of each row. */
export interface Directions {
  /** [.., d] of length 1, or 0. */
  readonly left: Tensor;
  /** [.., d] of length 1, or 0. */
  readonly right: Tensor;
  /** [..] whether one of the vectors is 0, which points nowhere. */
  readonly isZero: Tensor;
  /** The gradients by the vectors, of those by their directions, across these, and of what flows back to each row [..]. */
  readonly backward: (byLeft: Tensor, byRight: Tensor, flow: Tensor) => readonly [Tensor, Tensor];
}

/** Of targets and predictions of one shape. */
export function directionsOf(targets: Tensor, predictions: Tensor): Directions {
  const [leftLength, rightLength] = [norm(targets, -1), norm(predictions, -1)];
  const isZero = logicalOr(leftLength.equal(0), rightLength.equal(0));
  const backward = (by: Tensor, length: Tensor, flow: Tensor): Tensor =>
    by.mul(
      where(isZero, 0, flow)
        .div(where(isZero, 1, length))
        .expandDims(-1),
    );
  return {
    left: normalize(targets),
    right: normalize(predictions),
    isZero,
    backward: (byLeft, byRight, flow) => [backward(byLeft, leftLength, flow), backward(byRight, rightLength, flow)],
  };
}
