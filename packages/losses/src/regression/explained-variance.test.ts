import { transpose } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { valueOf } from "../../test/on-cpu.ts";
import { explainedVariance } from "./explained-variance.ts";

const targets = [
  [1, 5, 2],
  [4, -1, 0.5],
];
const predictions = [
  [1.5, 4, 2],
  [3, 0, 1],
];

describe("explainedVariance", () => {
  it("is 1 for what is right, 0 for the mean of the targets, and blind to an offset", async () => {
    expect(await valueOf(explainedVariance(targets, targets))).toBe(1);
    expect(await valueOf(explainedVariance([1, 2, 3], [2, 2, 2], { epsilon: 0 }))).toBe(0);
    expect(await valueOf(explainedVariance([1, 2, 3], [11, 12, 13]))).toBe(1);
    expect(await valueOf(explainedVariance([1, 2, 3], [3, 2, 1], { epsilon: 0 }))).toBe(-3);
  });

  it("takes an axis of the transpose for the other axis", async () => {
    const along = await valueOf(explainedVariance(targets, predictions, { axis: 0 }));
    expect(await valueOf(explainedVariance(transpose(targets), transpose(predictions), { axis: 1 }))).toEqual(along);
    expect(await valueOf(explainedVariance(targets, predictions, { axis: -2 }))).toEqual(along);
  });

  it("takes all axes for null, and for a list of them", async () => {
    const all = await valueOf(explainedVariance(targets, predictions));
    expect(await valueOf(explainedVariance(targets, predictions, { axis: null }))).toEqual(all);
    expect(await valueOf(explainedVariance(targets, predictions, { axis: [1, 0] }))).toEqual(all);
  });

  it("divides by epsilon alone where the targets are constant", async () => {
    expect(await valueOf(explainedVariance([2, 2], [1, 3], { epsilon: 0.5 }))).toBe(-1);
    expect(await valueOf(explainedVariance([2, 2], [2.001, 1.999]))).toBeCloseTo(0, 3);
    expect(await valueOf(explainedVariance([2, 2], [2, 2]))).toBe(1);
  });

  it("keeps its digits where the mean is a million times the spread", async () => {
    const far = (values: number[]) => new Float32Array(values.map((value) => value + 1e6));
    expect(await valueOf(explainedVariance(far([1, 2, 3, 4]), far([1, 2, 3, 5]), { epsilon: 0 }))).toBeCloseTo(0.85, 6);
  });

  it("carries NaN, and is NaN of nothing", async () => {
    expect(await valueOf(explainedVariance([1, 2], [NaN, 2]))).toBeNaN();
    expect(await valueOf(explainedVariance([], []))).toBeNaN();
  });
});
