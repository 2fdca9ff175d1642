/**
 * What does each operation compute? With conformance's oracle this is their living definition: obvious loops that share no code with
 * generated programs.
 */
import type { Operation } from "@symloss/core/engine";
import { binary, cast, unary, where } from "./operations/elementwise.ts";
import { scatterAdd, takeAlongAxis } from "./operations/indexing.ts";
import { matmul } from "./operations/matmul.ts";
import {
  broadcastTo,
  concat,
  dimensionSize,
  given,
  iota,
  pad,
  reshape,
  slice,
  transpose,
} from "./operations/movement.ts";
import { argmax, logSoftmax, logSumExp, max, softmax, sum } from "./operations/reduce.ts";
import { argsort, cumsum } from "./operations/row.ts";
import type { Row } from "./row.ts";

/** How the result of each operation comes from its operands; `scan.ts` has those of a scan, which are computed together. */
export const operations: { readonly [O in Exclude<Operation, "scan">]: Row<O> } = {
  input: given,
  constant: given,
  iota,
  dimensionSize,

  neg: unary("neg"),
  abs: unary("abs"),
  sign: unary("sign"),
  exp: unary("exp"),
  expm1: unary("expm1"),
  log: unary("log"),
  log1p: unary("log1p"),
  sqrt: unary("sqrt"),
  tanh: unary("tanh"),
  erf: unary("erf"),
  atan: unary("atan"),
  lgamma: unary("lgamma"),
  digamma: unary("digamma"),
  sigmoid: unary("sigmoid"),
  softplus: unary("softplus"),
  relu: unary("relu"),
  logicalNot: unary("logicalNot"),

  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  pow: binary("pow"),
  maximum: binary("maximum"),
  minimum: binary("minimum"),
  equal: binary("equal"),
  less: binary("less"),
  lessEqual: binary("lessEqual"),
  logicalAnd: binary("logicalAnd"),
  logicalOr: binary("logicalOr"),

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
