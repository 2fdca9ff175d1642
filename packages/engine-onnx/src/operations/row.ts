/** How are rows sorted where NaN has no order, and summed up to each element without losing digits? */
import { type Shape, isConcrete, isFloat } from "@symloss/core/engine";
import { type Row, fullOperand, valueOf } from "../row.ts";
import type { Writer } from "../writer.ts";
import { toInt32 } from "./elementwise.ts";
import { countOf, shortSum } from "./reduction.ts";

/**
 * The runtimes' `TopK` leaves ties in order, and takes NaN for anything: only if a sum shows that there may be one, NaN is sorted as the
 * infinity that comes last, and then behind it.
 */
export const argsort: Row<"argsort"> = (writer, operands, node) => {
  // Of no rows `TopK` fails, and ends the runtime.
  if (node.shape.includes(0)) return { name: writer.scalar("int32", 0), type: "int32", shape: [] };
  const { axis, descending } = node.attributes;
  const { dtype, shape } = node.inputs[0]!;
  const x = fullOperand(writer, operands, node);
  const order = (inner: Writer, name: string, largest: 0 | 1): string =>
    inner.node("TopK", [name, inner.shape([shape[axis]!])], { axis, largest, sorted: 1 }, 1);
  const largest = descending ? 1 : 0;
  const plainOrder = (inner: Writer): string => order(inner, x, largest);
  const carefulOrder = (inner: Writer): string => {
    const isNumber = inner.node("Equal", [x, x]);
    const last = inner.scalar(dtype, descending ? -Infinity : Infinity);
    const first = order(inner, inner.node("Where", [isNumber, x, last]), largest);
    const isNaN = inner.cast(inner.node("Not", [isNumber]), "int32");
    const behind = order(inner, inner.node("GatherElements", [isNaN, first], { axis }), 0);
    return inner.node("GatherElements", [first, behind], { axis });
  };
  const anyOrder = (inner: Writer): string => {
    if (!isFloat(dtype)) return plainOrder(inner);
    const rows = inner.node("ReduceSum", [x, inner.integers([axis])], { keepdims: 0 });
    const total = inner.node("ReduceSum", [rows], { keepdims: 0 });
    const branches = {
      then_branch: inner.branch("int64", shape, carefulOrder),
      else_branch: inner.branch("int64", shape, plainOrder),
    };
    return inner.node("If", [inner.node("IsNaN", [total])], branches);
  };
  return valueOf(writer.cast(unlessEmpty(writer, x, shape, anyOrder), "int32"), node);
};

/** What is built, or, if x has no elements when the model runs, x as integers. */
function unlessEmpty(writer: Writer, x: string, shape: Shape, build: (inner: Writer) => string): string {
  if (isConcrete(shape)) return build(writer);
  const isEmpty = writer.node("Equal", [writer.node("Size", [x]), writer.scalar("int64", 0)]);
  return writer.node("If", [isEmpty], {
    then_branch: writer.branch("int64", shape, (inner) => inner.cast(x, "int64")),
    else_branch: writer.branch("int64", shape, build),
  });
}

/** Added up in float64, as sums are; integers saturate. */
export const cumsum: Row<"cumsum"> = (writer, operands, node) => {
  if (node.shape.includes(0)) return operands[0]!;
  const { axis, reverse } = node.attributes;
  const { dtype, shape } = node;
  const x = fullOperand(writer, operands, node);
  const add = (name: string): string =>
    writer.node("CumSum", [name, writer.scalar("int64", axis)], { exclusive: 0, reverse: reverse ? 1 : 0 });
  const length = countOf(shape, [axis]);
  if (dtype === "float64" || length <= shortSum) return valueOf(add(x), node);
  if (!writer.float64 && dtype === "float32") return valueOf(addByDoubling(writer, x, axis, reverse, length), node);
  if (!writer.float64) return valueOf(add(x), node);
  const sums = add(writer.cast(x, "float64"));
  return valueOf(dtype === "int32" ? toInt32(writer, sums, "float64") : writer.cast(sums, dtype), node);
};

/** For runtimes without float64: each step adds the sums of as many elements as all before it together. */
function addByDoubling(writer: Writer, x: string, axis: number, reverse: boolean, length: number): string {
  let sums = x;
  for (let distance = 1; distance < length; distance *= 2) {
    const part = (start: number, stop: number): string =>
      writer.node("Slice", [sums, ...[[start], [stop], [axis]].map((bounds) => writer.integers(bounds))]);
    const [first, last] = [part(0, length - distance), part(distance, length)];
    const pairs = writer.node("Add", [first, last]);
    const rest = reverse ? part(length - distance, length) : part(0, distance);
    sums = writer.node("Concat", reverse ? [pairs, rest] : [rest, pairs], { axis });
  }
  return sums;
}
