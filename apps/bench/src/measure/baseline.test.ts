import { expect, test } from "vitest";
import { sampleResult } from "../../test/sample-result.ts";
import { compareToBaseline } from "./baseline.ts";
import type { BenchResult } from "./result.ts";
import type { Spread } from "./statistics.ts";

/** The sample with W1 alone, whose `cpu` has this ratio. */
function withRatio(ratio: Spread): BenchResult {
  const result = sampleResult();
  const [first] = result.measurements;
  const entries = first!.entries.map((entry) => (entry.name === "cpu" ? { ...entry, ratio } : entry));
  return { ...result, measurements: [{ ...first!, entries }] };
}

function verdict(now: Spread, earlier: Spread): string {
  const changes = compareToBaseline(withRatio(now), withRatio(earlier));
  return changes.find(({ entry }) => entry === "cpu")!.verdict;
}

const around = (median: number, distance: number): Spread => ({
  lower: median - distance / 2,
  median,
  upper: median + distance / 2,
});

test.for([
  ["nothing changed", around(1, 0.02), around(1, 0.02), "same"],
  ["more than the quartiles of both runs", around(1.21, 0.1), around(1, 0.1), "worse"],
  ["less than the quartiles of both runs", around(1.19, 0.1), around(1, 0.1), "same"],
  ["faster than the quartiles of both runs", around(0.79, 0.1), around(1, 0.1), "better"],
  ["a noisy run now forgives", around(1.3, 0.3), around(1, 0.02), "same"],
  ["a noisy baseline forgives", around(1.3, 0.02), around(1, 0.3), "same"],
  ["two quiet runs differ by 9 %", around(1.09, 0), around(1, 0), "same"],
  ["two quiet runs differ by 11 %", around(1.11, 0), around(1, 0), "worse"],
  ["the share is of the earlier ratio", around(10.9, 0), around(10, 0), "same"],
] as const)("%s", ([, now, earlier, expected]) => {
  expect(verdict(now, earlier)).toBe(expected);
});

test("every entry but the reference is compared, and says by how much it may grow", () => {
  const changes = compareToBaseline(sampleResult({ cpuFactor: 2 }), sampleResult());
  expect(changes.map(({ workload, elements, entry, verdict: said }) => [workload, elements, entry, said])).toEqual([
    ["W1", 1_048_576, "cpu", "worse"],
    ["W1", 1_048_576, "onnx", "same"],
    ["W1", 1_048_576, "model plain|exp", "same"],
    ["W2", 100, "cpu", "same"],
    ["W2", 100, "onnx", "same"],
    ["W2", 10_000, "cpu", "same"],
    ["W2", 10_000, "onnx", "same"],
  ]);
  expect(changes[0]!.noise).toBeCloseTo(0.08 + 0.04, 12);
});

test("another size, another reference or another workload has nothing in common", () => {
  const [first] = sampleResult().measurements;
  for (const other of [{ elements: 5 }, { reference: "cpu" }, { workload: "W7" }]) {
    const baseline = { ...sampleResult(), measurements: [{ ...first!, ...other }] };
    expect(compareToBaseline(withRatio(around(9, 0)), baseline)).toEqual([]);
  }
});
