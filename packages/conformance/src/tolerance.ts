/** How far may an engine be off? By its class of precision, the dtype and the operation. */
import { type DType, DTypeError, type EngineTraits } from "@symloss/core";
import { type AnyOperation, type Operation, type OptionRule, allOperations, requireRule } from "@symloss/core/engine";
import { choiceRule, holdsAll } from "./rules.ts";

/** A class of accuracy that an engine declares. */
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

/** How far each element may be off under a tolerance. */
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

/** The error that a single operation may add to its result, in units of the dtype's epsilon (one of the last place at 1). */
export interface Rounding {
  /** Times the size of the result: for sums that of all that is summed, for logarithms of sums 1 at least. */
  readonly ulps: number;
  /** Times the size of the result and the size of the exponent: the argument of an exponential is itself rounded. */
  readonly ulpsPerExponent?: number;
  /** Whatever the result, as the logarithm near 1 of a graphics card. */
  readonly absolute?: number;
  /** A result so small may become 0. */
  readonly floor: number;
}

/** The rounding of an operation whose operands and result have this dtype. */
export function roundingOf(operation: Operation, dtype: DType, precision: Precision): Rounding {
  requireRule("roundingOf", "operation", operationRule, operation);
  requireRule("roundingOf", "precision", precisionRule, precision);
  return roundingOfNode(operation, dtype, precision);
}

/** As `roundingOf`, of annotations too, which round nothing. */
export function roundingOfNode(operation: AnyOperation, dtype: DType, precision: Precision): Rounding {
  if (dtype === "bool" || dtype === "int32") return { ulps: 0, floor: 0 };
  const [table, floor] = dtype === "float64" ? [float64, floors.float64] : [single[precision], floors[precision]];
  return { ulps: 0, floor, ...table[operation as Operation] };
}

/** One unit in the last place of 1. */
export function epsilonOf(dtype: DType): number {
  return dtype === "float64" ? 2 ** -52 : 2 ** -23;
}

/** Above this a number of the dtype is infinite. */
export function largestOf(dtype: DType): number {
  return dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
}

/** Up to this size integers are exact on every engine. */
export const largestExactInteger: number = 2 ** 24;

/** Sums of ten million float32 of one sign: the relative error that is allowed. */
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

/** Half a unit is correct rounding; a hair more, for the expectation is itself rounded. */
const correctlyRounded = 0.5001;

const smallestNormal = 2 ** -126;

const floors: Record<Precision | "float64", number> = {
  // One step of the subnormal numbers.
  float32: 2 ** -149,
  float64: 2 ** -1074,
  gpu: smallestNormal,
};

/** A sum of one sign is off by 1e-6 at most; products and additions at indices sum likewise. */
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
    sigmoid: { ulps: 8, floor: smallestNormal },
    softplus: { ulps: 8, floor: smallestNormal },
    pow: { ulps: 8, floor: smallestNormal },
    sum: summed,
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
    sigmoid: { ulps: 16, ulpsPerExponent: 2 },
    softplus: { ulps: 16, ulpsPerExponent: 2 },
    pow: { ulps: 16, ulpsPerExponent: 4 },
    sum: summed,
    scatterAdd: summed,
    matmul: { ulps: 2 * (sumTolerance / 2 ** -23) },
    logSumExp: { ulps: 16 },
    logSoftmax: { ulps: 16 },
    softmax: { ulps: 16, ulpsPerExponent: 4 },
  },
};

/** 1e-12 of what rounds at all. */
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
  sigmoid: fine,
  softplus: fine,
  pow: fine,
  sum: fine,
  scatterAdd: fine,
  matmul: fine,
  logSumExp: fine,
  logSoftmax: fine,
  softmax: fine,
};
