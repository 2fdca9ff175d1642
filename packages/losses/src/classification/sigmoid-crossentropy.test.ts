import { stack } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { elementsOf, gradientsOf, valueOf } from "../../test/on-cpu.ts";
import { sigmoidCrossentropyLogits, sparseSigmoidCrossentropyLogits } from "./sigmoid-crossentropy.ts";
import { softmaxCrossentropyLogits } from "./softmax-crossentropy.ts";

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe("sparseSigmoidCrossentropyLogits", () => {
  it.each([0, 1e-6, 0.25, 0.5, 0.75, 0.999, 1].map(Math.fround))(
    "keeps every digit of small and of large losses for label %d",
    async (label) => {
      const logits = [-80, -50, -30, -5, -1, -1e-3, 1e-3, 1, 5, 30, 50, 80].map(Math.fround);
      const losses = await elementsOf(sparseSigmoidCrossentropyLogits(label, logits));
      // Two terms that are never negative have nothing to cancel.
      const ratios = logits.map((x, index) => losses[index]! / (label * softplus(-x) + (1 - label) * softplus(x)));
      expect(Math.max(...ratios.map((ratio) => Math.abs(ratio - 1)))).toBeLessThan(5e-7);
    },
  );

  it("has sigmoid(logit) - label as gradient, also at 0, and in the tails to the last digit", async () => {
    const [byLabels, byLogits] = await gradientsOf(
      (labels, logits) => sparseSigmoidCrossentropyLogits(labels, logits),
      [0, 1, 0.25, 1, 0, 0.5],
      [0, 0, 0, 30, -30, 2],
    );
    expect(byLogits!.slice(0, 3)).toEqual([0.5, -0.5, 0.25]);
    expect(byLogits![3]! / -sigmoid(-30)).toBeCloseTo(1, 6);
    expect(byLogits![4]! / sigmoid(-30)).toBeCloseTo(1, 6);
    expect(byLogits![5]!).toBeCloseTo(sigmoid(2) - 0.5, 6);
    expect(byLabels).toEqual([0, 0, 0, -30, 30, -2]);
  });

  it("is exact at logits of 10000 and at infinite ones", async () => {
    const labels = [0, 1, 0, 1];
    for (const far of [1e4, Infinity]) {
      expect(await valueOf(sparseSigmoidCrossentropyLogits(labels, [far, far, -far, -far]))).toEqual([far, 0, 0, far]);
      const [gradient] = await gradientsOf(
        (logits) => sparseSigmoidCrossentropyLogits(labels, logits),
        [far, far, -far, -far],
      );
      expect(gradient).toEqual([1, 0, 0, -1]);
    }
  });

  it("is the softmax cross entropy of two classes, one of whose logits is 0", async () => {
    const [labels, logits] = [
      [0.125, 0.75, 1],
      [-2, 0.5, 3],
    ];
    const pair = softmaxCrossentropyLogits(
      stack([labels, labels.map((label) => 1 - label)], 1),
      stack([logits, logits.map(() => 0)], 1),
    );
    const expected = await elementsOf(pair);
    for (const [index, loss] of (await elementsOf(sparseSigmoidCrossentropyLogits(labels, logits))).entries()) {
      expect(loss).toBeCloseTo(expected[index]!, 6);
    }
  });

  it("carries NaN", async () => {
    expect(await valueOf(sparseSigmoidCrossentropyLogits([NaN, 0, 1], [0, NaN, NaN]))).toEqual([NaN, NaN, NaN]);
  });

  it("goes by two names, each in its own messages", async () => {
    expect(await valueOf(sigmoidCrossentropyLogits([1], [2]))).toEqual(
      await valueOf(sparseSigmoidCrossentropyLogits([1], [2])),
    );
    expect(() => sigmoidCrossentropyLogits([1, 2], [1, 2, 3])).toThrow(/^sigmoidCrossentropyLogits: /);
  });
});
