/** How are rows of numbers from 0 made to add up to 1? */
import { type Tensor, where } from "@symloss/core";

/** Rows [.., classes] over their sums; a row of zeros is left as it is. */
export function normalizeRows(rows: Tensor): Tensor {
  const sums = rows.sum({ axis: -1, keepAxes: true });
  return rows.div(where(sums.equal(0), 1, sums));
}
