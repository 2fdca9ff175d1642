/** What is one element of each operation, in terms of elements of its operands? Movement is index arithmetic, so nothing is moved. */
import type { Tensor } from "@symloss/core/engine";
import type { Affine, Element } from "./element.ts";
import { elementOfIndex, rowMajor } from "./index-expression.ts";
import { rowOf } from "./loop-operation.ts";
import {
  abs,
  add,
  cast,
  compared,
  div,
  elementwise,
  equal,
  exp,
  mul,
  relu,
  sigmoid,
  softplus,
  sub,
  where,
} from "./operations/elementwise.ts";
import { scatterAdd, takeAlongAxis } from "./operations/indexing.ts";
import { matmul } from "./operations/matmul.ts";
import { broadcastTo, concat, pad, reshape, slice, transpose } from "./operations/movement.ts";
import { sizeOfShape } from "../program/length.ts";
import { argmax, max, sum } from "./operations/reduce.ts";
import { loaded } from "./mapped-rows.ts";
import type { Rows } from "./row.ts";
import { type Context, loadFrom } from "./store.ts";
import type { Window } from "./window.ts";

/** The element of a tensor at an index: a load if the tensor lies in memory. */
export function elementOf(
  context: Context,
  tensor: Tensor,
  index: readonly Affine[],
  window: Window | undefined,
): Element {
  if (window !== undefined) return loadFrom(window, rowMajor(tensor, index), context);
  // No element is ever used; any will do.
  if (tensor.shape.includes(0)) return context.builder.constant(0, tensor.dtype);
  return rowOf(elements, tensor)(tensor, index, context);
}

const elements: Rows = {
  input: (node) => {
    throw new TypeError(`loops: an input must be one of the graph's, got ${node}.`);
  },
  constant: (node, index, context) =>
    node.rank === 0
      ? context.builder.constant(node.attributes.data[0]!, node.dtype)
      : loadFrom(context.materialize(node), rowMajor(node, index), context),
  iota: (_, [position], { builder }) => elementOfIndex(position!, builder),
  dimensionSize: ({ inputs: [x], attributes: { axes }, dtype }, _, { builder }) =>
    builder.length(sizeOfShape(axes.map((axis) => x!.shape[axis]!)), dtype),

  neg: elementwise("neg"),
  abs,
  sign: compared("sign"),
  exp,
  expm1: elementwise("expm1"),
  log: elementwise("log"),
  log1p: elementwise("log1p"),
  sqrt: elementwise("sqrt"),
  tanh: elementwise("tanh"),
  erf: elementwise("erf"),
  atan: elementwise("atan"),
  lgamma: elementwise("lgamma"),
  digamma: elementwise("digamma"),
  sigmoid,
  softplus,
  relu,
  logicalNot: elementwise("logicalNot"),

  add,
  sub,
  mul,
  div,
  pow: elementwise("pow"),
  maximum: elementwise("maximum"),
  minimum: elementwise("minimum"),
  equal,
  less: compared("less"),
  lessEqual: compared("lessEqual"),
  logicalAnd: elementwise("logicalAnd"),
  logicalOr: elementwise("logicalOr"),

  where,
  cast,

  sum,
  max,
  argmax,
  argsort: loaded,
  cumsum: loaded,

  takeAlongAxis,
  scatterAdd,

  reshape,
  transpose,
  broadcastTo,
  slice,
  pad,
  concat,

  matmul,
};
