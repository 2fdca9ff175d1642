/** Where in its operand is an element of a tensor that is only moved? */
import type { Tensor } from "@symloss/core/engine";
import { strides } from "../../program/length.ts";
import { affineOfElement, combine, moved, zero } from "../affine.ts";
import type { Affine, Element } from "../element.ts";
import { elementOfIndex, rowMajor } from "../index-expression.ts";
import { groupAxes } from "../reshape.ts";
import type { Row } from "../row.ts";
import { loadFrom } from "../store.ts";

export const reshape: Row<"reshape"> = (node, index, context) => {
  const [x] = node.inputs as [Tensor];
  const fromMemory = (): Element => loadFrom(context.materialize(x), rowMajor(node, index), context);
  if (context.isStored(x)) return fromMemory();
  const groups = groupAxes(node, context.labels.hasLoop);
  if (groups === undefined || context.unitAxes.dropsAxis(node)) return fromMemory();
  const source: Affine[] = x.shape.map(() => zero);
  for (const { from, to } of groups) {
    const steps = strides(to.map((axis) => node.shape[axis]!));
    source[from] = combine(to.map((axis, position) => [index[axis]!, steps[position]!] as const));
  }
  return context.element(x, source);
};

export const transpose: Row<"transpose"> = ({ inputs: [x], attributes: { permutation } }, index, { element }) =>
  element(
    x!,
    permutation.map((_, axis) => index[permutation.indexOf(axis)]!),
  );

export const broadcastTo: Row<"broadcastTo"> = ({ inputs: [x], shape, rank }, index, { element, labels }) => {
  const added = rank - x!.rank;
  const isKept = (axis: number): boolean => labels.hasLoop(x!, axis) && x!.shape[axis] === shape[axis + added];
  return element(
    x!,
    x!.shape.map((_, axis) => (isKept(axis) ? index[axis + added]! : zero)),
  );
};

export const slice: Row<"slice"> = ({ inputs: [x], attributes: { starts } }, index, { element }) =>
  element(
    x!,
    index.map((entry, axis) => moved(entry, starts[axis]!)),
  );

export const pad: Row<"pad"> = (node, index, context) => {
  const [x] = node.inputs as [Tensor];
  const { before } = node.attributes;
  const { builder } = context;
  const nothing = builder.constant(0, node.dtype);
  if (x.shape.includes(0)) return nothing;
  if (context.takesLoop(x)) context.materialize(x);
  const int = (value: number) => builder.constant(value, "int32");
  const conditions: Element[] = [];
  const source = index.map((entry, axis) => {
    const length = x.shape[axis] as number;
    if (length === node.shape[axis]) return entry;
    const position = elementOfIndex(moved(entry, -before[axis]!), builder);
    conditions.push(
      builder.apply("lessEqual", [int(0), position], "bool"),
      builder.apply("less", [position, int(length)], "bool"),
    );
    return affineOfElement(builder.apply("clampIndex", [position, int(length - 1)], "int32"));
  });
  const element = context.element(x, source);
  if (conditions.length === 0) return element;
  const inside = conditions.reduce((left, right) => builder.apply("logicalAnd", [left, right], "bool"));
  return builder.apply("where", [inside, element, nothing], node.dtype);
};

export const concat: Row<"concat"> = (node, index, context) =>
  loadFrom(context.materialize(node), rowMajor(node, index), context);
