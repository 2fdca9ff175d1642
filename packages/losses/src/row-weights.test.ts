import { type Tensor, evaluate } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { engine, gradientsOf, valueOf } from "../test/on-cpu.ts";
import { sparseSoftmaxCrossentropyLogits } from "./classification/sparse-softmax-crossentropy.ts";
import { reduce } from "./reduce.ts";
import { rowMask, rowWeights } from "./row-weights.ts";

const labels = [2, 1, 0];
const classWeights = [0.5, 2, 4];

describe("rowMask", () => {
  it("keeps every label but the ignored one, which may be a class", async () => {
    expect(
      (
        await evaluate(
          rowMask(
            [
              [2, -100],
              [0, 2],
            ],
            -100,
          ),
          { engine },
        )
      ).toArray(),
    ).toEqual([
      [true, false],
      [true, true],
    ]);
    expect((await evaluate(rowMask(labels, 1), { engine })).toArray()).toEqual([true, false, true]);
  });
});

describe("rowWeights", () => {
  it("is the weight of each label's class, in any shape", async () => {
    expect(await valueOf(rowWeights(labels, classWeights))).toEqual([4, 2, 0.5]);
    expect(await valueOf(rowWeights([labels, labels], classWeights))).toEqual([
      [4, 2, 0.5],
      [4, 2, 0.5],
    ]);
    expect(await valueOf(rowWeights(1, classWeights))).toBe(2);
  });

  it("is 0 where the label is ignored, in or out of the range of classes", async () => {
    expect(await valueOf(rowWeights([2, -100, 0], classWeights, { ignoreIndex: -100 }))).toEqual([4, 0, 0.5]);
    expect(await valueOf(rowWeights(labels, classWeights, { ignoreIndex: 2 }))).toEqual([0, 2, 0.5]);
  });

  it("adds up the gradient by class", async () => {
    const gradients = await gradientsOf(
      (weights) => rowWeights([0, 2, 0, -1], weights, { ignoreIndex: -1 }).mul([1, 2, 4, 8]),
      classWeights,
    );
    expect(gradients).toEqual([[5, 0, 2]]);
  });

  it("gives the mean of PyTorch and ONNX: each row with the weight of its class, over the sum of these", async () => {
    const logits = [
      [1, 2, 3],
      [3, 2, 1],
      [0, 0, 0],
    ];
    const weights = rowWeights(labels, classWeights, { ignoreIndex: 0 });
    const rows = (await valueOf(sparseSoftmaxCrossentropyLogits(labels, logits) as Tensor)) as number[];
    const mean = reduce(sparseSoftmaxCrossentropyLogits(labels, logits), { weights, reduction: "weightedMean" });
    expect(await valueOf(mean)).toBeCloseTo((4 * rows[0]! + 2 * rows[1]!) / 6, 6);
  });
});
