import { expect, test } from "vitest";
import { median, quantile, relativeSpread, spreadOf } from "./statistics.ts";

test.for([
  [[3], 3],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[10, 9, 100], 10],
] as const)("the median of %j is %d", ([values, middle]) => {
  expect(median(values)).toBe(middle);
});

test("quantiles are interpolated, and the values stay as they were", () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.25, 0.3, 0.75, 1].map((share) => quantile(values, share))).toEqual([1, 2, 2.2, 4, 5]);
  expect(values).toEqual([5, 1, 4, 2, 3]);
});

test("one outlier moves neither the median nor the quartiles by much", () => {
  const quiet = spreadOf([10, 11, 10, 9, 10, 11, 9]);
  const disturbed = spreadOf([10, 11, 10, 9, 10, 11, 900]);
  expect(quiet).toEqual({ lower: 9.5, median: 10, upper: 10.5 });
  expect(disturbed).toEqual({ lower: 10, median: 10, upper: 11 });
  expect([relativeSpread(quiet), relativeSpread(disturbed)]).toEqual([0.1, 0.1]);
});
