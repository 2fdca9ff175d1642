/** When is a product of matrices a program of its own, and what does it need? */
import { type Tensor, isFloat } from "@symloss/core/engine";
import { termLabels, rowMajor, freeLabel } from "./index-expression.ts";
import { noteProduct } from "./sources.ts";
import type { Context } from "./store.ts";
import { affineOf } from "./affine.ts";
import { assumeLength, lengthOf } from "../program/length.ts";
import type { SumOrder } from "./sum-order.ts";
import type { HasLoop } from "./reshape.ts";
import { union } from "./builder.ts";
import type { Label } from "./element.ts";
import { type Window, placeIn } from "./window.ts";

/** From this many multiplications on, blocks that stay in the cache are worth a program of their own. */
const largeProduct = 4096;

/** From this depth on they are in lanes: how many rows and columns there are must not matter, for either may be a batch. */
const deepProduct = 16;

/** Whether a tensor is a product of matrices that is a program of its own. */
export function isTiledProduct(tensor: Tensor, sums: SumOrder, hasLoop: HasLoop): boolean {
  if (tensor.operation !== "matmul" || !isFloat(tensor.dtype)) return false;
  const [rows, columns, depth] = [...tensor.shape.slice(-2), tensor.inputs[0]!.shape.at(-1)!].map((dimension) =>
    assumeLength(lengthOf(dimension)),
  ) as [number, number, number];
  if (sums === "inOrder") return Math.min(rows, columns, depth) > 1 && rows * columns * depth >= largeProduct;
  const isMatrix = hasLoop(tensor, tensor.rank - 2) && hasLoop(tensor, tensor.rank - 1);
  return isMatrix && depth >= deepProduct && !tensor.shape.includes(0);
}

export function storeProduct(context: Context, tensor: Tensor, window: Window): void {
  const { buffer } = window;
  const [x, y] = tensor.inputs as [Tensor, Tensor];
  const index = context.indexOf(tensor);
  const [row, column] = index.slice(-2).map((entry) => entry.terms[0]!.label) as [Label, Label];
  const depth = freeLabel(x, x.rank - 1, index, context)!;
  const leading = index.slice(0, -2);
  // An operand that takes a loop to compute must not be computed again for each block.
  for (const operand of [x, y]) if (context.takesLoop(operand)) context.materialize(operand);
  const product = {
    x: context.element(x, [...leading, affineOf(row), affineOf(depth)]),
    y: context.element(y, [...leading, affineOf(depth), affineOf(column)]),
    row,
    column,
    depth,
  };
  const offset = placeIn(window, rowMajor(tensor, index), context.builder);
  noteProduct(buffer, tensor);
  context.stores.push({
    buffer,
    offset,
    element: context.builder.load(buffer, offset),
    product,
    labels: union(leading.map(termLabels)),
  });
}
