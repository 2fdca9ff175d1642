/** How large may an engine's error be? It depends on the precision class, the dtype and the operation. */
import { type DType, DTypeError, type EngineTraits } from "@symloss/core";
import { type AnyOperation, type Operation, type OptionRule, allOperations, requireRule } from "@symloss/core/engine";
import { choiceRule, holdsAll } from "./rules.ts";

/** The precision class that an engine declares. */
export type Precision = EngineTraits["precision"];

/** |got - want| <= absolute * max|want| + relative * |want|: for whole formulas, losses and gradients. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** The tolerance of whole formulas. */
export function toleranceOf(precision: Precision, dtype: DType): Tolerance {
  requireRule("toleranceOf", "precision", precisionRule, precision);
  return dtype === "float64" ? { absolute: 1e-12, relative: 1e-12 } : formulas[precision];
}

/** The error that a tolerance allows for each element. */
export function allowedBy(tolerance: Tolerance, values: ArrayLike<number>): (index: number) => number {
  requireRule("allowedBy", "tolerance", toleranceRule, tolerance);
  requireRule("allowedBy", "values", numbersRule, values);
  const { absolute, relative } = tolerance;
  let largest = 0;
  for (let index = 0; index < values.length; index++) {
    const size = Math.abs(values[index]!);
    if (Number.isFinite(size) && size > largest) largest = size;
  }
  return (index) => absolute * largest + relative * Math.abs(values[index]!);
}

/** The error that a single operation may add to its result, in units of the dtype's epsilon (one unit in the last place of 1). */
export interface Rounding {
  /** Multiplied by the magnitude of the result; for sums, by that of all terms; for logarithms of sums, by at least 1. */
  readonly ulps: number;
  /** Multiplied by the magnitudes of the result and the exponent, because the argument of an exponential is itself rounded. */
  readonly ulpsPerExponent?: number;
  /** Independent of the result, as for the logarithm near 1 on a GPU. */
  readonly absolute?: number;
  /** A result of at most this magnitude may become 0. */
  readonly floor: number;
}

/** The rounding of an operation whose operands and result have this dtype. */
export function roundingOf(operation: Operation, dtype: DType, precision: Precision): Rounding {
  requireRule("roundingOf", "operation", operationRule, operation);
  requireRule("roundingOf", "precision", precisionRule, precision);
  return roundingOfNode(operation, dtype, precision);
}

/** Like `roundingOf`, but also for annotations, which do not round. */
export function roundingOfNode(operation: AnyOperation, dtype: DType, precision: Precision): Rounding {
  if (dtype === "bool" || dtype === "int32") return { ulps: 0, floor: 0 };
  const [table, floor] = dtype === "float64" ? [float64, floors.float64] : [single[precision], floors[precision]];
  return { ulps: 0, floor, ...table[operation as Operation] };
}

/** One unit in the last place of 1. */
export function epsilonOf(dtype: DType): number {
  return dtype === "float64" ? 2 ** -52 : 2 ** -23;
}

/** The largest finite number of the dtype. */
export function largestOf(dtype: DType): number {
  return dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
}

/** Integers up to this magnitude are exact on every engine. */
export const largestExactInteger: number = 2 ** 24;

/** The relative error allowed for a sum of ten million float32 values of one sign. */
export const sumTolerance = 1e-6;

const operationRule = choiceRule(allOperations);

const toleranceRule: OptionRule = {
  must: "{ absolute, relative }, two numbers",
  holds: (value) => holdsAll(value, { absolute: "number", relative: "number" }),
  error: DTypeError,
};

const numbersRule: OptionRule = {
  must: "a list of numbers, or a typed array of them",
  holds: (value) =>
    (ArrayBuffer.isView(value) && "length" in value && typeof (value as { readonly 0?: unknown })[0] !== "bigint") ||
    (Array.isArray(value) && Array.from(value).every((item) => typeof item === "number")),
  error: DTypeError,
};

const formulas: Record<Precision, Tolerance> = {
  float32: { absolute: 1e-6, relative: 1e-5 },
  gpu: { absolute: 1e-5, relative: 5e-5 },
};

const precisionRule = choiceRule(Object.keys(formulas));

type RoundingTable = { readonly [O in Operation]?: Partial<Rounding> };

/** Half a unit is correct rounding; slightly more, because the expected value is itself rounded. */
const correctlyRounded = 0.5001;

const smallestNormal = 2 ** -126;

const floors: Record<Precision | "float64", number> = {
  // The smallest subnormal number.
  float32: 2 ** -149,
  float64: 2 ** -1074,
  gpu: smallestNormal,
};

/** The relative error of a sum of one sign is at most 1e-6; matrix products and scattered additions are sums too. */
const summed: Partial<Rounding> = { ulps: sumTolerance / 2 ** -23 };

const single: Record<Precision, RoundingTable> = {
  float32: {
    add: { ulps: correctlyRounded },
    sub: { ulps: correctlyRounded },
    mul: { ulps: correctlyRounded },
    div: { ulps: correctlyRounded },
    sqrt: { ulps: correctlyRounded },
    cast: { ulps: correctlyRounded },
    exp: { ulps: 4, floor: smallestNormal },
    expm1: { ulps: 8, floor: smallestNormal },
    log: { ulps: 4 },
    log1p: { ulps: 8, floor: smallestNormal },
    tanh: { ulps: 8, floor: smallestNormal },
    erf: { ulps: 8, floor: smallestNormal },
    atan: { ulps: 4, floor: smallestNormal },
    // Where terms of this size cancel: at zeros but those at 1 and 2, which cases of their own hold to their digits.
    lgamma: { ulps: 8, absolute: 2 ** -21, floor: smallestNormal },
    digamma: { ulps: 8, absolute: 2 ** -21, floor: smallestNormal },
    sigmoid: { ulps: 8, floor: smallestNormal },
    softplus: { ulps: 8, floor: smallestNormal },
    pow: { ulps: 8, floor: smallestNormal },
    sum: summed,
    cumsum: summed,
    scatterAdd: summed,
    matmul: summed,
    logSumExp: { ulps: 4 },
    logSoftmax: { ulps: 4 },
    softmax: { ulps: 8, ulpsPerExponent: 1, floor: smallestNormal },
  },
  gpu: {
    add: { ulps: 1 },
    sub: { ulps: 1 },
    mul: { ulps: 1 },
    div: { ulps: 3 },
    sqrt: { ulps: 3 },
    cast: { ulps: 1 },
    exp: { ulps: 16, ulpsPerExponent: 2 },
    expm1: { ulps: 16, ulpsPerExponent: 2 },
    log: { ulps: 8, absolute: 2 ** -21 },
    log1p: { ulps: 16 },
    tanh: { ulps: 16 },
    erf: { ulps: 16 },
    atan: { ulps: 16 },
    lgamma: { ulps: 16, absolute: 2 ** -20 },
    digamma: { ulps: 16, absolute: 2 ** -20 },
    sigmoid: { ulps: 16, ulpsPerExponent: 2 },
    softplus: { ulps: 16, ulpsPerExponent: 2 },
    pow: { ulps: 16, ulpsPerExponent: 4 },
    sum: summed,
    cumsum: summed,
    scatterAdd: summed,
    matmul: { ulps: 2 * (sumTolerance / 2 ** -23) },
    logSumExp: { ulps: 16 },
    logSoftmax: { ulps: 16 },
    softmax: { ulps: 16, ulpsPerExponent: 4 },
  },
};

/** A relative error of 1e-12 for every operation that rounds. */
const fine: Partial<Rounding> = { ulps: 1e-12 / 2 ** -52, floor: 2 ** -1022 };

const float64: RoundingTable = {
  add: { ulps: correctlyRounded },
  sub: { ulps: correctlyRounded },
  mul: { ulps: correctlyRounded },
  div: { ulps: correctlyRounded },
  sqrt: { ulps: correctlyRounded },
  exp: fine,
  expm1: fine,
  log: fine,
  log1p: fine,
  tanh: fine,
  erf: fine,
  atan: fine,
  lgamma: { ...fine, absolute: 1e-13 },
  digamma: { ...fine, absolute: 1e-13 },
  sigmoid: fine,
  softplus: fine,
  pow: fine,
  sum: fine,
  cumsum: fine,
  scatterAdd: fine,
  matmul: fine,
  logSumExp: fine,
  logSoftmax: fine,
  softmax: fine,
};
