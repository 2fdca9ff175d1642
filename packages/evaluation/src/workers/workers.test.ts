/** Is a report of several threads that of one, and does what fails in a thread have its name? */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bundle } from "../../test/bundle.ts";
import { runInWorkers } from "./index.ts";

let bundle: Bundle;
let outcomes: Readonly<Record<string, unknown>> = {};
beforeAll(async () => {
  const sources = ["shards", "bad-shards", "query-shards", "cut-query-shards", "run-shards", "twice"];
  const ofMany = ["many-shards", "many-torn-shards", "many-changing-shards"];
  const names = ["run-workers", ...sources, ...ofMany].map((name) => `test/${name}`);
  bundle = await Bundle.of([...names, "src/workers/worker"]);
  const { stdout } = await promisify(execFile)(process.execPath, [bundle.pathOf("test/run-workers")]);
  outcomes = JSON.parse(stdout.trim().split("\n").at(-1)!) as Readonly<Record<string, unknown>>;
}, 120_000);
afterAll(() => bundle[Symbol.dispose]());

test.each<[string, unknown]>([
  ["same", true],
  ["many", [7500, true]],
  ["torn", "EngineError: runInWorkers: shard part-1: the disk is gone"],
  [
    "changing",
    expect.stringMatching(
      /^OutOfRangeError: runInWorkers: what a worker gave must be of shard part-1 as it is here, "true", got "false"\.$/,
    ),
  ],
  [
    "too many groups in all",
    expect.stringMatching(/^OutOfRangeError: runInWorkers: by must have at most 150 groups, got 15[1-4]\. maxGroups /),
  ],
  ["resumed", [6, 6, true]],
  [
    "another checkpoint",
    expect.stringMatching(
      /^OutOfRangeError: runInWorkers: line 1 of the checkpoint must be of a run with the by "label", got "site"/,
    ),
  ],
  ["queries", [true, true]],
  [
    "cut query",
    expect.stringMatching(
      /^OutOfRangeError: runInWorkers: all rows of a query must stand together in one shard, got query "13" in shard "part-/,
    ),
  ],
  ["runs", [true, true, true]],
  ["files", true],
  ["progress", expect.objectContaining({ rows: 750, shards: 5, totalShards: 5, secondsLeft: 0 })],
  [
    "bad row",
    expect.stringMatching(
      /^OutOfRangeError: runInWorkers: shard bad, row 149: sparseSoftmaxCrossentropyLogits: labels must be/,
    ),
  ],
  ["skipped", { "sparseSoftmaxCrossentropyLogits: labels": { count: 1, rows: [{ shard: "bad", row: 149 }] } }],
  ["too many groups", expect.stringMatching(/^OutOfRangeError: .*by must have at most 3 groups/)],
  ["twice", 'OutOfRangeError: runInWorkers: shards must have different names, got "part-0" twice.'],
  ["no exports", expect.stringMatching(/^DTypeError: runInWorkers: node:path must export test, an evaluation, got/)],
  ["no module", true],
  ["aborted", expect.stringMatching(/abort/i)],
  ["again", 750],
])("%s", (name, outcome) => {
  expect(outcomes[name]).toEqual(outcome);
});

test.each<[string, URL, object]>([
  ["no URL", "./test.js" as never, { workers: 2 }],
  ["no threads", new URL("file:///x.js"), { workers: 0 }],
  ["an engine, which the module has", new URL("file:///x.js"), { workers: 2, engine: {} }],
])("is refused: %s", async (_, module, options) => {
  await expect(runInWorkers(module, options as never)).rejects.toThrow(/^runInWorkers: /);
});
