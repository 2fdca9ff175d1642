/** How often does each class meet each class that is predicted? */
import { OutOfRangeError, type Tensor, ones, segmentSum } from "@symloss/core";

/** The most classes of a table: where it has more cells, engines without wide integers confuse some. */
const mostClasses = 2 ** 12;

/**
 * [classes, classes] how many of the batch have each target (the row) and each prediction (the column), as int32, or the sum of their
 * weights. Throws `OutOfRangeError` if the table is too large.
 */
export function contingencyOf(
  caller: string,
  targets: Tensor,
  predictions: Tensor,
  classes: number,
  weights: Tensor = ones(targets.shape, "int32"),
): Tensor {
  if (classes > mostClasses)
    throw new OutOfRangeError(`${caller}: classes must be at most ${mostClasses}, got ${classes}.`);
  const cell = targets.mul(classes).add(predictions);
  const each = weights.broadcastTo(targets.shape);
  return segmentSum(each, cell, classes * classes).reshape([classes, classes]);
}
