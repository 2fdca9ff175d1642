import { compile } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { describe, expect, it } from "vitest";
import { engine, valueOf } from "../../test/on-cpu.ts";
import { clusteringAccuracy } from "./clustering-accuracy.ts";

/** Numbers from 0 and below the limit, the same on every run. */
function sample(count: number, below: number, seed: number): Int32Array {
  let state = seed;
  return Int32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  });
}

/** By counting. */
function purity(labels: Int32Array, clusters: Int32Array): number {
  const counts = new Map<number, Map<number, number>>();
  for (const [index, cluster] of clusters.entries()) {
    const own = counts.get(cluster) ?? new Map<number, number>();
    counts.set(cluster, own.set(labels[index]!, (own.get(labels[index]!) ?? 0) + 1));
  }
  const best = [...counts.values()].map((own) => Math.max(...own.values()));
  return best.reduce((total, count) => total + count, 0) / labels.length;
}

describe("clusteringAccuracy", () => {
  it.each([
    [1, 1, 1],
    [2, 1e6, 1e6],
    [100, 3, 5],
    [100, 7, 200],
    [300, 300, 300],
    [20, 1e9, 1e9],
    [5000, 40, 3],
    [5000, 4096, 4096],
  ])("is the purity of %d samples in %d clusters with %d labels", async (samples, clusters, labelCount) => {
    const labels = sample(samples, Math.min(labelCount, 9), 1);
    const predictions = sample(samples, clusters, 2);
    const got = await valueOf(clusteringAccuracy(labels, predictions, clusters, { labelCount }));
    expect(got).toBe(Math.fround(purity(labels, predictions)));
  });

  it("does not depend on how it is counted, nor on the engine", async () => {
    const interpreter = await cpu({ mode: "interpreter" });
    const [labels, predictions] = [sample(200, 12, 3), sample(200, 10, 4)];
    // A table of 120 cells, or 40,000 pairs.
    for (const labelCount of [12, 1e5]) {
      for (const one of [engine, interpreter]) {
        const fn = compile((x, y) => clusteringAccuracy(x, y, 10, { labelCount }), { engine: one });
        expect((await fn(labels, predictions)).item()).toBe(Math.fround(purity(labels, predictions)));
        await fn.dispose();
      }
    }
  });

  it("is NaN of an empty batch, whatever the counts", async () => {
    for (const clusters of [2, 1e9]) expect(await valueOf(clusteringAccuracy([], [], clusters))).toBeNaN();
  });

  it("refuses what neither cells nor pairs can count", () => {
    const batch = new Int32Array(4097);
    expect(() => clusteringAccuracy(batch, batch, 1e6)).toThrowErrorMatchingInlineSnapshot(
      `[OutOfRangeError: clusteringAccuracy: clusters times labels must be at most 16777216 for a batch of more than 4096, got 1000000 times 1000000 for i32[4097]. Give labelCount if there are fewer labels than clusters.]`,
    );
    expect(() => clusteringAccuracy(batch, batch, 1e6, { labelCount: 16 })).not.toThrow();
  });

  it("checks labels and clusters however they are counted", async () => {
    await expect(valueOf(clusteringAccuracy([0, 5], [0, 1], 1e6, { labelCount: 5 }))).rejects.toThrow("labels must be");
    await expect(valueOf(clusteringAccuracy([0, 1], [0, 1e6], 1e6))).rejects.toThrow("predictions must be");
  });
});
