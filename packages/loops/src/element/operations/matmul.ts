/** What is an element of a product of matrices? */
import type { DType, Tensor } from "@symloss/core/engine";
import { axisIndex, freeLabel, rowMajor } from "../index-expression.ts";
import { rounded } from "../patterns.ts";
import type { Row } from "../row.ts";
import { noteProduct } from "../sources.ts";
import { times } from "../split-reductions.ts";
import { loadFrom } from "../store.ts";

export const matmul: Row<"matmul"> = (node, index, context) => {
  if (context.isTiled(node)) return loadFrom(context.materialize(node), rowMajor(node, index), context);
  const [x, y] = node.inputs as [Tensor, Tensor];
  const { builder } = context;
  for (const operand of [x, y]) if (context.takesLoop(operand)) context.materialize(operand);
  const depth = freeLabel(x, x.rank - 1, index, context);
  const inner = axisIndex(depth);
  const leading = index.slice(0, -2);
  const wide: DType = node.dtype === "int32" ? "float64" : node.dtype;
  const product = builder.apply(
    "mul",
    [context.element(x, [...leading, index.at(-2)!, inner]), context.element(y, [...leading, inner, index.at(-1)!])],
    wide,
  );
  if (x.shape.at(-1) === 0) return builder.constant(0, node.dtype);
  const isSummed = depth !== undefined && product.labels.includes(depth);
  // In order and rounded, as a large product is.
  const total = isSummed
    ? builder.reduce("sum", product, [depth], wide)
    : times(product, depth?.extent ?? 1, wide, builder);
  if (node.dtype === "int32") return builder.apply("toInt32", [total], "int32");
  const element = rounded(total, builder);
  noteProduct(element, node);
  return element;
};
