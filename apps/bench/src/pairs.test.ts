import { PassThrough } from "node:stream";
import { ndarray } from "@symloss/core";
import { expect, test } from "vitest";
import { countPairs, showPairs } from "./pairs.ts";
import { createReport } from "./report/report.ts";

const rows = ndarray(Int32Array.of(0, 0, 0, 2, 2));
const columns = ndarray(Int32Array.of(1, 1, 0, 0, 1));
const pairs = [
  [1, 2],
  [0, 0],
  [1, 1],
];

test("each element counts where its classes meet", () => {
  expect(countPairs(rows, 3, columns, 2)).toEqual(pairs);
});

test("a row shows its counts and its verdict, which an empty one has not", () => {
  const output = new PassThrough({ encoding: "utf8" });
  showPairs(createReport(output), "cluster", pairs, { title: "last", pick: (counts) => counts.at(-1)! });
  expect(output.read()).toBe(
    ["cluster  0  1     last", "0        1  2  66.67 %", "1        .  .        .", "2        1  1  50.00 %", ""].join(
      "\n",
    ),
  );
});
