import { expect, test } from "vitest";
import { calibrate, judgeQuietness } from "./calibration.ts";

const steady = [100, 101, 100, 99, 100, 102, 98];
const shaken = [100, 150, 100, 180, 99, 160, 101];

test("a quiet machine has no warning", () => {
  expect(judgeQuietness(steady, 4, 1.9)).toEqual({
    loadAverage: 1.9,
    cores: 4,
    calibration: { lower: 99.5, median: 100, upper: 100.5 },
    warnings: [],
  });
});

test("a busy machine says how it was noticed", () => {
  expect(judgeQuietness(steady, 2, 8.57).warnings).toEqual([
    "The machine was busy before the bench began: a load average of 8.6 on 2 cores (quiet is up to 1).",
  ]);
  expect(judgeQuietness(shaken, 2).warnings).toEqual([
    "The machine was busy during the bench: the quartiles of a loop that always does the same were 54 % apart (quiet is up to 10 %).",
  ]);
  expect(judgeQuietness(shaken, 2, 3).warnings).toHaveLength(2);
});

test("the loop takes time", () => {
  expect(calibrate()).toBeGreaterThan(0);
});
