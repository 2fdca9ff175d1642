import type { Tensor } from "@symloss/core";
import { huber } from "@symloss/losses";
import { expect, test } from "vitest";
import { referenceOf, worstError } from "./check.ts";

const inputs = [
  { data: Float32Array.of(0, 0, 3), shape: [3] },
  { data: Float32Array.of(1, 0, 0), shape: [3] },
];

test("the reference is computed in float64, and says what float32 gives", async () => {
  const workload = { name: "tiny", title: "tiny", inputs, compute: (...[y, p]: Tensor[]) => [huber(y!, p!)] };
  const [output, ...none] = await referenceOf(workload);
  expect(none).toEqual([]);
  expect(output).toEqual({ data: Float64Array.of(0.5, 0, 2.5), shape: [3], dtype: "float32" });
});

const reference = [
  { data: Float64Array.of(1, -4), shape: [2], dtype: "float32" as const },
  { data: Float64Array.of(2), shape: [], dtype: "float32" as const },
];

test.for([
  ["exact", [[1, -4], [2]], 0],
  ["a share of the largest element of the output", [[1.4, -4], [2]], 0.1],
  ["the worst output", [[1.4, -4], [3]], 0.5],
  ["not a number", [[Number.NaN, -4], [2]], Number.NaN],
  ["an output too few", [[1, -4]], Number.NaN],
  ["an element too few", [[1], [2]], Number.NaN],
] as const)("%s", ([, outputs, error]) => {
  const worst = worstError(outputs, reference);
  expect(Number.isNaN(worst)).toBe(Number.isNaN(error));
  expect(worst || 0).toBeCloseTo(error || 0, 12);
});

test("an infinity or no number is right where it is wanted, and wrong elsewhere", () => {
  const wanted = [{ data: Float64Array.of(Infinity, Number.NaN, 2), shape: [3], dtype: "float32" as const }];
  expect(worstError([[Infinity, Number.NaN, 2.2]], wanted)).toBeCloseTo(0.1, 12);
  expect(worstError([[1, Number.NaN, 2]], wanted)).toBeNaN();
  expect(worstError([[Infinity, 1, 2]], wanted)).toBeNaN();
});
