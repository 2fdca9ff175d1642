/** In which scratch are panels packed and blocks of products summed? */
import type { Product } from "../element/store.ts";
import type { Buffer } from "../program/program.ts";
import { assumeLength } from "../program/length.ts";
import { type BlockSizes, blockSizes } from "../program/tiles.ts";

/** Buffers that all products share, as one follows the other. */
export interface Blocks {
  readonly rows: Buffer;
  readonly columns: Buffer;
  readonly sums: Buffer;
}

/** Adds buffers that are large enough for each of these products. */
export function addBlocks(products: readonly Product[], buffers: Buffer[]): Blocks {
  const sizes = products.map(({ row, column, depth }) =>
    blockSizes(assumeLength(row.extent), assumeLength(column.extent), assumeLength(depth.extent)),
  );
  const add = (name: keyof BlockSizes): Buffer => {
    const size = sizes.reduce((most, each) => Math.max(most, each[name]), 0);
    const buffer: Buffer = { id: buffers.length, kind: "scratch", dtype: "float64", size };
    if (size > 0) buffers.push(buffer);
    return buffer;
  };
  return { rows: add("rows"), columns: add("columns"), sums: add("sums") };
}
