/** How far are predictions of numbers from the right ones? All of it follows from exact sums of both, their squares and their products. */
import type { TensorLike } from "@symloss/core";
import { type ExactSum, notFinite, unitBits } from "../exact/exact-sum.ts";
import { roundRatio } from "../exact/round-ratio.ts";
import { type Statistic, floatColumnOf } from "../statistic.ts";
import { kindOfSums } from "./sums.ts";

/** What the moments of targets and predictions tell; each number is rounded once, roots a second time, and nothing cancels. */
export interface MomentsResult {
  readonly count: number;
  readonly meanSquaredError: number;
  readonly rootMeanSquaredError: number;
  /** The share of the targets' variance that is not left, with the offset of the predictions counted as an error. */
  readonly r2: number;
  /** The same without the offset. */
  readonly explainedVariance: number;
  /** The correlation of Pearson. */
  readonly correlation: number;
  /** The correlation of concordance of Lin. */
  readonly concordance: number;
  readonly targets: { readonly mean: number; readonly variance: number };
  readonly predictions: { readonly mean: number; readonly variance: number };
}

type Moments = Readonly<
  Record<"targets" | "predictions" | "squaredTargets" | "products" | "squaredPredictions", ExactSum>
>;

const kind = kindOfSums(
  "moments",
  {
    targets: [0],
    predictions: [1],
    squaredTargets: [0, 0],
    products: [0, 1],
    squaredPredictions: [1, 1],
  },
  resultOf,
);

function resultOf(sums: Moments): MomentsResult {
  const { count } = sums.targets;
  if (count === 0 || Object.values(sums).some((sum) => notFinite(sum) !== undefined)) return unknown(count);
  const n = BigInt(count);
  const unit = 1n << BigInt(unitBits);
  const [t, p] = [sums.targets.units, sums.predictions.units];
  // Sums of squares and products in squared units, as the squares of sums are.
  const [tt, tp, pp] = [
    sums.squaredTargets.units * unit,
    sums.products.units * unit,
    sums.squaredPredictions.units * unit,
  ];
  const [variance, covariance, ownVariance] = [n * tt - t * t, n * tp - t * p, n * pp - p * p];
  const squares = tt - 2n * tp + pp;
  const squaredError = roundRatio(squares, n * unit * unit);
  const offset = t - p;
  return {
    count,
    meanSquaredError: squaredError,
    rootMeanSquaredError: Math.sqrt(squaredError),
    r2: quotient(variance - n * squares, variance),
    explainedVariance: quotient(variance - (n * squares - offset * offset), variance),
    correlation: variance * ownVariance === 0n ? NaN : correlationOf(covariance, variance, ownVariance),
    concordance: quotient(2n * covariance, variance + ownVariance + offset * offset),
    targets: { mean: roundRatio(t, n * unit), variance: roundRatio(variance, n * n * unit * unit) },
    predictions: { mean: roundRatio(p, n * unit), variance: roundRatio(ownVariance, n * n * unit * unit) },
  };
}

/** NaN of nothing over nothing. */
function quotient(numerator: bigint, denominator: bigint): number {
  if (denominator === 0n) return numerator === 0n ? NaN : numerator > 0n ? Infinity : -Infinity;
  return roundRatio(numerator, denominator);
}

function correlationOf(covariance: bigint, variance: bigint, ownVariance: bigint): number {
  const square = roundRatio(covariance * covariance, variance * ownVariance);
  return covariance < 0n ? -Math.sqrt(square) : Math.sqrt(square);
}

function unknown(count: number): MomentsResult {
  const part = { mean: NaN, variance: NaN };
  return {
    count,
    meanSquaredError: NaN,
    rootMeanSquaredError: NaN,
    r2: NaN,
    explainedVariance: NaN,
    correlation: NaN,
    concordance: NaN,
    targets: part,
    predictions: part,
  };
}

/**
 * How far predictions [rows] are from targets [rows]: mean squared error, R2, explained variance, the correlations of Pearson and Lin. Variances
 * are those of the population. R2 and explained variance of constant targets are -Infinity, or NaN if nothing is left to explain.
 * Throws `ShapeError` if there is not one number of each for each row.
 */
export function moments(targets: TensorLike, predictions: TensorLike): Statistic<MomentsResult> {
  const caller = "states.moments";
  const columns = [floatColumnOf(caller, "targets", targets), floatColumnOf(caller, "predictions", predictions)];
  return { kind: kind, columns, options: null };
}
