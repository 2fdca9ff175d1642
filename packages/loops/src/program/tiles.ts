/** How large are the blocks and tiles in which matrices are multiplied? */

/** A block of a product, and the tile of it whose sums stay in registers. */
export const productBlock = { rows: 128, columns: 64, depth: 256, tile: 4 } as const;

/** How many elements a product's blocks hold: packed rows, packed columns, and sums. */
export interface BlockSizes {
  readonly rows: number;
  readonly columns: number;
  readonly sums: number;
}

/** The blocks of a product [rows, columns] whose sums have `depth` terms. */
export function blockSizes(rows: number, columns: number, depth: number): BlockSizes {
  const height = wholeTiles(Math.min(rows, productBlock.rows));
  const width = wholeTiles(Math.min(columns, productBlock.columns));
  const length = Math.min(depth, productBlock.depth);
  return { rows: height * length, columns: width * length, sums: height * width };
}

/** The number of lines, rounded up to whole tiles. */
export function wholeTiles(count: number): number {
  return Math.ceil(count / productBlock.tile) * productBlock.tile;
}
