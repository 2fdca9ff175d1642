/** Are metrics at thresholds those of Keras? In place of golden cases: figures from its documentation, and its formulas, in plain loops. */
import type { Tensor } from "@symloss/core";
import { describe, expect, test } from "vitest";
import { valueOf } from "../../test/on-cpu.ts";
import { aucAtThresholds } from "./auc-at-thresholds.ts";
import { precisionAtRecall } from "./precision-at-recall.ts";
import { recallAtPrecision } from "./recall-at-precision.ts";
import { sensitivityAtSpecificity } from "./sensitivity-at-specificity.ts";
import { specificityAtSensitivity } from "./specificity-at-sensitivity.ts";

const five = [
  [0, 0, 0, 1, 1],
  [0, 0.3, 0.8, 0.3, 0.8],
] as const;
const four = [
  [0, 0, 1, 1],
  [0, 0.5, 0.3, 0.9],
] as const;

/** Each call, and what the documentation of Keras 3 says it gives. */
const documented: Readonly<Record<string, readonly [Tensor, number]>> = {
  SensitivityAtSpecificity: [sensitivityAtSpecificity(...five, 0.5), 0.5],
  "SensitivityAtSpecificity, weighted": [sensitivityAtSpecificity(...five, 0.5, { weights: [1, 1, 2, 2, 1] }), 1 / 3],
  SpecificityAtSensitivity: [specificityAtSensitivity(...five, 0.5), 2 / 3],
  "SpecificityAtSensitivity, weighted": [specificityAtSensitivity(...five, 0.5, { weights: [1, 1, 2, 2, 2] }), 0.5],
  PrecisionAtRecall: [precisionAtRecall(...five, 0.5), 0.5],
  "PrecisionAtRecall, weighted": [precisionAtRecall(...five, 0.5, { weights: [2, 2, 2, 1, 1] }), 1 / 3],
  RecallAtPrecision: [recallAtPrecision(...four, 0.8), 0.5],
  "RecallAtPrecision, weighted": [recallAtPrecision(...four, 0.8, { weights: [1, 0, 0, 1] }), 1],
  AUC: [aucAtThresholds(...four, { thresholds: [0.5] }), 0.75],
  "AUC, weighted": [aucAtThresholds(...four, { thresholds: [0.5], weights: [1, 0, 0, 1] }), 1],
};

test.each(Object.entries(documented))("%s", async (_, [got, want]) => {
  expect(await valueOf(got)).toBeCloseTo(want, 6);
});

/** Numbers from 0 and below 1, the same on every run. */
function sample(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

const thresholds = [-1e-7, ...Array.from({ length: 198 }, (_, index) => (index + 1) / 199), 1 + 1e-7].map(Math.fround);

interface Point {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

function pointsOf(targets: readonly number[], scores: readonly number[], weights: readonly number[]): Point[] {
  return thresholds.map((threshold) => {
    const sums = { tp: 0, fp: 0, tn: 0, fn: 0 };
    for (const [index, score] of scores.entries()) {
      const key =
        `${score > threshold === (targets[index] === 1) ? "t" : "f"}${score > threshold ? "p" : "n"}` as const;
      sums[key] += weights[index]!;
    }
    return sums;
  });
}

const share = (part: number, rest: number): number => (part + rest === 0 ? 0 : part / (part + rest));
const recallOf = ({ tp, fn }: Point): number => share(tp, fn);
const precisionOf = ({ tp, fp }: Point): number => share(tp, fp);
const falseRateOf = ({ fp, tn }: Point): number => share(fp, tn);

const middles = {
  interpolation: (left: number, right: number): number => (left + right) / 2,
  minoring: Math.min,
  majoring: Math.max,
};

function area(
  points: readonly Point[],
  x: (point: Point) => number,
  y: (point: Point) => number,
  middle: (left: number, right: number) => number,
): number {
  return points.slice(1).reduce((total, right, index) => {
    const left = points[index]!;
    return total + (x(left) - x(right)) * middle(y(left), y(right));
  }, 0);
}

/** `interpolate_pr_auc` of Keras. */
function interpolatedArea(points: readonly Point[]): number {
  return points.slice(1).reduce((total, right, index) => {
    const left = points[index]!;
    const [p, q] = [left.tp + left.fp, right.tp + right.fp];
    const slope = p === q ? 0 : (left.tp - right.tp) / (p - q);
    const intercept = right.tp - slope * q;
    const ratio = p > 0 && q > 0 ? p / q : 1;
    return total + (slope * (left.tp - right.tp + intercept * Math.log(ratio))) / (right.tp + right.fn);
  }, 0);
}

describe.each([
  ["alike", false],
  ["weighted", true],
])("of 300 samples, %s", (_, weighted) => {
  const targets = sample(300, 1).map((value) => Number(value < 0.4));
  const scores = sample(300, 2).map((value, index) => Math.fround((value + 0.7 * targets[index]!) / 1.7));
  const weights = sample(300, 3).map((value) => (weighted ? Math.fround(value) : 1));
  const points = pointsOf(targets, scores, weights);
  const options = weighted ? { weights } : {};

  test.each(["interpolation", "minoring", "majoring"] as const)("areas, %s", async (summation) => {
    const roc = aucAtThresholds(targets, scores, { ...options, summation });
    expect(await valueOf(roc)).toBeCloseTo(area(points, falseRateOf, recallOf, middles[summation]), 6);
    const ofPrecision = aucAtThresholds(targets, scores, { ...options, summation, curve: "precisionRecall" });
    const want =
      summation === "interpolation"
        ? interpolatedArea(points)
        : area(points, recallOf, precisionOf, middles[summation]);
    expect(await valueOf(ofPrecision)).toBeCloseTo(want, 6);
  });

  test("rates where another is high enough", async () => {
    const best = (rate: (point: Point) => number, reached: (point: Point) => number): number =>
      Math.max(...points.filter((point) => reached(point) >= 0.7).map(rate));
    const specificityOf = (point: Point): number => 1 - falseRateOf(point);
    const got = [
      precisionAtRecall(targets, scores, 0.7, options),
      recallAtPrecision(targets, scores, 0.7, options),
      sensitivityAtSpecificity(targets, scores, 0.7, options),
      specificityAtSensitivity(targets, scores, 0.7, options),
    ];
    const want = [
      best(precisionOf, recallOf),
      best(recallOf, precisionOf),
      best(recallOf, specificityOf),
      best(specificityOf, recallOf),
    ];
    for (const [index, expression] of got.entries()) expect(await valueOf(expression)).toBeCloseTo(want[index]!, 6);
  });
});

test("one class alone has no area, and a share that is never reached the given value", async () => {
  expect(await valueOf(aucAtThresholds([1, 1], [0.2, 0.8]))).toBeNaN();
  expect(await valueOf(aucAtThresholds([1, 1], [0.2, 0.8], { curve: "precisionRecall" }))).toBe(1);
  expect(await valueOf(aucAtThresholds([0, 0], [0.2, 0.8], { whenUndefined: 0 }))).toBe(0);
  expect(await valueOf(recallAtPrecision([1, 0], [0.2, 0.8], 0.9, { whenUndefined: -1 }))).toBe(-1);
  expect(await valueOf(precisionAtRecall([0, 0], [0.2, 0.8], 0))).toBe(0);
});

test("scores of any size have thresholds of their own, and none by default", async () => {
  expect(await valueOf(aucAtThresholds([0, 1, 1], [-30, 20, 90], { thresholds: [-10, 50] }))).toBe(1);
  await expect(valueOf(aucAtThresholds([0, 1], [-30, 20]))).rejects.toThrow(
    "aucAtThresholds: scores must be from 0 to 1",
  );
});

test("a score that is NaN makes them NaN", async () => {
  expect(await valueOf(aucAtThresholds([0, 1, 1], [0.2, NaN, 0.9]))).toBeNaN();
  expect(await valueOf(sensitivityAtSpecificity([0, 1, 1], [0.2, NaN, 0.9], 0.5))).toBeNaN();
});
