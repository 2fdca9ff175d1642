import { expect, test } from "vitest";
import { sampleResult } from "../../test/sample-result.ts";
import { crossingsOf, entryNames, sweepsIn } from "./crossing.ts";
import type { Measurement } from "./result.ts";

/** Measurements of W at sizes, with the times of each entry; quartiles are this share of the median apart. */
function sweep(times: Readonly<Record<number, Readonly<Record<string, number>>>>, noise = 0): readonly Measurement[] {
  const [, template] = sampleResult().measurements;
  return Object.entries(times).map(([elements, entries]) => ({
    ...template!,
    elements: Number(elements),
    entries: Object.entries(entries).map(([name, median]) => ({
      ...template!.entries[0]!,
      name,
      contender: name,
      nanoseconds: { lower: median * (1 - noise / 2), median, upper: median * (1 + noise / 2) },
    })),
  }));
}

test("two straight lines on logarithmic axes cross where they cross", () => {
  // One takes as long for any size, the other ten for each element.
  const curves = sweep({ 100: { call: 10_000, loop: 1000 }, 10_000: { call: 10_000, loop: 100_000 } });
  expect(crossingsOf(curves, ["call", "loop"])).toEqual([
    { workload: "W2", below: "loop", above: "call", elements: 1000 },
  ]);
});

test("only where it changes who is faster, as often as it does", () => {
  const curves = sweep({ 1: { a: 1, b: 2 }, 10: { a: 1, b: 2 }, 100: { a: 2, b: 1 }, 1000: { a: 1, b: 2 } });
  expect(crossingsOf(curves, ["a", "b"]).map(({ below, elements }) => [below, elements])).toEqual([
    ["a", 32],
    ["b", 316],
  ]);
});

test("sizes at which the quartiles overlap don't count", () => {
  const times = { 10: { a: 1, b: 2 }, 100: { a: 1.05, b: 1 }, 1000: { a: 1, b: 2 } };
  expect(crossingsOf(sweep(times), ["a", "b"])).toHaveLength(2);
  expect(crossingsOf(sweep(times, 0.2), ["a", "b"])).toEqual([]);
});

test("sizes that only one has, and the entries that are not asked for, don't count", () => {
  const curves = sweep({ 10: { a: 1, c: 9 }, 100: { a: 1, b: 2, c: 0 }, 1000: { b: 1 } });
  expect(crossingsOf(curves, ["a", "b"])).toEqual([]);
});

test("a sweep is a workload at several sizes, the smallest first", () => {
  const { measurements } = sampleResult();
  const sweeps = sweepsIn(measurements.toReversed());
  expect([...sweeps.keys()]).toEqual(["W2"]);
  expect(sweeps.get("W2")!.map(({ elements }) => elements)).toEqual([100, 10_000]);
});

test("entries are named in the order in which they come, of one kind if asked for", () => {
  const { measurements, contenders } = sampleResult();
  expect(entryNames(measurements, contenders)).toEqual(["cpu", "onnx", "hand", "model plain|exp"]);
  expect(entryNames(measurements, contenders, "engine")).toEqual(["cpu", "onnx"]);
});
