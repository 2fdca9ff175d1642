import { PassThrough } from "node:stream";
import type { Engine } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadDigits, sliceDigits } from "../digits.ts";
import { createReport } from "../report/report.ts";
import { learnDigits } from "./digits.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await cpu();
});
afterAll(() => engine.dispose());

test("2,000 digits teach to read most of others, and each epoch has its line", async () => {
  const { train, test: held } = await loadDigits();
  const output = new PassThrough({ encoding: "utf8" });
  // 1,900 are no whole number of batches.
  const data = { train: sliceDigits(train, 0, 1900), test: sliceDigits(held, 0, 1000) };
  const outcome = await learnDigits(data, { engine, epochs: 5, report: createReport(output) });

  expect(outcome.accuracy).toBeGreaterThan(0.8);
  expect(outcome.loss).toBeLessThan(0.7);
  expect(outcome.confusion.map((row) => row.reduce((left, right) => left + right))).toEqual(
    Array.from({ length: 10 }, (_, digit) => data.test.labels.data.filter((label) => label === digit).length),
  );
  expect(outcome.confusion.reduce((sum, row, digit) => sum + row[digit]!, 0) / 1000).toBeCloseTo(outcome.accuracy, 6);
  const lines = (output.read() as string).trimEnd().split("\n");
  expect(lines).toHaveLength(5);
  for (const line of lines) {
    expect(line).toMatch(
      /^epoch \d\/5 {3}loss \d\.\d{4} {3}test loss \d\.\d{4} {3}test accuracy \d\d\.\d\d % {3}\d+\.\d s$/,
    );
  }
});
