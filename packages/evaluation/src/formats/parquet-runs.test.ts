/** Is it seen that all values of a page are the same, and that a run is longer than it can be? */
import { describe, expect, test } from "vitest";
import { valueOfAll } from "./parquet-runs.ts";

/** Runs as they stand in a file: each begins with twice its length, and one more if values are packed, eight at a time. */
const repeated = (length: number, ...value: number[]): number[] => [
  ...(length < 64 ? [2 * length] : [((2 * length) & 0x7f) | 0x80, length >> 6]),
  ...value,
];
const packed = (...bytes: number[]): number[] => [2 * bytes.length + 1, ...bytes];

const ask = (runs: readonly number[][], count: number, width = 1): number | undefined => {
  const bytes = Uint8Array.from([9, ...runs.flat(), 9]);
  return valueOfAll(bytes, { from: 1, to: bytes.length - 1, width, count });
};

describe("the value of all", () => {
  test.each<[string, readonly number[][], number, number, number | undefined]>([
    ["of a single run", [repeated(5, 1)], 5, 1, 1],
    ["of a long run", [repeated(1000, 1)], 1000, 1, 1],
    ["of runs that repeat the same", [repeated(5, 1), repeated(7, 1)], 12, 1, 1],
    ["of two bytes", [repeated(5, 2, 3)], 5, 10, 0x302],
    ["without bits", [repeated(5)], 5, 0, 0],
    ["of runs that differ", [repeated(5, 1), repeated(7, 0)], 12, 1, undefined],
    ["of runs that differ, the first of all ones", [repeated(5, 0), repeated(7, 1)], 12, 1, undefined],
    ["where some are packed", [repeated(5, 1), packed(0xff)], 13, 1, undefined],
    ["where all are packed", [packed(0xff)], 8, 1, undefined],
    ["where some are missing", [repeated(5, 1)], 6, 1, undefined],
    ["where the value is missing", [repeated(5)], 5, 1, undefined],
    ["of nothing", [], 3, 1, undefined],
  ])("%s", (_, runs, count, width, value) => {
    expect(ask(runs, count, width)).toBe(value);
  });
});

test("a run that is longer than the page is refused", () => {
  expect(() => ask([repeated(1001, 1)], 1000)).toThrow("a run of 1001 values in a page of 1000");
  expect(() => ask([packed(0, 0, 0)], 3, 0)).toThrow("a run of 24 values in a page of 3");
});
