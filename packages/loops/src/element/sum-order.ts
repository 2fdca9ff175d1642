/** How does an engine add the numbers of a sum? */

/**
 * `inOrder`: each after the one before, whatever the loops are, so that the result is the same however they are arranged. `inLanes`: several
 * sums beside each other where the loop of a sum is the innermost one and in tiles of products, and in order elsewhere.
 */
export type SumOrder = "inOrder" | "inLanes";
