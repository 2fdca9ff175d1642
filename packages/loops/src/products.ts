/** When is a product of matrices a program of its own, and what does it need? */
import { type Tensor, isFloat } from "@symloss/core/engine";
import { termLabels, rowMajor, freeLabel } from "./indexing.ts";
import { type Buffer, productBlock } from "./program.ts";
import type { Context, Product } from "./store.ts";
import { type Label, linearOf, union } from "./value.ts";

/** From so many products of elements on, blocks that stay in the cache are worth a program of their own. */
const largeProduct = 4096;

export function isLargeProduct(tensor: Tensor): boolean {
  if (tensor.operation !== "matmul" || !isFloat(tensor.dtype)) return false;
  const lengths = [...tensor.shape.slice(-2), tensor.inputs[0]!.shape.at(-1)!] as number[];
  return lengths.every((length) => length > 1) && lengths.reduce((left, right) => left * right) >= largeProduct;
}

export function storeProduct(context: Context, tensor: Tensor, buffer: Buffer): void {
  const [x, y] = tensor.inputs as [Tensor, Tensor];
  const index = context.indexOf(tensor);
  const [row, column] = index.slice(-2).map((entry) => entry.terms[0]!.label) as [Label, Label];
  const depth = freeLabel(x, x.rank - 1, index, context)!;
  const leading = index.slice(0, -2);
  // What takes a loop is not computed again for each block.
  for (const operand of [x, y]) if (context.takesLoop(operand)) context.materialize(operand);
  const product = {
    x: context.element(x, [...leading, linearOf(row), linearOf(depth)]),
    y: context.element(y, [...leading, linearOf(depth), linearOf(column)]),
    row,
    column,
    depth,
  };
  const offset = rowMajor(tensor, index);
  context.stores.push({
    buffer,
    offset,
    value: context.values.load(buffer, offset),
    product,
    labels: union(leading.map(termLabels)),
  });
}

/** Room for the blocks of products, one after the other. */
export interface Blocks {
  readonly rows: Buffer;
  readonly columns: Buffer;
  readonly sums: Buffer;
}

/** Adds the buffers of blocks that hold any of these products. */
export function addBlocks(products: readonly Product[], buffers: Buffer[]): Blocks {
  const { rows, columns, depth, tile } = productBlock;
  const wholeTiles = (count: number): number => Math.ceil(count / tile) * tile;
  const sizes = { rows: 0, columns: 0, sums: 0 };
  for (const product of products) {
    const height = wholeTiles(Math.min(product.row.extent, rows));
    const width = wholeTiles(Math.min(product.column.extent, columns));
    const length = Math.min(product.depth.extent, depth);
    sizes.rows = Math.max(sizes.rows, height * length);
    sizes.columns = Math.max(sizes.columns, width * length);
    sizes.sums = Math.max(sizes.sums, height * width);
  }
  const add = (size: number): Buffer => {
    const buffer: Buffer = { id: buffers.length, kind: "scratch", dtype: "float64", size };
    if (size > 0) buffers.push(buffer);
    return buffer;
  };
  return { rows: add(sizes.rows), columns: add(sizes.columns), sums: add(sizes.sums) };
}
