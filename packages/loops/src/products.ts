/** When is a product of matrices a program of its own, and what does it need? */
import { type Tensor, isFloat } from "@symloss/core/engine";
import { termLabels, rowMajor, freeLabel } from "./indexing.ts";
import type { Context } from "./store.ts";
import type { Buffer } from "./program.ts";
import { type Label, type Linear, type ValueOf, linearOf, union } from "./value.ts";

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
  const product = {
    x: storedElement(context, x, [...leading, linearOf(row), linearOf(depth)]),
    y: storedElement(context, y, [...leading, linearOf(depth), linearOf(column)]),
    row,
    column,
    depth,
  };
  context.stores.push({
    buffer,
    offset: rowMajor(tensor, index),
    value: product.x,
    product,
    labels: union(leading.map(termLabels)),
  });
}

/** An element that is read from a buffer at a place that is linear in the labels. */
function storedElement(context: Context, tensor: Tensor, index: readonly Linear[]): ValueOf<"load"> {
  const value = context.element(tensor, index);
  if (value.kind === "load" && value.offset.others.length === 0) return value;
  context.materialize(tensor);
  return context.element(tensor, index) as ValueOf<"load">;
}
