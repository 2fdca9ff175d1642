/** What does each elementwise operation compute from single numbers? The definition, in float64; the caller rounds to the dtype. */
import { errorFunction } from "./error-function.ts";
import { digamma, logGamma } from "./gamma-function.ts";
import type { BinaryOperation, UnaryOperation } from "../tensor/operation.ts";

/** From one number; bools are 0 and 1. */
export const unaryScalar: { readonly [O in UnaryOperation]: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  erf: errorFunction,
  atan: Math.atan,
  lgamma: logGamma,
  digamma,
  sigmoid: (x) => {
    // The argument of exp is never positive: no overflow, and the left tail keeps its digits.
    const small = Math.exp(-Math.abs(x));
    return (x < 0 ? small : 1) / (1 + small);
  },
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  relu: (x) => Math.max(x, 0),
  logicalNot: (x) => (x === 0 ? 1 : 0),
};

/** From two numbers; bools are 0 and 1. */
export const binaryScalar: { readonly [O in BinaryOperation]: (x: number, y: number) => number } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: Math.pow,
  maximum: Math.max,
  minimum: Math.min,
  equal: (x, y) => (x === y ? 1 : 0),
  less: (x, y) => (x < y ? 1 : 0),
  lessEqual: (x, y) => (x <= y ? 1 : 0),
  logicalAnd: (x, y) => (x !== 0 && y !== 0 ? 1 : 0),
  logicalOr: (x, y) => (x !== 0 || y !== 0 ? 1 : 0),
};
