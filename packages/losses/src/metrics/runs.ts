/** Where does the run of equal elements begin and end that each element of a sorted row is in? */
import { type Tensor, cumsum, ones, sort, where } from "@symloss/core";

/** Indices [.., batch] of the first and the last element of each element's run. */
export interface Runs {
  readonly first: Tensor;
  readonly last: Tensor;
}

/** The runs of rows [.., batch] in which those that are equal by every key are neighbours. */
export function runsOf(...keys: readonly [Tensor, ...Tensor[]]): Runs {
  const position = positionsOf(keys[0]);
  const end = ones(keys[0].shape, "int32").sum({ axis: -1, keepAxes: true }).sub(1);
  const next = position.add(1).minimum(end);
  const isLast = keys
    .map((key) => key.notEqual(key.takeAlongAxis(next)))
    .reduce((left, right) => left.logicalOr(right), position.equal(end));
  // The last elements in order, one for each run; the list is as long as the row, and what is left over is the end of the row.
  const ends = sort(where(isLast, position, end));
  const run = cumsum(isLast).sub(isLast.cast("int32"));
  const before = ends.takeAlongAxis(run.sub(1).maximum(0));
  return { first: where(run.equal(0), 0, before.add(1)), last: ends.takeAlongAxis(run) };
}

/** The index of each element along the last axis, whose length need not be known. */
export function positionsOf(x: Tensor): Tensor {
  return cumsum(ones(x.shape, "int32")).sub(1);
}
