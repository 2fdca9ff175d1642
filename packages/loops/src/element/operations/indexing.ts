/** What is an element that is read or added at an index which is known only when the program runs? */
import type { NodeOf, Tensor } from "@symloss/core/engine";
import { addLengths, lengthOf, sizeOfShape } from "../../program/length.ts";
import type { Buffer } from "../../program/program.ts";
import { affineOfElement, zero } from "../affine.ts";
import { union } from "../builder.ts";
import type { Affine, Element } from "../element.ts";
import { elementOfIndex, rowMajor, termLabels } from "../index-expression.ts";
import type { Row } from "../row.ts";
import type { Context } from "../store.ts";

export const takeAlongAxis: Row<"takeAlongAxis"> = (node, index, context) => {
  const [x, indices] = node.inputs as [Tensor, Tensor];
  const { axis } = node.attributes;
  const { builder } = context;
  if (x.shape[axis] === 0) return builder.constant(0, node.dtype);
  const last = builder.length(addLengths(lengthOf(x.shape[axis]!), -1), "int32");
  if (!context.unitAxes.isFixed([indices], axis) && context.takesLoop(x)) context.materialize(x);
  const position = builder.apply("clampIndex", [context.element(indices, index), last], "int32");
  return context.element(
    x,
    index.map((entry, at) => (at === axis ? affineOfElement(position) : entry)),
  );
};

export const scatterAdd: Row<"scatterAdd"> = (node, index, context) => {
  const [updates, indices] = node.inputs as [Tensor, Tensor];
  const { axis } = node.attributes;
  const { builder } = context;
  if (!context.unitAxes.isFixed([updates, indices], axis)) return scattered(node, index, context);
  const source = index.map((entry, at) => (at === axis ? zero : entry));
  const hit = builder.apply("equal", [context.element(indices, source), elementOfIndex(index[axis]!, builder)], "bool");
  return builder.apply("where", [hit, context.element(updates, source), builder.constant(0, node.dtype)], node.dtype);
};

/** An element of the buffer in which the updates have been added up. */
function scattered(node: NodeOf<"scatterAdd">, index: readonly Affine[], context: Context): Element {
  const { builder, sums } = context;
  let buffer = sums.get(node);
  if (buffer === undefined) {
    const size = sizeOfShape(node.shape);
    buffer = context.addBuffer({ kind: "intermediate", dtype: "float64", unrounded: node.dtype, size });
    sums.set(node, buffer);
    storeUpdates(node, buffer, context);
  }
  const total = builder.load(buffer, rowMajor(node, index));
  return node.dtype === "int32" ? builder.apply("toInt32", [total], "int32") : total;
}

function storeUpdates(node: NodeOf<"scatterAdd">, buffer: Buffer, context: Context): void {
  const [updates, indices] = node.inputs as [Tensor, Tensor];
  const { axis, size } = node.attributes;
  const own = context.indexOf(updates);
  const position = context.element(indices, own);
  const target = own.map((entry, at) => (at === axis ? affineOfElement(position) : entry));
  context.stores.push({
    buffer,
    offset: rowMajor(node, target),
    element: context.element(updates, own),
    scatter: { index: position, size: lengthOf(size) },
    labels: union(own.map(termLabels)),
  });
}
