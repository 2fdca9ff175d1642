/** How are reductions and the softmax family written so that sums keep their digits and NaN is not lost? */
import { broadcastShapes } from "@symloss/core";
import {
  type DType,
  type Dimension,
  type NodeOf,
  type Operation,
  type Shape,
  dropAxes,
  isConcrete,
  isFloat,
  sizeOf,
} from "@symloss/core/engine";
import { type Row, fullOperand, valueOf } from "../row.ts";
import type { ModelValue, Writer } from "../writer.ts";
import { log1p, toInt32 } from "./elementwise.ts";

/** Up to this many terms, a running sum in float32 is accurate to 1e-6, whatever they are. */
export const shortSum = 16;
/** Up to this many terms of different sizes, a running sum in float32 is accurate to about that. */
const shortLine = 256;
/** The same for the runtimes' kernels that add in sixteen lanes. */
const manyLanes = 16 * shortLine;

/** Floats are summed in float64, because the runtimes' kernels accumulate in float32 one after another; integers saturate. */
export const sum: Row<"sum"> = (writer, operands, node) => {
  const { axes } = node.attributes;
  if (axes.length === 0) return operands[0]!;
  const x = fullOperand(writer, operands, node);
  return valueOf(sumOf(writer, x, node.dtype, node.inputs[0]!.shape, axes), node);
};

/** The sum with its axes dropped, or kept with length 1. */
function sumOf(
  writer: Writer,
  x: string,
  dtype: DType,
  shape: Shape,
  axes: readonly number[],
  keepdims: 0 | 1 = 0,
): string {
  const add = (name: string): string => writer.node("ReduceSum", [name, writer.integers(axes)], { keepdims });
  if (dtype === "float64" || countOf(shape, axes) <= shortSum) return add(x);
  if (!writer.float64 && dtype === "float32") {
    const dropped = sumInBlocks(writer, x, shape, axes);
    return keepdims === 0 ? dropped : writer.node("Unsqueeze", [dropped, writer.integers(axes)]);
  }
  if (!writer.float64) return add(x);
  const total = add(writer.cast(x, "float64"));
  return dtype === "int32" ? toInt32(writer, total, "float64") : writer.cast(total, dtype);
}

/** For runtimes without float64: halves are added pairwise until one element is left. */
function sumInBlocks(writer: Writer, x: string, shape: Shape, axes: readonly number[]): string {
  const kept = dropAxes(shape, axes);
  const order = [...shape.keys()].filter((axis) => !axes.includes(axis));
  let length = countOf(shape, axes);
  let rest = writer.node(
    "Reshape",
    [writer.node("Transpose", [x], { perm: [...order, ...axes] }), writer.shape([...kept, length])],
    { allowzero: 1 },
  );
  while (length > 1) {
    const half = Math.ceil(length / 2);
    const part = (start: number, stop: number): string =>
      writer.node("Slice", [rest, writer.integers([start]), writer.integers([stop]), writer.integers([kept.length])]);
    const pairs = writer.node("Add", [part(0, length - half), part(half, length)]);
    rest = 2 * half === length ? pairs : writer.node("Concat", [pairs, part(half - 1, half)], { axis: kept.length });
    length = half;
  }
  return writer.node("Reshape", [rest, writer.shape(kept)], { allowzero: 1 });
}

/** The runtimes' `ReduceMax` ignores NaN unless it comes first; a sum of absolute values is NaN exactly if an element is. */
export const max: Row<"max"> = (writer, operands, node) => {
  const { axes } = node.attributes;
  if (axes.length === 0) return operands[0]!;
  const x = fullOperand(writer, operands, node);
  const largest = writer.node("ReduceMax", [x], { axes, keepdims: 0 });
  if (!isFloat(node.dtype)) return valueOf(largest, node);
  const sizes = writer.node("ReduceL1", [x], { axes, keepdims: 0 });
  const isNumber = writer.node("Equal", [sizes, sizes]);
  return valueOf(writer.node("Where", [isNumber, largest, sizes]), node);
};

/** The runtimes' `ArgMax` ignores NaN: only if a sum shows that there may be one is the first NaN searched for. */
export const argmax: Row<"argmax"> = (writer, operands, node) => {
  const { axis } = node.attributes;
  const { dtype } = node.inputs[0]!;
  const x = fullOperand(writer, operands, node);
  const largestIn = (inner: Writer, name: string): string => inner.node("ArgMax", [name], { axis, keepdims: 0 });
  if (!isFloat(dtype)) {
    const numbers = dtype === "bool" ? writer.cast(x, "uint8") : x;
    return valueOf(writer.cast(largestIn(writer, numbers), "int32"), node);
  }
  const lines = writer.node("ReduceSum", [x, writer.integers([axis])], { keepdims: 0 });
  const total = writer.node("ReduceSum", [lines], { keepdims: 0 });
  const plain = writer.branch("int64", node.shape, (inner) => largestIn(inner, x));
  const careful = writer.branch("int64", node.shape, (inner) => {
    const isNaN = inner.cast(inner.node("Not", [inner.node("Equal", [x, x])]), "uint8");
    const anyNaN = inner.cast(inner.node("ReduceMax", [isNaN], { axes: [axis], keepdims: 0 }), "bool");
    return inner.node("Where", [anyNaN, largestIn(inner, isNaN), largestIn(inner, x)]);
  });
  const index = writer.node("If", [writer.node("IsNaN", [total])], { then_branch: careful, else_branch: plain });
  return valueOf(writer.cast(index, "int32"), node);
};

/**
 * The runtimes' `ReduceLogSumExp` subtracts an infinite maximum, and loses NaN next to one: here the shift is always finite.
 * The term of the largest element, exp(0) = 1, is left out of the sum, where it would absorb the digits of small ones.
 */
export const logSumExp: Row<"logSumExp"> = (writer, operands, node) => {
  const { axis } = node.attributes;
  const { shape } = node.inputs[0]!;
  const { dtype } = node;
  if (shape[axis] === 0) return constantOf(writer, node, -Infinity);
  const x = fullOperand(writer, operands, node);
  const index = writer.node("ArgMax", [x], { axis, keepdims: 1 });
  const largest = writer.node("GatherElements", [x, index], { axis });
  const zero = writer.scalar(dtype, 0);
  const isFinite = writer.node("Equal", [writer.node("Sub", [largest, largest]), zero]);
  const shift = writer.node("Where", [isFinite, largest, zero]);
  const powers = writer.node("Exp", [writer.node("Sub", [x, shift])]);
  const none = writer.node("Sub", [shift, shift]);
  const smaller = writer.node("ScatterElements", [powers, index, none], { axis });
  const others = sumOf(writer, smaller, dtype, shape, [axis], 1);
  // If the largest is infinite, the sum is infinite or NaN itself, and needs no logarithm.
  const rest = writer.node("Where", [isFinite, log1pOf(writer, others, dtype), others]);
  return valueOf(writer.node("Squeeze", [writer.node("Add", [largest, rest]), writer.integers([axis])]), node);
};

/** Computed in float64 if the axis is too long for a sum in float32. */
export const softmax: Row<"softmax"> = (writer, operands, node) => {
  // The softmax of an empty tensor is empty; a kernel may reject it.
  if (node.shape.includes(0)) return operands[0]!;
  const { axis } = node.attributes;
  const x = fullOperand(writer, operands, node);
  const share = (name: string): string => writer.node("Softmax", [name], { axis });
  const long = countOf(node.shape, [axis]) > manyLanes;
  if (node.dtype === "float64" || !long || !writer.float64) return valueOf(share(x), node);
  return valueOf(writer.cast(share(writer.cast(x, "float64")), node.dtype), node);
};

/**
 * The runtimes' `LogSoftmax` loses the digits of a probability near 1, and in float64 turns NaN into numbers. `Softmax` gets both
 * right: the logarithm of the largest probability is -log1p(sum of the others / the largest). The total cancels in this quotient,
 * however long an axis the kernel has summed in float32.
 */
export const logSoftmax: Row<"logSoftmax"> = (writer, operands, node) => {
  if (node.shape.includes(0)) return operands[0]!;
  const { axis } = node.attributes;
  const { dtype, shape } = node;
  const x = fullOperand(writer, operands, node);
  const index = writer.node("ArgMax", [x], { axis, keepdims: 1 });
  const ofLargest = (name: string): string => writer.node("GatherElements", [name, index], { axis });
  const shares = writer.node("Softmax", [x], { axis });
  const share = ofLargest(shares);
  const none = writer.node("Sub", [share, share]);
  const smaller = writer.node("ScatterElements", [shares, index, none], { axis });
  const others = sumOf(writer, smaller, dtype, shape, [axis], 1);
  const rest = log1pOf(writer, writer.node("Div", [others, share]), dtype);
  const result = writer.node("Sub", [writer.node("Sub", [x, ofLargest(x)]), rest]);
  return valueOf(writer.node("ScatterElements", [result, index, writer.node("Neg", [rest])], { axis }), node);
};

function log1pOf(writer: Writer, x: string, dtype: DType): string {
  return log1p(writer, x, writer.node("Add", [x, writer.scalar(dtype, 1)]), dtype);
}

/**
 * Products of float32 are summed in float64 if there are many.
 * ONNX broadcasts the leading axes by itself, but not to a length of 0, which a named length may be.
 */
export const matmul: Row<"matmul"> = (writer, operands, node) => {
  const depth = countOf(node.inputs[0]!.shape, [node.shape.length - 1]);
  if (depth === 0 || node.shape.includes(0)) return constantOf(writer, node, 0);
  const repeats = isConcrete(node.shape.slice(0, -2));
  const shapes = operands.map(({ shape }, index) => {
    const whole = node.inputs[index]!.shape;
    return repeats ? [...shape.slice(0, -2), ...whole.slice(-2)] : whole;
  });
  const names = operands.map((operand, index) => writer.full(operand, shapes[index]!));
  const wide = depth > shortLine && node.dtype === "float32" && writer.float64;
  // Runtimes from 2023 fuse a transpose into a float64 MatMul, and then have no kernel for it.
  const product = wide
    ? writer.node("Einsum", ofOneRank(writer, names, shapes, "float64"), { equation: "...ij,...jk->...ik" })
    : writer.node("MatMul", names);
  const leading = broadcastShapes(...shapes.map((shape) => shape.slice(0, -2)))!;
  return {
    name: wide ? writer.cast(product, "float32") : product,
    type: node.dtype,
    shape: [...leading, ...node.shape.slice(-2)],
  };
};

/** The operands in this type, padded with leading axes of length 1 to the same rank, as Einsum requires. */
function ofOneRank(writer: Writer, names: readonly string[], shapes: readonly Shape[], type: DType): string[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return names.map((name, index) => {
    const wide = writer.cast(name, type);
    const missing = rank - shapes[index]!.length;
    return missing === 0 ? wide : writer.node("Unsqueeze", [wide, writer.integers([...Array(missing).keys()])]);
  });
}

/** A node with one value everywhere, written as a scalar that broadcasts to its shape. */
function constantOf(writer: Writer, node: NodeOf<Operation>, value: number): ModelValue {
  return { name: writer.scalar(node.dtype, value), type: node.dtype, shape: [] };
}

/** The number of elements along these axes; Infinity if one has a name. */
export function countOf(shape: Shape, axes: readonly number[]): number {
  const lengths: Dimension[] = axes.map((axis) => shape[axis]!);
  return isConcrete(lengths) ? sizeOf(lengths) : Infinity;
}
