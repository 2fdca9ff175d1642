import { PassThrough } from "node:stream";
import { type Engine, ndarray } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DigitSet, loadDigits, sliceDigits } from "../digits.ts";
import { createReport } from "../report/report.ts";
import { type Outcome, sortDigits } from "./mixture.ts";

let engine: Engine;
let digits: DigitSet;
beforeAll(async () => {
  engine = await cpu();
  const { train } = await loadDigits();
  // 250 are no whole number of batches.
  digits = sliceDigits(train, 0, 250);
});
afterAll(() => engine.dispose());

async function sort(epochs: number, seed?: number, set = digits): Promise<{ outcome: Outcome; lines: string[] }> {
  const output = new PassThrough({ encoding: "utf8" });
  const outcome = await sortDigits(set, { engine, epochs, report: createReport(output) }, seed);
  return { outcome, lines: (output.read() as string).trimEnd().split("\n") };
}

test("the loss falls at each epoch, with one cluster as with ten", async () => {
  const { outcome, lines } = await sort(4);
  const epochs = lines.map((line) =>
    /^epoch (\d)\/4 {3}clusters +(\d+) {3}loss (-?\d+\.\d\d) {3}clustering accuracy (\d+\.\d\d) % {3}\d+\.\d s$/
      .exec(line)!
      .slice(1)
      .map(Number),
  );
  expect(epochs.map(([epoch]) => epoch)).toEqual([1, 2, 3, 4]);
  expect(epochs.map(([, clusters]) => clusters)).toEqual([1, 1, 10, 10]);
  const losses = epochs.map(([, , loss]) => loss!);
  expect(losses).toEqual(losses.toSorted((left, right) => right - left));
  expect(losses[0]! - losses[3]!).toBeGreaterThan(500);
  expect(outcome.loss).toBeCloseTo(losses[3]!, 2);
  // All that a single cluster tells is the most frequent digit.
  expect(epochs[0]![3]).toBeCloseTo((100 * Math.max(...frequencies())) / 250, 2);
}, 60_000);

test("ten clusters tell more of the digits than chance does, and count each once", async () => {
  const { accuracy, pairs } = (await sort(2)).outcome;
  // Clusters of 25 digits by chance hold 5 or 6 of one.
  expect(accuracy).toBeGreaterThan(0.28);
  expect(pairs).toHaveLength(10);
  expect(frequencies().map((_, digit) => sumOf(pairs.map((row) => row[digit]!)))).toEqual(frequencies());
  expect(accuracy).toBeCloseTo(sumOf(pairs.map((row) => Math.max(...row))) / 250, 6);
}, 60_000);

test("all follows from the images and the seed, and nothing from the labels", async () => {
  const { outcome } = await sort(1);
  const blind = { ...digits, labels: ndarray(new Int32Array(250), [250]) };
  const again = (await sort(1, undefined, blind)).outcome;
  expect(again.loss).toBe(outcome.loss);
  expect(again.accuracy).toBe(1);
  expect(again.pairs.map(sumOf)).toEqual(outcome.pairs.map(sumOf));
  expect((await sort(1, 2)).outcome.loss).not.toBe(outcome.loss);
}, 60_000);

function frequencies(): number[] {
  return Array.from({ length: 10 }, (_, digit) => digits.labels.data.filter((label) => label === digit).length);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((left, right) => left + right, 0);
}
