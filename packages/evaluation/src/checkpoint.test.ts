/** Does a run that ended anywhere go on to the same report, and is a checkpoint of another run refused? */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@symloss/engine-cpu";
import { wasm } from "@symloss/engine-wasm";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { fileCheckpoint } from "./files/index.ts";
import { type Checkpoint, type Source, evaluation, states } from "./index.ts";

const engine = await cpu();
const folder = mkdtempSync(join(tmpdir(), "symloss-checkpoint-"));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await engine.dispose();
});

const subject = evaluation(
  ({ label, logits }) => {
    const loss = sparseSoftmaxCrossentropyLogits(label, logits);
    return { loss: states.mean(loss), worst: states.topK(loss, { k: 3 }) };
  },
  { columns: { label: "int32", logits: ["logit_*", "float32"] }, batch: 32 },
);

interface Data {
  readonly label: readonly (number | null)[];
  readonly logits: readonly number[];
  readonly site: readonly string[];
}

function dataOf(shard: number, rows: number): Data {
  return {
    label: Array.from({ length: rows }, (_, row) => (row % 41 === 7 ? null : (row + shard) % 2)),
    logits: Array.from({ length: rows }, (_, row) => Math.sin(row * 3 + shard) * 4),
    site: Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? "__proto__" : "ö")),
  };
}

const data: Readonly<Record<string, Data>> = {
  a: dataOf(0, 150),
  empty: dataOf(1, 0),
  b: dataOf(2, 97),
  c: dataOf(3, 33),
};

/** The shards, in batches of so many rows; what is read is told. */
function sourceOf(batch: number, onBatch: (shard: string) => void = () => {}, etag = "1"): Source {
  return {
    shards: () =>
      Object.entries(data).map(([shard, { label, logits, site }]) => ({
        shard,
        etag,
        *read() {
          for (let from = 0; from < label.length; from += batch) {
            onBatch(shard);
            const part = <T>(values: readonly T[]): readonly T[] => values.slice(from, from + batch);
            yield {
              label: part(label),
              logit_0: Float32Array.from(part(logits)),
              logit_1: new Float32Array(part(logits).length),
              site: part(site),
            };
          }
        },
      })),
  };
}

function inMemory(everyRows?: number, kept: string[] = []): Checkpoint & { readonly kept: string[] } {
  return { everyRows, kept, lines: async () => [...kept], append: async (line) => void kept.push(line) };
}

const options = { engine, by: "site", badRows: "skip" } as const;
const whole = await subject.run(sourceOf(1000), options);

describe("a run goes on", () => {
  test("after it ended at any batch, any number of times, with batches of other sizes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 12 })), { maxLength: 5 }),
        async (everyRows, ends) => {
          const checkpoint = inMemory(everyRows);
          for (const [batch, last] of ends) {
            const controller = new AbortController();
            let read = 0;
            const source = sourceOf(batch, () => {
              if (++read === last) controller.abort(new Error("enough"));
            });
            const run = subject.run(source, { ...options, checkpoint, signal: controller.signal });
            await run.catch((error: Error) => {
              if (error.message !== "enough") throw error;
            });
          }
          expect(await subject.run(sourceOf(13), { ...options, checkpoint })).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("without reading again what is whole, and tells how far it is with it", async () => {
    const checkpoint = inMemory();
    await subject.run(sourceOf(50), { ...options, checkpoint });
    expect(checkpoint.kept.length).toBe(4);
    checkpoint.kept.splice(2, 1);
    const read: string[] = [];
    let rows = 0;
    const source = sourceOf(50, (shard) => read.push(shard));
    const told = { onProgress: (one: { readonly rows: number }) => void (rows = one.rows) };
    expect(await subject.run(source, { ...options, checkpoint, ...told })).toEqual(whole);
    expect(read).toEqual(["b", "b"]);
    expect(rows).toBe(280);
    expect(checkpoint.kept.length).toBe(4);
  });

  test("from a state", async () => {
    const before = await subject.update(undefined, sourceOf(9), options);
    const checkpoint = inMemory(40);
    const twice = await subject.update(before, sourceOf(9), { ...options, checkpoint });
    expect(twice).toEqual(await subject.update(before, sourceOf(9), options));
    expect(await subject.update(before, sourceOf(9), { ...options, checkpoint })).toEqual(twice);
  });

  test("from a file that was torn at any byte", async () => {
    const path = join(folder, "run.jsonl");
    const checkpoint = fileCheckpoint(path, { everyRows: 60 });
    expect(await subject.run(sourceOf(20), { ...options, checkpoint })).toEqual(whole);
    const bytes = readFileSync(path);
    expect(bytes.toString().split("\n").length).toBe(8);
    for (let end = 0; end <= bytes.length; end += 1 + Math.floor(bytes.length / 40)) {
      writeFileSync(path, bytes.subarray(0, end));
      expect(await subject.run(sourceOf(20), { ...options, checkpoint })).toEqual(whole);
      expect(readFileSync(path, "utf8")).toBe(bytes.toString());
    }
  });
});

describe("is refused", () => {
  const run = async (lines: readonly string[], more: object = {}, source: unknown = sourceOf(20)): Promise<string> => {
    const given = { ...options, checkpoint: inMemory(undefined, [...lines]), ...more };
    return subject.run(source as Source, given).then(
      () => "nothing",
      (error: Error) => error.message,
    );
  };
  const lines = async (): Promise<string[]> => {
    const checkpoint = inMemory();
    await subject.run(sourceOf(20), { ...options, checkpoint });
    return checkpoint.kept;
  };
  const changed = async (change: object): Promise<string[]> => {
    const [first] = await lines();
    return [JSON.stringify({ ...(JSON.parse(first!) as object), ...change })];
  };

  test.each<[string, () => Promise<string>, RegExp]>([
    [
      "of other groups",
      async () => run(await lines(), { by: undefined }),
      /^run: line 1 of the checkpoint must be of a run with the by null, got "site"\.$/,
    ],
    ["of another policy", async () => run(await lines(), { badRows: "stop" }), /with the badRows "stop", got "skip"/],
    ["of another evaluation", async () => run(await changed({ state: { key: "k" } })), /with the key "[^"]+", got "k"/],
    [
      "of a shard that has changed",
      async () =>
        run(
          await lines(),
          {},
          sourceOf(20, () => {}, "2"),
        ),
      /^run: shard "a" must be as it was when the checkpoint was written, "1", got "2"/,
    ],
    [
      "of a shard that is shorter",
      async () => run(await changed({ rows: 151, whole: false })),
      /^run: shard "a" must have 151 rows, as the checkpoint says, or more, got 150/,
    ],
    [
      "that is no JSON",
      () => run(["{}", "x"].slice(1)),
      /^run: line 1 of the checkpoint must be JSON, got the string "x"/,
    ],
    [
      "of another format",
      () => run(["{}"]),
      /^run: line 1 of the checkpoint must be that of a checkpoint, version 1, got /,
    ],
    [
      "without a shard",
      async () => run(await changed({ shard: 3 })),
      /must have a shard, and an etag or null, got 3 and/,
    ],
    [
      "with another etag",
      async () => run(await changed({ etag: 3 })),
      /must have a shard, and an etag or null, got .* and 3/,
    ],
    [
      "with rows that are no number",
      async () => run(await changed({ rows: -1 })),
      /must have a number of rows, and whether they are the whole, got -1/,
    ],
    [
      "of shards with one name",
      () => run([], {}, { shards: () => [...(sourceOf(5).shards() as []), ...(sourceOf(5).shards() as [])] }),
      /^run: shards must have different names with a checkpoint, got "a" twice/,
    ],
    [
      "of rows without shards",
      () => run([], {}, [{}]),
      /^run: source must be a source of shards, such as files\("\*\.parquet"\), got a list/,
    ],
    [
      "that keeps nothing",
      () => run([], { checkpoint: { lines: () => [] } }),
      /^run: checkpoint must be a checkpoint, got /,
    ],
  ])("%s", async (_, act, message) => {
    expect(await act()).toMatch(message);
  });

  test("of another engine, and of a state that is none", async () => {
    const other = await wasm();
    expect(await run(await lines(), { engine: other })).toMatch(/with the fingerprint "wasm .*", got "cpu /);
    await other.dispose();
    const [first] = await lines();
    const { state } = JSON.parse(first!) as { readonly state: object };
    expect(await run(await changed({ state: { ...state, rows: -3 } }))).toMatch(
      /^run: line 1 of the checkpoint: rows must be a number of rows, got -3/,
    );
  });

  test.each<[string, () => unknown]>([
    ["a file without a name", () => fileCheckpoint("")],
    ["a line after no rows", () => fileCheckpoint("run.jsonl", { everyRows: 0 })],
    ["an unknown option", () => fileCheckpoint("run.jsonl", { every: 3 } as never)],
  ])("%s", (_, make) => {
    expect(make).toThrow(/^fileCheckpoint: /);
  });
});
