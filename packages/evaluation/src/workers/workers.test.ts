/** Is a report of several threads that of one, and does what fails in a thread have its name? */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { defaultServerConditions, build as bundle } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInWorkers } from "./index.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const fixtures = join(root, "packages/evaluation/test");
// Where packages are found.
const folder = mkdtempSync(join(root, "node_modules", ".symloss-workers-"));
afterAll(() => rmSync(folder, { recursive: true }));

let outcomes: Readonly<Record<string, unknown>> = {};
beforeAll(async () => {
  const names = ["run-workers", "shards", "bad-shards", "twice"];
  await bundle({
    configFile: false,
    logLevel: "warn",
    root: fixtures,
    publicDir: false,
    ssr: { noExternal: [/^@symloss\//], resolve: { conditions: ["@symloss/source", ...defaultServerConditions] } },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries([
          ...names.map((name) => [`packages/evaluation/test/${name}`, join(fixtures, `${name}.ts`)] as const),
          ["packages/evaluation/src/workers/worker", join(root, "packages/evaluation/src/workers/worker.ts")],
        ]),
        output: { preserveModules: true, preserveModulesRoot: root },
      },
    },
  });
  const program = join(folder, "packages/evaluation/test/run-workers.js");
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  outcomes = JSON.parse(stdout.trim().split("\n").at(-1)!) as Readonly<Record<string, unknown>>;
}, 120_000);

test.each<[string, unknown]>([
  ["same", true],
  [
    "too many groups in all",
    expect.stringMatching(/^OutOfRangeError: runInWorkers: by must have at most 150 groups, got 15[1-4]\. maxGroups /),
  ],
  ["resumed", [6, 6, true]],
  [
    "another checkpoint",
    expect.stringMatching(
      /^OutOfRangeError: runInWorkers: shard part-\d: line 1 of the checkpoint must be of a run with the by "label", got "site"/,
    ),
  ],
  ["progress", { rows: 750, shards: 5, totalShards: 5 }],
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
