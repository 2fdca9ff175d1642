/** What is an element of a reduction? */
import type { NodeOf, Tensor } from "@symloss/core/engine";
import { type Length, productOf } from "../../program/length.ts";
import type { Affine, Element, Label } from "../element.ts";
import { axisIndex, freeLabel } from "../index-expression.ts";
import { rounded } from "../patterns.ts";
import type { Row } from "../row.ts";
import { sumOf, times } from "../split-reductions.ts";
import type { Context } from "../store.ts";

export const sum: Row<"sum"> = (node, index, context) => {
  const { operand, over, repeats } = reduced(node, node.attributes.axes, index, context);
  const { builder } = context;
  const wide = node.dtype === "int32" ? "float64" : node.dtype;
  const summation = { over, dtype: wide, builder, ...orderOf(node) };
  const total = repeats === 0 ? builder.constant(0, wide) : times(sumOf(operand, summation), repeats, wide, builder);
  return node.dtype === "int32" ? builder.apply("toInt32", [total], "int32") : total;
};

export const max: Row<"max"> = (node, index, context) => {
  const { operand, over } = reduced(node, node.attributes.axes, index, context);
  return over.length === 0 ? operand : context.builder.reduce("max", operand, over, node.dtype);
};

export const argmax: Row<"argmax"> = (node, index, context) => {
  const { operand, over } = reduced(node, [node.attributes.axis], index, context);
  const { builder } = context;
  return over.length === 0
    ? builder.constant(0, "int32")
    : builder.reduce("argmax", rounded(operand, builder), over, "int32");
};

/** Whether a sum may be taken in any order, and of products. */
export function orderOf({ inputs: [x], attributes: { axes } }: NodeOf<"sum">): {
  isTotal: boolean;
  ofProducts: boolean;
} {
  const isTotal = axes.length === x!.rank;
  return { isTotal, ofProducts: isTotal || axes.length === 1 };
}

/** What is reduced. */
interface Reduced {
  readonly operand: Element;
  /** The labels that are reduced. */
  readonly over: readonly Label[];
  /** How often each element counts, because it depends on none of the labels of some axes. */
  readonly repeats: Length;
}

/** The operand of a reduction over axes. */
export function reduced(node: Tensor, axes: readonly number[], index: readonly Affine[], context: Context): Reduced {
  const [x] = node.inputs as [Tensor];
  let kept = 0;
  const lost: Label[] = [];
  const source = x.shape.map((_, axis) => {
    if (!axes.includes(axis)) return index[kept++]!;
    const label = freeLabel(x, axis, index, context);
    if (label !== undefined) lost.push(label);
    return axisIndex(label);
  });
  if (x.shape.includes(0)) return { operand: context.builder.constant(0, node.dtype), over: [], repeats: 0 };
  const operand = context.element(x, source);
  const over = lost.filter((label) => operand.labels.includes(label));
  const repeats = productOf(lost.flatMap((label) => (over.includes(label) ? [] : [label.extent])));
  return { operand, over, repeats };
}
