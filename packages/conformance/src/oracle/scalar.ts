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
  atan: (x) => Math.atan2(x, 1),
  lgamma: logGammaNumber,
  digamma: digammaNumber,
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

/** By Stirling's formula far out; towards its zeros at 1 and 2 as the integral of its derivative from there, so that nothing cancels. */
function logGammaNumber(x: number): number {
  if (x <= 0) {
    const fraction = fractionOf(x);
    return fraction === 0
      ? Infinity
      : Math.log(Math.PI / Math.abs(Math.sin(Math.PI * fraction))) - logGammaNumber(1 - x);
  }
  if (x < 0.5) return logGammaNumber(x + 1) - Math.log(x);
  if (x < 2.5) return integral(digammaNumber, x < 1.5 ? 1 : 2, x);
  if (x < 20) return logGammaNumber(x + 1) - Math.log(x);
  const rest = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5) - 1 / (1680 * x ** 7) + 1 / (1188 * x ** 9);
  return x === Infinity ? x : x * Math.log(x) - x - Math.log(x / (2 * Math.PI)) / 2 + rest;
}

/** By the series of log x far out, and by the recurrence there. */
function digammaNumber(x: number): number {
  if (x === 0) return -1 / x;
  if (x < 0) {
    const fraction = fractionOf(x);
    return fraction === 0 ? NaN : digammaNumber(1 - x) - Math.PI / Math.tan(Math.PI * fraction);
  }
  if (x < 20) return digammaNumber(x + 1) - 1 / x;
  const rest = 1 / (12 * x ** 2) - 1 / (120 * x ** 4) + 1 / (252 * x ** 6) - 1 / (240 * x ** 8) + 1 / (132 * x ** 10);
  return Math.log(x) - 1 / (2 * x) - rest;
}

/** The distance to the nearest whole number; 0 of -Infinity, as of all large numbers. */
function fractionOf(x: number): number {
  return x === -Infinity ? 0 : x - Math.round(x);
}

/** By the trapezoidal rule, extrapolated to a step of 0 (Romberg). */
function integral(fn: (x: number) => number, from: number, to: number): number {
  let width = to - from;
  let row = [(width * (fn(from) + fn(to))) / 2];
  for (let level = 1; level <= 6; level++) {
    width /= 2;
    const middles = Array.from({ length: 2 ** (level - 1) }, (_, index) => fn(from + (2 * index + 1) * width));
    const next = [row[0]! / 2 + width * middles.reduce((left, right) => left + right)];
    for (const [order, coarse] of row.entries())
      next.push(next[order]! + (next[order]! - coarse) / (4 ** (order + 1) - 1));
    row = next;
  }
  return row.at(-1)!;
}

/** A number converted to another dtype; floats keep the precision of float64. */
export function convertNumber(x: number, dtype: DType): number {
  if (dtype === "bool") return x === 0 ? 0 : 1;
  if (dtype !== "int32") return Math.abs(x) > largestOf(dtype) ? Math.sign(x) * Infinity : x;
  if (!(x === x)) return 0;
  return x >= 2147483647 ? 2147483647 : x <= -2147483648 ? -2147483648 : Math.trunc(x);
}
