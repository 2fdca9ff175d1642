/** How far apart are the rows of a batch? */
import { type Tensor, norm } from "@symloss/core";

/**
 * The distances of the rows of embeddings [batch, d] from each other, [batch, batch], or their squares. They are taken of differences: the
 * squares of nearly equal rows less twice their product would have no digits left, and may be below 0.
 */
export function distancesWithin(embeddings: Tensor, squared: boolean): Tensor {
  const differences = embeddings.expandDims(1).sub(embeddings.expandDims(0));
  return squared ? differences.square().sum(-1) : norm(differences, { axis: -1 });
}
