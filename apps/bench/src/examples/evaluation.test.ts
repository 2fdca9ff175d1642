import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { createReport } from "../report/report.ts";
import { compareCuts, rowsOf } from "./evaluation.ts";

const folder = mkdtempSync(join(tmpdir(), "symloss-cuts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const labels = Array.from({ length: 60 }, (_, row) => row % 10);
const logits = Array.from({ length: 600 }, (_, index) => Math.sin(index * 3));
const whole = { name: "whole", lengths: [60], threads: 1 };

test("every cut has one digest, and its table", async () => {
  const output = new PassThrough({ encoding: "utf8" });
  const cuts = [whole, { name: "three shards", lengths: [7, 52, 1], threads: 1 }];
  await compareCuts(rowsOf(labels, logits), cuts, folder, createReport(output));
  const text = output.read() as string;
  expect(text.match(/^all +60 /gm)).toHaveLength(2);
  expect(text).toMatch(/^(?<digest>[0-9a-f]{32})\n\k<digest>\nEqual to the last bit/m);
});

test("rows that are lost are told", async () => {
  const cuts = [
    { ...whole, name: "all of it" },
    { name: "too few", lengths: [30, 29], threads: 1 },
  ];
  const output = new PassThrough({ encoding: "utf8" });
  await expect(compareCuts(rowsOf(labels, logits), cuts, folder, createReport(output))).rejects.toThrow(
    /^All digests must be one, got [0-9a-f]+ and [0-9a-f]+\.$/,
  );
});
