/** Are curves and areas those of counting pairs, whatever ties, weights and sizes? What golden cases of a few samples can't show. */
import { describe, expect, test } from "vitest";
import { valueOf } from "../../test/on-cpu.ts";
import { averagePrecision } from "./average-precision.ts";
import { precisionRecallCurve } from "./precision-recall-curve.ts";
import { rocAuc } from "./roc-auc.ts";
import { rocCurve } from "./roc-curve.ts";
import { spearmanCorrelation } from "./spearman-correlation.ts";

/** Numbers from 0 and below 1, the same on every run. */
function sample(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

const targets = sample(400, 1).map((value) => Number(value < 0.3));
const weights = sample(400, 2).map(Math.fround);

describe.each([
  ["few ties", 1e6],
  ["many ties", 20],
  ["one score", 1],
])("with %s", (_, levels) => {
  const scores = sample(400, 3).map(
    (value, index) => Math.floor((value + 0.4 * targets[index]!) * levels) / 1024 - 300,
  );

  test.each([
    ["alike", undefined],
    ["weighted", weights],
  ])("the area counts pairs, %s", async (_weighting, given) => {
    const weightOf = (index: number) => given?.[index] ?? 1;
    let [right, all] = [0, 0];
    for (const [one, target] of targets.entries()) {
      for (const [zero, other] of targets.entries()) {
        if (target !== 1 || other !== 0) continue;
        const pair = weightOf(one) * weightOf(zero);
        all += pair;
        right += scores[one]! === scores[zero]! ? pair / 2 : scores[one]! > scores[zero]! ? pair : 0;
      }
    }
    const options = given === undefined ? {} : { weights: given };
    expect(await valueOf(rocAuc(targets, scores, options))).toBeCloseTo(right / all, 6);
  });

  test("points are those of each threshold", async () => {
    const { falsePositiveRate, truePositiveRate, thresholds } = rocCurve(targets, scores);
    const { precision, recall } = precisionRecallCurve(targets, scores);
    const [x, y, edges, right, found] = (await Promise.all(
      [falsePositiveRate, truePositiveRate, thresholds, precision, recall].map(valueOf),
    )) as number[][];
    for (const [index, edge] of edges!.entries()) {
      const from = (target: number) =>
        targets.filter((one, place) => one === target && Math.fround(scores[place]!) >= edge).length;
      const share = from(1) / targets.filter((one) => one === 1).length;
      expect(x![index]).toBeCloseTo(from(0) / targets.filter((one) => one === 0).length, 6);
      expect(y![index]).toBeCloseTo(share, 6);
      expect(found![index]).toBeCloseTo(share, 6);
      expect(right![index]).toBeCloseTo(index === 0 ? 1 : from(1) / (from(0) + from(1)), 6);
    }
  });
});

test("neither the order of samples nor what grows with the scores matters", async () => {
  const scores = sample(400, 4);
  const order = sample(400, 5)
    .map((value, index) => [value, index] as const)
    .toSorted(([left], [right]) => left - right)
    .map(([, index]) => index);
  const moved = order.map((index) => targets[index]!);
  for (const metric of [rocAuc, averagePrecision]) {
    const want = (await valueOf(metric(targets, scores))) as number;
    const grown = order.map((index) => Math.exp(scores[index]!) * 1e4);
    expect(await valueOf(metric(moved, grown))).toBeCloseTo(want, 6);
  }
});

test("100,000 samples take their time, not its square", async () => {
  const many = sample(100_000, 6);
  const right = many.map((value) => Number(value > 0.5));
  expect(await valueOf(rocAuc(right, many))).toBe(1);
  expect(await valueOf(averagePrecision(right, many))).toBe(1);
  expect(await valueOf(spearmanCorrelation(many, many))).toBeCloseTo(1, 5);
});

test("a NaN among the scores makes the rates of its row NaN", async () => {
  expect(
    await valueOf(
      rocAuc(
        [
          [0, 1],
          [0, 1],
        ],
        [
          [NaN, 1],
          [0, 1],
        ],
      ),
    ),
  ).toEqual([NaN, 1]);
  expect(await valueOf(averagePrecision([0, 1], [1, NaN]))).toBeNaN();
  expect(await valueOf(rocCurve([0, 1], [1, NaN]).truePositiveRate)).toEqual([NaN, NaN, NaN]);
});

test("nothing has no area", async () => {
  expect(await valueOf(rocAuc([], []))).toBeNaN();
  expect(await valueOf(averagePrecision([], [], { whenUndefined: 0 }))).toBe(0);
  expect(await valueOf(rocCurve([], []).thresholds)).toEqual([Infinity]);
});
