/** How many scores of each class lie above each of several thresholds? */
import { type DType, type Tensor, asTensor, check, concat, ndarray, ones, where, zeros } from "@symloss/core";
import type { OptionValues } from "../options.ts";
import { quotient } from "./quotient.ts";

/** The arguments of what compares scores with thresholds. */
export const thresholdArguments = {
  /** [batch] 0 or 1. */
  targets: { shape: "[batch]", elements: "multiHot" },
  /** [batch] the higher, the likelier a 1; probabilities from 0 to 1, unless thresholds are given. */
  scores: { shape: "[batch]", elements: "probability", check: "none" },
} as const;

/** The options of what compares scores with thresholds. */
export const thresholdOptions = {
  /**
   * [thresholds] what scores are compared with, in ascending order; -Infinity and Infinity are added. By default the 198 numbers that
   * divide 0 to 1 into 199 equal parts.
   */
  thresholds: { kind: "array", shape: "[thresholds]" },
  /** [batch] how much each counts; a tensor has a gradient. Default 1. */
  weights: { kind: "tensor", shape: "[batch]", must: "nonNegative" },
} as const;

/** A share that must be reached. */
export const share = { shape: "[]", elements: "probability" } as const;

/** What is found where no threshold reaches the share. Default 0. */
export const whenUndefined = { kind: "number", default: 0 } as const;

/** How the largest rate beside a share of that name is declared. */
export interface ThresholdDeclaration<Share extends string> {
  readonly name: string;
  readonly arguments: typeof thresholdArguments & { readonly [Name in Share]: typeof share };
  readonly differentiable: false;
  readonly options: typeof thresholdOptions & { readonly whenUndefined: typeof whenUndefined };
  readonly results: { readonly loss: "[]" };
}

/** Counts at each threshold, in ascending order from -Infinity to Infinity [thresholds + 2], and at -Infinity []. */
export interface CountsAbove {
  /** Those above that are 1: true positives. */
  readonly positivesAbove: Tensor;
  /** Those above that are 0: false positives. */
  readonly negativesAbove: Tensor;
  /** All that are 1. */
  readonly positives: Tensor;
  /** All that are 0. */
  readonly negatives: Tensor;
}

/** The counts above each threshold: int32, or floats if each has a weight. */
export function countsAbove(
  caller: string,
  targets: Tensor,
  scores: Tensor,
  { thresholds, weights = ones([], "int32") }: OptionValues<typeof thresholdOptions>,
): CountsAbove {
  const compared = thresholds === undefined ? check(caller, "scores", scores, { kind: "unitInterval" }) : scores;
  const isAbove = compared.greater((thresholds ?? usualThresholds(scores.dtype)).expandDims(1));
  const isPositive = targets.notEqual(0);
  const [ofPositives, ofNegatives] = [isPositive, isPositive.logicalNot()].map((isCounted) => {
    const all = where(isCounted, weights, 0).sum();
    const above = where(isAbove.logicalAnd(isCounted), weights, 0).sum(1);
    return { all, above: concat([all.expandDims(0), above, zeros([1], all.dtype)]) };
  }) as [Counted, Counted];
  return {
    positivesAbove: ofPositives.above,
    negativesAbove: ofNegatives.above,
    positives: ofPositives.all,
    negatives: ofNegatives.all,
  };
}

interface Counted {
  readonly all: Tensor;
  readonly above: Tensor;
}

/** [198] those of Keras. */
function usualThresholds(dtype: DType): Tensor {
  const parts = 199;
  const values = Array.from({ length: parts - 1 }, (_, index) => (index + 1) / parts);
  return asTensor(ndarray(values, [parts - 1], dtype));
}

/** A rate as its dividend and its divisor. */
export type Quotient = readonly [part: Tensor, whole: Tensor];

/** The largest rate of those thresholds at which another rate is at least that share; `whenUndefined` if there are none. */
export function largestRate(rate: Quotient, [part, whole]: Quotient, share: Tensor, whenUndefined: number): Tensor {
  // The product, unlike the quotient, is the same on every engine.
  const isReached = part.greaterEqual(share.mul(whole)).logicalAnd(whole.greater(0));
  const largest = where(isReached, quotient(...rate, 0), 0).max();
  return where(isReached.sum().equal(0), whenUndefined, largest);
}
