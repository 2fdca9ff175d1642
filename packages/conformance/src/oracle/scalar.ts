/** What does each elementwise operation return for single numbers? Defined here again, in float64, independently of core. */
import type { DType } from "@symloss/core";
import type { BinaryOperation, UnaryOperation } from "@symloss/core/engine";
import { largestOf } from "../tolerance.ts";

/** From one number; bools are 0 and 1. */
export const unaryNumber: { readonly [O in UnaryOperation]: (x: number) => number } = {
  neg: (x) => 0 - x,
  abs: (x) => (x < 0 ? -x : x),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : x),
  exp: (x) => Math.exp(x),
  expm1: (x) => Math.expm1(x),
  log: (x) => Math.log(x),
  log1p: (x) => Math.log1p(x),
  sqrt: (x) => Math.sqrt(x),
  tanh: (x) => Math.tanh(x),
  erf: (x) => (Math.abs(x) < 3 ? errorSeries(x) : Math.sign(x) * (1 - tailOfError(Math.abs(x)))),
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  softplus: (x) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))),
  relu: (x) => (x < 0 ? 0 : x),
  logicalNot: (x) => (x === 0 ? 1 : 0),
};

/** From two numbers; bools are 0 and 1. */
export const binaryNumber: { readonly [O in BinaryOperation]: (x: number, y: number) => number } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: (x, y) => x ** y,
  maximum: (x, y) => (x > y ? x : y >= x ? y : NaN),
  minimum: (x, y) => (x < y ? x : y <= x ? y : NaN),
  equal: (x, y) => (x === y ? 1 : 0),
  less: (x, y) => (x < y ? 1 : 0),
  lessEqual: (x, y) => (x <= y ? 1 : 0),
  logicalAnd: (x, y) => (x === 0 || y === 0 ? 0 : 1),
  logicalOr: (x, y) => (x === 0 && y === 0 ? 0 : 1),
};

/** 2 / sqrt(pi) exp(-x^2) times the sum of 2^n x^(2 n + 1) / (1 3 5 .. (2 n + 1)): terms of one sign, so that nothing cancels. */
function errorSeries(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > Math.abs(total) * 2 ** -54; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/** 1 - erf(x) far from 0, as a continued fraction. */
function tailOfError(x: number): number {
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}

/** A number converted to another dtype; floats keep the precision of float64. */
export function convertNumber(x: number, dtype: DType): number {
  if (dtype === "bool") return x === 0 ? 0 : 1;
  if (dtype !== "int32") return Math.abs(x) > largestOf(dtype) ? Math.sign(x) * Infinity : x;
  if (!(x === x)) return 0;
  return x >= 2147483647 ? 2147483647 : x <= -2147483648 ? -2147483648 : Math.trunc(x);
}
