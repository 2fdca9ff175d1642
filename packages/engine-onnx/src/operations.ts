/** Which ONNX nodes compute each operation? Operations missing from this table are rewritten using those in it, before a model is written. */
import type { Operation } from "@symloss/core/engine";
import {
  add,
  cast,
  comparison,
  elementwise,
  pow,
  same,
  sigmoid,
  softplus,
  sub,
  where,
} from "./operations/elementwise.ts";
import {
  broadcastTo,
  concat,
  constant,
  dimensionSize,
  iota,
  pad,
  reshape,
  scatterAdd,
  slice,
  takeAlongAxis,
  transpose,
} from "./operations/movement.ts";
import { argmax, logSoftmax, logSumExp, matmul, max, softmax, sum } from "./operations/reduction.ts";
import { argsort, cumsum } from "./operations/row.ts";
import type { Row } from "./row.ts";

/** The operations for which ONNX has no accurate node; core rewrites them using others. */
type Lowered = "expm1" | "log1p" | "lgamma" | "digamma";

/** An operation that becomes nodes, as all do but inputs; the results of a scan are written together, in `scan.ts`. */
type Written = Exclude<Operation, Lowered | "input" | "scan">;

/** How each operation is written. */
export const operations: { readonly [O in Written]: Row<O> } = {
  constant,
  iota,
  dimensionSize,

  neg: same("Neg"),
  abs: same("Abs"),
  sign: same("Sign"),
  exp: same("Exp"),
  log: same("Log"),
  sqrt: same("Sqrt"),
  tanh: same("Tanh"),
  erf: same("Erf"),
  atan: same("Atan"),
  sigmoid,
  softplus,
  relu: elementwise((writer, [x], dtype) =>
    dtype === "int32" ? writer.node("Max", [x!, writer.scalar(dtype, 0)]) : writer.node("Relu", [x!]),
  ),
  logicalNot: same("Not"),

  add,
  sub,
  mul: same("Mul"),
  div: same("Div"),
  pow,
  maximum: same("Max"),
  minimum: same("Min"),
  equal: same("Equal"),
  less: comparison("Less"),
  lessEqual: comparison("LessOrEqual"),
  logicalAnd: same("And"),
  logicalOr: same("Or"),

  where,
  cast,

  sum,
  max,
  argmax,
  logSumExp,
  softmax,
  logSoftmax,
  argsort,
  cumsum,

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

/** The operations that a graph may contain when it becomes a model. */
export const writtenOperations: readonly Operation[] = ["input", "scan", ...(Object.keys(operations) as Written[])];
