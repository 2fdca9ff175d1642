/** How are movements of elements written, and shapes that are known only when the model runs? */
import { type TypedArray, isConcrete } from "@symloss/core/engine";
import { type Row, fullOperand, valueOf } from "../row.ts";
import type { Writer } from "../writer.ts";

export const constant: Row<"constant"> = (writer, _, node) => {
  const { data, shape, dtype } = node.attributes as {
    data: TypedArray;
    shape: readonly number[];
    dtype: typeof node.dtype;
  };
  return valueOf(writer.constant(dtype, shape, data), node);
};

export const iota: Row<"iota"> = (writer, _, node) => {
  const bounds = [0, node.attributes.size, 1].map((value) => writer.scalar("int32", value));
  return valueOf(writer.node("Range", bounds), node);
};

export const dimensionSize: Row<"dimensionSize"> = (writer, _, node) => {
  const { axes } = node.attributes;
  const lengths = writer.shape(axes.map((axis) => node.inputs[0]!.shape[axis]!));
  return valueOf(writer.cast(writer.node("ReduceProd", [lengths], { axes: [0], keepdims: 0 }), node.dtype), node);
};

export const reshape: Row<"reshape"> = (writer, operands, node) => {
  const x = fullOperand(writer, operands, node);
  // Without allowzero, a length of 0 would mean the length of the operand.
  return valueOf(writer.node("Reshape", [x, writer.shape(node.shape)], { allowzero: 1 }), node);
};

export const transpose: Row<"transpose"> = (writer, operands, node) => {
  const { permutation } = node.attributes;
  const x = fullOperand(writer, operands, node);
  return permutation.length === 0
    ? valueOf(x, node)
    : valueOf(writer.node("Transpose", [x], { perm: permutation }), node);
};

/** Nothing is expanded here: a row that needs the whole shape expands its operand. */
export const broadcastTo: Row<"broadcastTo"> = (_, [x]) => x!;

export const slice: Row<"slice"> = (writer, operands, node) => {
  const { starts, stops } = node.attributes;
  const x = fullOperand(writer, operands, node);
  // An axis whose length has a name is always taken whole.
  const axes = [...stops.keys()].filter((axis) => typeof stops[axis] === "number");
  const bounds = [axes.map((axis) => starts[axis]!), axes.map((axis) => stops[axis] as number), axes];
  if (axes.length === 0) return valueOf(x, node);
  return valueOf(writer.node("Slice", [x, ...bounds.map((values) => writer.integers(values))]), node);
};

export const pad: Row<"pad"> = (writer, operands, node) => {
  const { before, after } = node.attributes;
  const x = fullOperand(writer, operands, node);
  if (before.length === 0) return valueOf(x, node);
  return valueOf(writer.node("Pad", [x, writer.integers([...before, ...after]), writer.scalar(node.dtype, 0)]), node);
};

export const concat: Row<"concat"> = (writer, operands, node) => {
  const parts = operands.map((_, index) => fullOperand(writer, operands, node, index));
  return valueOf(writer.node("Concat", parts, { axis: node.attributes.axis }), node);
};

export const takeAlongAxis: Row<"takeAlongAxis"> = (writer, operands, node) => {
  const { axis } = node.attributes;
  const length = node.inputs[0]!.shape[axis]!;
  if (length === 0 || node.shape.includes(0))
    return { name: writer.scalar(node.dtype, 0), type: node.dtype, shape: [] };
  const x = fullOperand(writer, operands, node);
  const indices = inRange(writer, fullOperand(writer, operands, node, 1), length);
  return valueOf(writer.node("GatherElements", [x, indices], { axis }), node);
};

/** Many updates may be added at one place, so float32 is accumulated in float64. */
export const scatterAdd: Row<"scatterAdd"> = (writer, operands, node) => {
  const { axis, size } = node.attributes;
  const updates = node.inputs[0]!;
  if (size === 0 || updates.shape.includes(0))
    return { name: writer.scalar(node.dtype, 0), type: node.dtype, shape: [] };
  const wide = node.dtype === "float32" && writer.float64 && updates.shape[axis] !== 1;
  const type = wide ? "float64" : node.dtype;
  const updated = fullOperand(writer, operands, node);
  const indices = inRange(writer, fullOperand(writer, operands, node, 1), size);
  const zeros = writer.full({ name: writer.scalar(type, 0), type, shape: [] }, node.shape);
  const values = wide ? writer.cast(updated, type) : updated;
  const added = writer.node("ScatterElements", [zeros, indices, values], { axis, reduction: "add" });
  if (wide) return valueOf(writer.cast(added, node.dtype), node);
  return { ...valueOf(added, node), ...(updates.shape[axis] === 1 ? { updates: { indices, values, axis } } : {}) };
};

/** Clamps indices: runtimes count negative ones from the end, and others out of range are an error, or silently give 0. */
function inRange(writer: Writer, indices: string, length: number | string): string {
  const last = isConcrete([length])
    ? writer.scalar("int32", (length as number) - 1)
    : writer.node("Sub", [writer.cast(writer.shape([length]), "int32"), writer.constant("int32", [1], [1])]);
  return writer.node("Max", [writer.node("Min", [indices, last]), writer.scalar("int32", 0)]);
}
