import { type Tensor, asTensor, ones, where } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { elementsOf, gradientsOf, valueOf } from "../test/on-cpu.ts";
import { type Reduction, reduce, reduceParts } from "./reduce.ts";
import { huber } from "./regression/huber.ts";

const losses = [
  [1, 2, 4],
  [8, 16, 32],
];
const weights = [
  [0.5, 0, 2],
  [1, 3, 0],
];
const reductions: readonly Reduction[] = ["none", "sum", "mean", "weightedMean", "meanOverNonzero"];

describe("reduce", () => {
  it("means what it says, without weights", async () => {
    expect(await valueOf(reduce(losses))).toBe(10.5);
    expect(await valueOf(reduce(losses, { reduction: "none" }))).toEqual(losses);
    expect(await valueOf(reduce(losses, { reduction: "sum" }))).toBe(63);
    expect(await valueOf(reduce(losses, { reduction: "mean" }))).toBe(10.5);
    expect(await valueOf(reduce(losses, { reduction: "weightedMean" }))).toBe(10.5);
    expect(await valueOf(reduce(losses, { reduction: "meanOverNonzero" }))).toBe(10.5);
  });

  it("means what it says, with weights", async () => {
    const sum = 0.5 + 8 + 8 + 48;
    expect(await valueOf(reduce(losses, { weights, reduction: "none" }))).toEqual([
      [0.5, 0, 8],
      [8, 48, 0],
    ]);
    expect(await valueOf(reduce(losses, { weights, reduction: "sum" }))).toBe(sum);
    expect(await valueOf(reduce(losses, { weights }))).toBe(Math.fround(sum / 6));
    expect(await valueOf(reduce(losses, { weights, reduction: "weightedMean" }))).toBe(Math.fround(sum / 6.5));
    expect(await valueOf(reduce(losses, { weights, reduction: "meanOverNonzero" }))).toBe(Math.fround(sum / 4));
  });

  it.each(reductions)("%s with weights of one is that without weights, value and gradient", async (reduction) => {
    expect(await valueOf(reduce(losses, { reduction, weights: 1 }))).toEqual(
      await valueOf(reduce(losses, { reduction })),
    );
    expect(await gradientsOf((l) => reduce(l, { reduction, weights: [1] }), losses)).toEqual(
      await gradientsOf((l) => reduce(l, { reduction }), losses),
    );
  });

  it.each(reductions.slice(1))("%s with a mask is that of the subset, value and gradient", async (reduction) => {
    const options = { reduction, mask: [true, false, true, true], weights: [2, 5, 0, 1] };
    const subset = { reduction, weights: [2, 0, 1] };
    expect(await valueOf(reduce([1, 2, 4, 8], options))).toEqual(await valueOf(reduce([1, 4, 8], subset)));
    const [[masked], [kept]] = [
      await gradientsOf((l) => reduce(l, options), [1, 2, 4, 8]),
      await gradientsOf((l) => reduce(l, subset), [1, 4, 8]),
    ];
    expect(masked!.toSpliced(1, 1)).toEqual(kept);
    expect(masked![1]).toBe(0);
  });

  it.each([NaN, Infinity, -Infinity])("takes no notice of a masked %d, in value and gradient", async (hidden) => {
    for (const reduction of reductions) {
      const options = { reduction, mask: [true, false], weights: [1, hidden] };
      const total = reduction === "none" ? [3, 0] : 3;
      expect(await valueOf(reduce([3, hidden], options))).toEqual(total);
      expect(await gradientsOf((l, w) => reduce(l, { ...options, weights: w }), [3, hidden], [1, hidden])).toEqual([
        [1, 0],
        [reduction === "weightedMean" ? 0 : 3, 0],
      ]);
    }
  });

  it("stops a NaN behind a masked loss only where the input is masked too", async () => {
    const mask = [true, false];
    const loss = (x: Tensor) => reduce(huber([0, 0], x), { mask });
    expect(await gradientsOf(loss, [0.5, NaN])).toEqual([[0.5, NaN]]);
    expect(await gradientsOf((x) => loss(where(mask, x, 0)), [0.5, NaN])).toEqual([[0.5, 0]]);
  });

  it("gives whenEmpty, with a gradient of 0, where nothing is left to divide by", async () => {
    for (const reduction of ["mean", "weightedMean", "meanOverNonzero"] as const) {
      const masked = { reduction, mask: [false, false] };
      expect(await valueOf(reduce([1, 2], masked))).toBeNaN();
      expect(await valueOf(reduce([1, 2], { ...masked, whenEmpty: 0 }))).toBe(0);
      expect(await gradientsOf((l) => reduce(l, masked), [1, NaN])).toEqual([[0, 0]]);
      expect(await valueOf(reduce([], { reduction, whenEmpty: -1 }))).toBe(-1);
    }
    const without = { weights: [0, 0], whenEmpty: 7 };
    expect(await valueOf(reduce([1, 2], { ...without, reduction: "weightedMean" }))).toBe(7);
    expect(await valueOf(reduce([1, 2], { ...without, reduction: "meanOverNonzero" }))).toBe(7);
    expect(await valueOf(reduce([1, 2], { ...without, reduction: "mean" }))).toBe(0);
    expect(await valueOf(reduce([], { reduction: "sum" }))).toBe(0);
    expect(await valueOf(reduce([], { reduction: "none" }))).toEqual([]);
  });

  it("has a gradient of 0 where weights cancel", async () => {
    const options = { weights: [1, -1], reduction: "weightedMean", whenEmpty: 0 } as const;
    expect(await valueOf(reduce([3, 5], options))).toBe(0);
    expect(await gradientsOf((l) => reduce(l, options), [3, 5])).toEqual([[0, 0]]);
  });

  it("drops an infinite loss of weight 0, and carries a NaN", async () => {
    expect(await valueOf(reduce([1, Infinity], { weights: [1, 0], reduction: "sum" }))).toBe(1);
    expect(await valueOf(reduce([1, NaN], { weights: [1, 0], reduction: "sum" }))).toBeNaN();
    expect(await valueOf(reduce([1, NaN]))).toBeNaN();
  });

  it("broadcasts weights and mask, which may be numbers", async () => {
    expect(await valueOf(reduce(losses, { weights: [[1], [0]], reduction: "sum" }))).toBe(7);
    expect(await valueOf(reduce(losses, { mask: new Uint8Array([1, 0, 0]) }))).toBe(4.5);
    expect(await valueOf(reduce(losses, { mask: [2, 0, -1], reduction: "none" }))).toEqual([
      [1, 0, 4],
      [8, 0, 32],
    ]);
  });

  it("has a gradient with respect to the weights", async () => {
    expect(await gradientsOf((w) => reduce([3, 5], { weights: w }), [1, 2])).toEqual([[1.5, 2.5]]);
  });

  it("keeps the dtype of the loss", async () => {
    expect(reduce(new Float64Array([1, 2]), { weights: 0.1 }).dtype).toBe("float64");
    expect(await elementsOf(reduce(new Float64Array([1, 2]), { weights: 0.1, reduction: "sum" }))).toEqual([0.1 + 0.2]);
  });

  it.each(["mean", "weightedMean", "meanOverNonzero"] as const)(
    "counts more entries than float32 can, in float64: %s",
    async (reduction) => {
      const many = ones([2 ** 24 + 1], "float64");
      expect(await valueOf(reduce(many, { reduction }))).toBe(1);
      // With a mask that is not known before it runs, nothing is folded.
      const [value] = await elementsOf(reduce(many, { reduction, mask: asTensor([1]).exp(), weights: [1] }));
      expect(value).toBe(1);
    },
  );

  it("takes lists and numbers for the precision of what they meet", async () => {
    const wide = new Float64Array([1, 2]);
    expect(await elementsOf(reduce(wide, { weights: [0.1, 0.2], reduction: "none" }))).toEqual([0.1, 0.4]);
    expect(await elementsOf(reduce([0.1, 0.2], { weights: wide, reduction: "none" }))).toEqual([0.1, 0.4]);
    expect(await elementsOf(reduce(wide, { mask: [0, 0], whenEmpty: 0.1 }))).toEqual([0.1]);
    expect(reduce([1, 2], { mask: wide }).dtype).toBe("float32");
  });

  it.each(["mean", "sum"] as const)("divides by a denominator in place of what it counts: %s", async (reduction) => {
    expect(await valueOf(reduce(losses, { reduction, denominator: 2 }))).toBe(31.5);
    const weighed = { reduction, weights, mask: [true, false, true] };
    expect(await valueOf(reduce(losses, { ...weighed, denominator: 4 }))).toBe((0.5 + 8 + 8) / 4);
    expect(await valueOf(reduce(losses, { reduction, denominator: 0, whenEmpty: -1 }))).toBe(-1);
    expect(await gradientsOf((l, d) => reduce(l, { reduction, denominator: d }), [3, 5], 4)).toEqual([
      [0.25, 0.25],
      [-0.5],
    ]);
  });

  it("takes a denominator of another dtype for that of the loss", async () => {
    expect(reduce([1, 2], { denominator: asTensor(3).cast("float64") }).dtype).toBe("float32");
    expect(await elementsOf(reduce(new Float64Array([1, 2]), { denominator: 0.3 }))).toEqual([3 / 0.3]);
  });
});

describe("reduceParts", () => {
  const options = (reduction: (typeof means)[number], from: number, to: number) => ({
    reduction,
    weights: [1, 0, 3, 2, 5].slice(from, to),
    mask: [true, true, false, true, true].slice(from, to),
  });
  const means = ["mean", "weightedMean", "meanOverNonzero"] as const;
  const whole = [1, 2, NaN, 8, 16];

  it.each(means)("gives what adds up over batches of any size to the %s of all", async (reduction) => {
    const batches = [
      [0, 3],
      [3, 5],
    ] as const;
    const parts = batches.map(([from, to]) => reduceParts(whole.slice(from, to), options(reduction, from, to)));
    const total = parts.map((part) => part.sum).reduce((left, right) => left.add(right));
    const count = parts.map((part) => part.count).reduce((left, right) => left.add(right));
    expect(await valueOf(total.div(count))).toBeCloseTo(
      (await valueOf(reduce(whole, options(reduction, 0, 5)))) as number,
      6,
    );
    expect(await valueOf(count)).toBe({ mean: 4, weightedMean: 8, meanOverNonzero: 3 }[reduction]);
  });

  it("is 0 and 0 of nothing, so that an empty batch adds nothing", async () => {
    const { sum, count } = reduceParts([]);
    expect([await valueOf(sum), await valueOf(count)]).toEqual([0, 0]);
  });
});
