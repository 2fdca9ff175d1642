import { compile, oneHot } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { engine, gradientsOf, valueOf } from "../../test/on-cpu.ts";
import { clusteringAccuracy } from "../clustering/clustering-accuracy.ts";
import { accuracy } from "./accuracy.ts";

describe("accuracy", () => {
  it("compares labels of whatever integer kind", async () => {
    expect(await valueOf(accuracy([1, 0, 2, 2], new Int32Array([1, 0, 0, 2])))).toBe(0.75);
    expect(await valueOf(accuracy(new Uint8Array([1, 0]), [1, 0]))).toBe(1);
    expect(await valueOf(accuracy([true, false], [true, true]))).toBe(0.5);
    expect(await valueOf(accuracy([-1, 1], [-1, 1]))).toBe(1);
  });

  it("takes the first of the largest scores, or of NaN", async () => {
    expect(
      await valueOf(
        accuracy(
          [0, 1, 2],
          [
            [1, 1, 0],
            [0, NaN, 9],
            [0, 0, 5],
          ],
        ),
      ),
    ).toBe(1);
  });

  it("is that of the labels for one-hot scores", async () => {
    expect(await valueOf(accuracy([2, 0, 1], oneHot([2, 1, 1], 3)))).toEqual(
      await valueOf(accuracy([2, 0, 1], [2, 1, 1])),
    );
  });

  it("refuses probabilities in place of labels, and labels that are none", async () => {
    await expect(valueOf(accuracy([0, 1, 1], [0, 0.9, 0.7]))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OutOfRangeError: accuracy: predictions must be whole numbers, got 0.8999999761581421 at [1]. Probabilities of yes are compared by binaryAccuracy, and scores of all classes, [batch, classes], are taken here and by topKAccuracy.]`,
    );
    // As if predictions came first.
    await expect(valueOf(accuracy(new Float64Array([0.2, 0.9]), [0, 1]))).rejects.toThrow(
      "accuracy: targets must be whole numbers, got 0.2 at [0].",
    );
    const compiled = compile(accuracy, { engine });
    expect((await compiled([0, 1], [0, 1])).item()).toBe(1);
    await expect(compiled([0, 1], [0, 0.5])).rejects.toThrow("predictions must be whole numbers, got 0.5 at [1]");
    await compiled.dispose();
  });

  it("counts NaN as wrong, on either side", async () => {
    expect(await valueOf(accuracy([0, 1], [NaN, 1]))).toBe(0.5);
    expect(await valueOf(accuracy([NaN, 1], [NaN, 1]))).toBe(0.5);
    expect(await valueOf(accuracy([NaN, 1], [0, 1]))).toBe(0.5);
  });

  it("is NaN of an empty batch", async () => {
    expect(await valueOf(accuracy([], []))).toBeNaN();
    expect(await valueOf(accuracy(new Int32Array(0), oneHot(new Int32Array(0), 3)))).toBeNaN();
    expect(await valueOf(clusteringAccuracy(new Int32Array(0), new Int32Array(0), 2))).toBeNaN();
  });

  it("has a gradient of 0", async () => {
    expect(
      await gradientsOf(
        (scores) => accuracy([0, 1], scores),
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ).toEqual([[0, 0, 0, 0]]);
  });
});

describe("clusteringAccuracy", () => {
  it("does not depend on how clusters are named", async () => {
    const labels = [0, 0, 1, 1, 2, 2, 2];
    const clusters = [1, 1, 0, 2, 2, 2, 0];
    const renamed = clusters.map((cluster) => [2, 0, 1][cluster]!);
    expect(await valueOf(clusteringAccuracy(labels, clusters, 3))).toBeCloseTo(5 / 7, 6);
    expect(await valueOf(clusteringAccuracy(labels, renamed, 3))).toBeCloseTo(5 / 7, 6);
  });

  it("is the purity of the example in Introduction to Information Retrieval, section 16.3", async () => {
    const clusters = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2];
    const labels = [0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 2, 0, 0, 2, 2, 2];
    expect(await valueOf(clusteringAccuracy(labels, clusters, 3))).toBeCloseTo(12 / 17, 6);
  });

  it("tells apart how many labels there are from how many clusters", async () => {
    expect(await valueOf(clusteringAccuracy([0, 5, 5, 2], [0, 1, 1, 0], 2, { labelCount: 6 }))).toBe(0.75);
    expect(await valueOf(clusteringAccuracy([0, 0, 0], [4, 4, 1], 5, { labelCount: 1 }))).toBe(1);
  });
});
