/** How many are of each class, how many are predicted to be, and how many are both? */
import { type Tensor, arange, ones, segmentSum, where } from "@symloss/core";

/** Counts [classes], or of one class []: int32, or floats if each has a weight. */
export interface ClassCounts {
  /** Those of the class that are predicted: true positives. */
  readonly hits: Tensor;
  /** Those of the class: true positives and false negatives. */
  readonly targets: Tensor;
  /** Those that are predicted: true positives and false positives. */
  readonly predictions: Tensor;
  /** All: true negatives too. */
  readonly total: Tensor;
}

/** Of class indices [..], of one shape. A weight broadcasts to it. */
export function countsByClass(
  targets: Tensor,
  predictions: Tensor,
  classes: number,
  weights: Tensor = ones([], "int32"),
): ClassCounts {
  const each = weights.broadcastTo(targets.shape);
  const ofTargets = sumByClass(each, targets, classes);
  return {
    hits: sumByClass(where(targets.equal(predictions), each, 0), targets, classes),
    targets: ofTargets,
    predictions: sumByClass(each, predictions, classes),
    total: each.sum().broadcastTo(ofTargets.shape),
  };
}

/** Of what is true or not, over the axes. A weight broadcasts to it. */
export function countsOfYes(
  targets: Tensor,
  predictions: Tensor,
  axes: number | null,
  weights: Tensor = ones([], "int32"),
): ClassCounts {
  const count = (kept: Tensor): Tensor => where(kept, weights, 0).sum(axes);
  return {
    hits: count(targets.logicalAnd(predictions)),
    targets: count(targets),
    predictions: count(predictions),
    total: weights.broadcastTo(targets.shape).sum(axes),
  };
}

function sumByClass(weights: Tensor, index: Tensor, classes: number): Tensor {
  // A list can't be as long as the product of lengths that are not known.
  if (index.rank > 1 && index.shape.some((length) => typeof length === "string")) {
    const isOfClass = index.expandDims(-1).equal(arange(classes));
    const axes = index.shape.map((_, axis) => axis);
    return where(isOfClass, weights.expandDims(-1), 0).sum(axes);
  }
  return segmentSum(weights.reshape([-1]), index.reshape([-1]), classes);
}
