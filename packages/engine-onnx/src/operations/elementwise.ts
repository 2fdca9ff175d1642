/** How are elementwise operations written? ONNX broadcasts by itself, so no operand is expanded. */
import { broadcastShapes } from "@symloss/core";
import { type DType, type Operation, type Tensor, isFloat, sameShape } from "@symloss/core/engine";
import { type Row, valueOf } from "../row.ts";
import type { ModelValue, Writer } from "../writer.ts";

/** Writes the nodes for operands of this dtype. */
type Write = (writer: Writer, names: readonly string[], dtype: DType) => string;

/** A single ONNX operation with the same meaning. */
export function same<O extends Operation>(type: string): Row<O> {
  return elementwise((writer, names) => writer.node(type, names));
}

/** An operation that takes several nodes; `write` is given the operands' names and the dtype of the first. */
export function elementwise<O extends Operation>(write: Write): Row<O> {
  return (writer, operands, node) => ({
    name: write(
      writer,
      operands.map(({ name }) => name),
      node.inputs[0]!.dtype,
    ),
    type: node.dtype,
    shape: broadcastShapes(...operands.map(({ shape }) => shape))!,
  });
}

/** Updates are scattered directly into the other operand, instead of into zeros that are then added to it. */
export const add: Row<"add"> = (writer, operands, node) => {
  const [x, y] = operands as [ModelValue, ModelValue];
  return addUpdates(writer, x, y, node) ?? addUpdates(writer, y, x, node) ?? same("Add")(writer, operands, node);
};

/** Like `add`, for updates minus another operand. */
export const sub: Row<"sub"> = (writer, operands, node) => {
  const [x, y] = operands as [ModelValue, ModelValue];
  const negated = (): ModelValue => ({ ...y, name: writer.node("Neg", [y.name]) });
  return (x.updates && addUpdates(writer, x, negated(), node)) ?? same("Sub")(writer, operands, node);
};

function addUpdates(
  writer: Writer,
  { updates, shape }: ModelValue,
  to: ModelValue,
  node: Tensor,
): ModelValue | undefined {
  if (updates === undefined || !sameShape(shape, node.shape)) return undefined;
  const { indices, values, axis } = updates;
  const inputs = [writer.full(to, node.shape), indices, values];
  return valueOf(writer.node("ScatterElements", inputs, { axis, reduction: "add" }), node);
}

/** ONNX's comparisons take no bools; compared as integers, false is the smaller. */
export function comparison<O extends "less" | "lessEqual">(type: string): Row<O> {
  return elementwise((writer, names, dtype) =>
    writer.node(type, dtype === "bool" ? names.map((name) => writer.cast(name, "int32")) : names),
  );
}

/** The runtimes' `Sigmoid` loses all digits below about -17, where the exponential keeps them. */
export const sigmoid: Row<"sigmoid"> = elementwise((writer, [x], dtype) => {
  const { decay, onePlusDecay } = decayOf(writer, x!, dtype);
  const negative = writer.node("Less", [x!, writer.scalar(dtype, 0)]);
  const numerator = writer.node("Where", [negative, decay, writer.scalar(dtype, 1)]);
  return writer.node("Div", [numerator, onePlusDecay]);
});

/** max(x, 0) + log(1 + exp(-|x|)); the runtimes' `Softplus` is ten times slower, and does not exist for float64. */
export const softplus: Row<"softplus"> = elementwise((writer, [x], dtype) => {
  const { decay, onePlusDecay } = decayOf(writer, x!, dtype);
  const logarithm = log1p(writer, decay, onePlusDecay, dtype);
  return writer.node("Add", [writer.node("Relu", [x!]), logarithm]);
});

/** log(1 + x) in Kahan's form, for x >= 0, given x and 1 + x. */
export function log1p(writer: Writer, x: string, onePlusX: string, dtype: DType): string {
  const one = writer.scalar(dtype, 1);
  // The rounding error of 1 + x is in its logarithm too, so it cancels in the quotient.
  const exact = writer.node("Div", [
    writer.node("Mul", [x, writer.node("Log", [onePlusX])]),
    writer.node("Sub", [onePlusX, one]),
  ]);
  return writer.node("Where", [writer.node("Equal", [onePlusX, one]), x, exact]);
}

/** exp(-|x|), which never overflows, and 1 + exp(-|x|); softplus and its gradient share them. */
function decayOf(writer: Writer, x: string, dtype: DType): { decay: string; onePlusDecay: string } {
  const decay = writer.node("Exp", [writer.node("Neg", [writer.node("Abs", [x])])]);
  return { decay, onePlusDecay: writer.node("Add", [decay, writer.scalar(dtype, 1)]) };
}

/** Like `Math.pow`, which gives NaN for 1 or -1 to a power that is not finite; ONNX's `Pow` gives 1. Integers are computed in float64. */
export const pow: Row<"pow"> = elementwise((writer, [x, y], dtype) => {
  if (!isFloat(dtype)) {
    const wide = writer.float64 ? "float64" : "float32";
    return toInt32(writer, writer.node("Pow", [writer.cast(x!, wide), writer.cast(y!, wide)]), wide);
  }
  const power = writer.node("Pow", [x!, y!]);
  // x - x is 0 unless x is not finite.
  const open = writer.node("Not", [writer.node("Equal", [writer.node("Sub", [y!, y!]), writer.scalar(dtype, 0)])]);
  const unit = writer.node("Equal", [writer.node("Abs", [x!]), writer.scalar(dtype, 1)]);
  return writer.node("Where", [writer.node("And", [open, unit]), writer.scalar(dtype, NaN), power]);
});

/** The runtimes' `Where` takes no bools. */
export const where: Row<"where"> = (writer, operands, node) => {
  const [condition, x, y] = operands.map(({ name }) => name) as [string, string, string];
  const name =
    node.dtype === "bool"
      ? writer.node("Or", [
          writer.node("And", [condition, x]),
          writer.node("And", [writer.node("Not", [condition]), y]),
        ])
      : writer.node("Where", [condition, x, y]);
  return { name, type: node.dtype, shape: broadcastShapes(...operands.map(({ shape }) => shape))! };
};

export const cast: Row<"cast"> = (writer, [x], node) => {
  const from = node.inputs[0]!.dtype;
  const name =
    isFloat(from) && node.dtype === "int32" ? toInt32(writer, x!.name, from) : writer.cast(x!.name, node.dtype);
  return { name, type: node.dtype, shape: x!.shape };
};

/** Truncated, saturated, and 0 for NaN: the runtimes' casts differ for values that do not fit. */
export function toInt32(writer: Writer, name: string, from: DType): string {
  const isNumber = writer.node("Equal", [name, name]);
  const number = writer.node("Where", [isNumber, name, writer.scalar(from, 0)]);
  if (!writer.float64) {
    // 2^31 - 1 is not a float32 value, so values of 2^31 and above are handled separately.
    const limit = writer.scalar(from, 2147483648);
    const largest = writer.scalar("int32", 2147483647);
    const small = writer.node("Less", [number, limit]);
    const bounded = writer.node("Max", [
      writer.node("Where", [small, number, writer.scalar(from, 0)]),
      writer.scalar(from, -2147483648),
    ]);
    return writer.node("Where", [small, writer.cast(bounded, "int32"), largest]);
  }
  const wide = from === "float64" ? number : writer.cast(number, "float64");
  const least = writer.scalar("float64", -2147483648);
  const most = writer.scalar("float64", 2147483647);
  return writer.cast(writer.node("Max", [writer.node("Min", [wide, most]), least]), "int32");
}
