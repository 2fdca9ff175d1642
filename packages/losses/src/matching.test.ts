/** Is each cluster matched with one label, in the best way, and what can't be matched refused by name? */
import { goldenCasesOf } from "@symloss/conformance";
import { ndarray } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import { engine } from "../test/on-cpu.ts";
import { clusterAccuracy } from "./matching.ts";

const cases = await goldenCasesOf("clusterAccuracy");
const interpreter = await cpu({ mode: "interpreter" });

test.each(cases.map((one) => [one.name, one] as const))("golden: %s", async (_, { inputs, options, outputs }) => {
  const [labels, predictions] = [inputs["labels"]!, inputs["predictions"]!].map(({ data, shape }) =>
    ndarray(Int32Array.from(data), shape),
  );
  for (const on of [engine, interpreter]) {
    const got = await clusterAccuracy(labels!, predictions!, options["clusters"] as number, { engine: on });
    expect(got).toBeCloseTo(Number(outputs["loss"]!.data[0]), 12);
  }
});

test("the best of all matchings, by trying them", async () => {
  const clusters = 5;
  const sampleAt = (index: number, seed: number) =>
    Math.floor(Math.abs(Math.sin(index * 12.9898 + seed) * 43758.5453)) % clusters;
  const labels = Array.from({ length: 60 }, (_, index) => sampleAt(index, 1));
  const predictions = labels.map((label, index) => (index % 3 === 0 ? sampleAt(index, 2) : (label + 2) % clusters));
  const best = Math.max(
    ...permutationsOf([0, 1, 2, 3, 4]).map(
      (match) => labels.filter((label, i) => match[predictions[i]!] === label).length,
    ),
  );
  expect(await clusterAccuracy(labels, predictions, clusters, { engine })).toBeCloseTo(best / 60, 12);
});

test("of no sample it is NaN, and of one cluster 1", async () => {
  const none = ndarray(new Int32Array(0));
  expect(await clusterAccuracy(none, none, 3, { engine })).toBeNaN();
  expect(await clusterAccuracy([0, 0], [0, 0], 1, { engine })).toBe(1);
});

describe("refuses by name", () => {
  test.each([
    [
      "a label beyond the clusters",
      [[3], [0], 3, { engine }],
      "clusterAccuracy: labels must be integers from 0 to 2, got 3",
    ],
    ["no cluster", [[0], [0], 0, { engine }], "clusterAccuracy: clusters must be an integer from 1"],
    ["shapes that differ", [[0, 1], [0], 3, { engine }], "clusterAccuracy: labels and predictions must be"],
    ["no engine", [[0], [0], 3, {}], "clusterAccuracy: engine must be"],
    ["an option that is not known", [[0], [0], 3, { engine, egnine: engine }], 'got "egnine". Did you mean engine?'],
  ] as const)("%s", async (_, args, message) => {
    await expect(clusterAccuracy(...(args as unknown as Parameters<typeof clusterAccuracy>))).rejects.toThrow(message);
  });
});

function permutationsOf(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) =>
    permutationsOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}
