/** How long is an axis, and which positions does it have, if its length may be known only when a model runs? */
import { type Dimension, type Tensor, arange, asTensor, broadcastTo, cumsum } from "@symloss/core";

/** The number of positions along an axis, as a tensor if it has only a name. */
export function lengthOf(dimension: Dimension): number | Tensor {
  return typeof dimension === "number" ? dimension : onesAlong(dimension).sum();
}

/** 0, 1, .. along an axis, int32. */
export function positionsAlong(dimension: Dimension): Tensor {
  return typeof dimension === "number" ? arange(dimension) : cumsum(onesAlong(dimension)).sub(1);
}

/** Whether row and column are the same, [length, length]. */
export function diagonalOf(dimension: Dimension): Tensor {
  const positions = positionsAlong(dimension);
  return positions.expandDims(1).equal(positions);
}

function onesAlong(dimension: Dimension): Tensor {
  return broadcastTo(asTensor(Int32Array.of(1)), [dimension]);
}
