/** Is what is in a store instead of memory the same, to the last bit, and is a store refused that lost something? */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { averagePrecision, rocAuc } from "@symloss/losses";
import fc from "fast-check";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Run } from "../exact/counts.ts";
import { fileRuns } from "../files/index.ts";
import { type Batch, type Checkpoint, type EvaluationState, type RunStore, evaluation, states } from "../index.ts";
import { sha256 } from "../platform.ts";
import { blocksOfRun } from "./merged.ts";
import { blocksOf, bytesOf } from "./run-bytes.ts";
import { limits } from "./run-store.ts";

const engine = await cpu();
const folder = mkdtempSync(join(tmpdir(), "symloss-runs-"));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await engine.dispose();
});

const usual = { ...limits };
beforeEach(() => void Object.assign(limits, { inline: 4, memory: 10, together: 3, block: 2 }));
afterEach(() => void Object.assign(limits, usual));

async function all(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const bytes: number[] = [];
  for await (const part of parts) bytes.push(...part);
  return Uint8Array.from(bytes);
}

/** A store in memory, which yields few bytes at a time. */
function inMemory(): RunStore & { readonly files: Map<string, Uint8Array>; kept: number } {
  const files = new Map<string, Uint8Array>();
  async function* parts(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < bytes.length; from += 5) yield bytes.slice(from, from + 5);
  }
  const store = {
    files,
    kept: 0,
    async put(bytes: AsyncIterable<Uint8Array>) {
      const whole = await all(bytes);
      const hash = await sha256([whole]);
      files.set(hash, whole);
      return hash;
    },
    open: (hash: string) => parts(files.get(hash)!),
    async keep(bytes: AsyncIterable<Uint8Array>) {
      const whole = await all(bytes);
      store.kept++;
      return { open: () => parts(whole), remove: async () => void store.kept-- };
    },
  };
  return store;
}

const subject = evaluation(
  ({ score, label }) => ({
    area: states.rocAuc(label, score, { exact: true }),
    precision: states.averagePrecision(label, score, { exact: true }),
    quantiles: states.quantiles(score, { exact: true }),
    mean: states.mean(score),
    bounded: states.rocAuc(label, score),
  }),
  { columns: { score: "float32", label: "bool" }, batch: 4 },
);

interface Row {
  readonly score: number;
  readonly label: boolean;
  readonly site: string;
}

const row: fc.Arbitrary<Row> = fc.record({
  score: fc.oneof(
    fc.float({ noNaN: true }),
    fc.constantFrom(0, -0, 1, NaN, Infinity),
    fc.integer({ min: -9, max: 9 }),
    fc.integer({ min: -9, max: 9 }),
  ),
  label: fc.boolean(),
  site: fc.constantFrom("__proto__", "b", "c"),
});

const batchOf = (rows: readonly Row[]): Batch => ({
  score: rows.map(({ score }) => score),
  label: rows.map(({ label }) => label),
  site: rows.map(({ site }) => site),
});

function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    score: Math.fround(Math.sin(index)),
    label: index % 3 === 0,
    site: index % 5 === 0 ? "b" : "c",
  }));
}

const isNear = (value: number, expected: number): boolean =>
  Object.is(value, expected) || Math.abs(value - expected) < 1e-6;

describe("the same rows give the same", () => {
  test("with and without a store, cut and merged in any way", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 90 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        async (rows, sizes, random) => {
          const [store, other] = [inMemory(), inMemory()];
          const plain = await subject.update(undefined, batchOf(rows), { engine, by: "site" });
          const whole = await subject.update(undefined, batchOf(rows), { engine, by: "site", runs: store });
          const report = await subject.result(whole, { runs: store });
          expect(report).toEqual(await subject.result(plain));
          const parts: EvaluationState[] = [];
          let from = 0;
          for (const size of [...sizes, rows.length]) {
            const part = batchOf(rows.slice(from, from + size));
            // Those of some workers, which share the store; others have none.
            const runs = random.next().value % 3 === 0 ? undefined : other;
            parts.push(await subject.update(undefined, part, { engine, by: "site", runs }));
            from += size;
          }
          const everything = await subject.mergeAll(parts, { runs: other });
          while (parts.length > 1) {
            const at = random.next().value % (parts.length - 1);
            const read = await subject.read(subject.write(parts[at]!));
            parts.splice(at, 2, await subject.merge(parts[at + 1]!, read, { runs: other }));
          }
          const merged = await subject.merge(await subject.empty(), parts[0]!, { runs: other });
          expect(subject.write(merged)).toBe(subject.write(whole));
          expect(subject.write(everything)).toBe(subject.write(whole));
          for (const hash of subject.write(whole).match(/(?<=run":")\w+/g) ?? []) {
            expect(other.files.get(hash)).toEqual(store.files.get(hash));
          }
          expect([store.kept, other.kept]).toEqual([0, 0]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("as losses do, also where scores are tied", async () => {
    const tied = fc.record({ score: fc.integer({ min: -3, max: 3 }), label: fc.boolean(), site: fc.constant("b") });
    await fc.assert(
      fc.asyncProperty(fc.array(tied, { minLength: 1, maxLength: 30 }), async (rows) => {
        const label = Float64Array.from(rows, (one) => Number(one.label));
        const score = Float64Array.from(rows, (one) => one.score);
        const own = await evaluate(
          { area: rocAuc(label, score), precision: averagePrecision(label, score) },
          { engine },
        );
        const { area, precision, bounded } = await subject.run(batchOf(rows), { engine, runs: inMemory() });
        expect(isNear(area.value, own.area.item())).toBe(true);
        expect(isNear(precision.value, own.precision.item())).toBe(true);
        expect([area.least, area.most, precision.least]).toEqual([area.value, area.value, precision.value]);
        expect(bounded.least <= area.value && area.value <= bounded.most).toBe(!Number.isNaN(area.value));
      }),
    );
  });

  test("in files", async () => {
    const rows = batchOf(rowsOf(500));
    const own = join(folder, "same");
    const report = await subject.run(rows, { engine, by: "site", runs: fileRuns(own) });
    expect(report).toEqual(await subject.run(rows, { engine, by: "site" }));
    expect(report.quantiles.count).toBe(500);
    const names = readdirSync(own);
    expect(names.filter((name) => !/^[0-9a-f]{64}\.run$/.test(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(5);
  });

  test("after a run ended anywhere and went on", async () => {
    const rows = rowsOf(120);
    const whole = await subject.run(batchOf(rows), { engine, by: "site" });
    for (const last of [1, 4, 9, 20]) {
      const store = inMemory();
      const lines: string[] = [];
      const checkpoint: Checkpoint = {
        everyRows: 17,
        lines: async () => lines,
        append: async (line) => void lines.push(line),
      };
      const source = (most: number) => ({
        shards: () =>
          ["a", "b"].map((shard, index) => ({
            shard,
            *read() {
              for (let from = 60 * index; from < 60 * (index + 1); from += 5) {
                if (most-- === 0) throw new Error("enough");
                yield batchOf(rows.slice(from, from + 5));
              }
            },
          })),
      });
      const options = { engine, by: "site", runs: store, checkpoint };
      await expect(subject.run(source(last), options)).rejects.toThrow("enough");
      expect(store.kept).toBe(0);
      expect(await subject.run(source(Infinity), options)).toEqual(whole);
      expect(lines.join("\n")).toContain('"run":');
    }
  });

  test("with the usual limits, of more numbers than a state holds", async () => {
    Object.assign(limits, usual);
    const rows = batchOf(rowsOf(40_000));
    const store = inMemory();
    const big = evaluation(({ score, label }) => ({ area: states.rocAuc(label, score, { exact: true }) }), {
      columns: { score: "float32", label: "bool" },
    });
    const state = await big.update(undefined, rows, { engine, runs: store });
    expect(state.states["area"]).toMatchObject({ positives: expect.any(Array), negatives: { rows: 26_666 } });
    expect(await big.result(state, { runs: store })).toEqual(await big.run(rows, { engine }));
  });
});

describe("a store is refused", () => {
  const path = join(folder, "refused");
  const runs = fileRuns(path);
  const state = async (): Promise<EvaluationState> => {
    rmSync(path, { recursive: true, force: true });
    return subject.update(undefined, batchOf(rowsOf(30)), { engine, runs });
  };
  const damage = async (change: (bytes: Uint8Array) => Uint8Array): Promise<string> => {
    const own = await state();
    const { run } = (own.states["quantiles"] as { readonly values: { readonly run: string } }).values;
    const file = join(path, `${run}.run`);
    writeFileSync(file, change(readFileSync(file)));
    const message = await subject.result(own, { runs }).then(
      () => "nothing",
      (error: Error) => `${error.name}: ${error.message}`,
    );
    expect(message).toContain(file);
    expect(await subject.merge(own, own, { runs }).catch((error: Error) => error.message)).toContain(file);
    // And the next run makes it good.
    expect((await subject.run(batchOf(rowsOf(30)), { engine, runs })).rows).toBe(30);
    return message;
  };

  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ["torn", (bytes) => bytes.subarray(0, bytes.length - 7)],
    ["empty", () => new Uint8Array(0)],
    ["longer", (bytes) => Uint8Array.of(...bytes, 1, 1)],
    ["changed in a bit", (bytes) => bytes.with(9, bytes[9]! ^ 1)],
  ])("if a file is %s", async (_, change) => {
    expect(await damage(change)).toMatch(
      /^OutOfRangeError: fileRuns: .*\.run must have the SHA-256 that is its name, got [0-9a-f]{64}\.$/,
    );
  });

  test("if a file is missing, or none is given", async () => {
    const own = await state();
    rmSync(path, { recursive: true });
    await expect(subject.result(own, { runs })).rejects.toThrow(
      /^fileRuns: .*refused.*\.run must be there, for a state refers to it, got no file\.$/,
    );
    await expect(subject.result(own)).rejects.toThrow(
      /^result: runs must be where run [0-9a-f]{64} is kept, such as fileRuns\("folder"\), got undefined\.$/,
    );
    await expect(subject.merge(own, own)).rejects.toThrow(/^merge: runs must be where run/);
    expect(subject.write(await subject.merge(own, await subject.empty()))).toBe(subject.write(own));
  });

  test("if it has another run, or no run, under the hash", async () => {
    const store = inMemory();
    const own = await subject.update(undefined, batchOf(rowsOf(30)), { engine, runs: store });
    const { run } = (own.states["quantiles"] as { readonly values: { readonly run: string } }).values;
    const bytes = store.files.get(run)!;
    store.files.set(run, Uint8Array.of(5, 1));
    await expect(subject.result(own, { runs: store })).rejects.toThrow(
      `result: run ${run} must have 30 keys and 30 rows, as the state says, got 1 and 1.`,
    );
    store.files.set(run, bytes.subarray(0, -1));
    await expect(subject.result(own, { runs: store })).rejects.toThrow(
      `result: run ${run} must hold the bytes of a run`,
    );
  });

  test("if it is none, or has no name", async () => {
    await expect(subject.run({}, { engine, runs: {} as never })).rejects.toThrow(
      "run: runs must be a store for runs, got",
    );
    expect(() => fileRuns("")).toThrow('fileRuns: folder must be the name of a folder, got the string "".');
    await expect(subject.mergeAll(3 as never)).rejects.toThrow("mergeAll: states must be a list, got 3.");
    expect(subject.write(await subject.mergeAll([]))).toBe(subject.write(await subject.empty()));
  });

  test("and leaves nothing, if it can't be written", async () => {
    const own = join(folder, "failing");
    const store = fileRuns(own);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error("no more");
    }
    await expect(store.put(broken())).rejects.toThrow("no more");
    await expect(store.keep(broken())).rejects.toThrow("no more");
    const source = function* () {
      for (let batch = 0; ; batch++) {
        if (batch === 20) throw new Error("enough");
        yield batchOf(rowsOf(100).slice(5 * batch, 5 * batch + 5));
      }
    };
    await expect(subject.run(source(), { engine, by: "site", runs: store })).rejects.toThrow("enough");
    expect(readdirSync(own)).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["no hash", { run: "abc", keys: 1, rows: 1 }],
    ["more keys than rows", { run: "0".repeat(64), keys: 2, rows: 1 }],
    ["something else", { run: "0".repeat(64), keys: 1, rows: 1, more: 1 }],
  ])("and so is a state with %s", async (_, values) => {
    const own = await subject.empty();
    const text = JSON.stringify({ ...own, states: { ...own.states, quantiles: { values, nan: 0 } } });
    await expect(subject.read(text)).rejects.toThrow(
      "read: states.quantiles.values must be a run, or its SHA-256 with keys and rows, got",
    );
    const bounded = { ...(own.states["bounded"] as object), positives: { run: "0".repeat(64), keys: 1, rows: 1 } };
    const other = JSON.stringify({ ...own, states: { ...own.states, bounded } });
    await expect(subject.read(other)).rejects.toThrow("read: states.bounded.positives must be a run");
  });
});

describe("bytes of a run", () => {
  const read = async (bytes: Uint8Array, cut: number): Promise<[number, number][]> => {
    async function* parts(): AsyncGenerator<Uint8Array> {
      for (let from = 0; from < bytes.length; from += cut) yield bytes.slice(from, from + cut);
    }
    const pairs: [number, number][] = [];
    for await (const { keys, counts } of blocksOf("it", parts())) {
      for (const [index, key] of keys.entries()) pairs.push([key, counts[index]!]);
    }
    return pairs;
  };

  test("are read as they were written, wherever they are cut", async () => {
    const key = fc.oneof(fc.constantFrom(0, 1, 127, 128, 2 ** 32 - 1), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
    const count = fc.oneof(
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(key, count), { selector: ([own]) => own }),
        fc.integer({ min: 1, max: 9 }),
        async (given, cut) => {
          const pairs = given.toSorted(([left], [right]) => left - right);
          const run: Run = {
            keys: Uint32Array.from(pairs, ([own]) => own),
            counts: Float64Array.from(pairs, ([, own]) => own),
          };
          const bytes = await all(bytesOf(blocksOfRun(run)));
          expect(await read(bytes, cut)).toEqual(pairs);
        },
      ),
    );
  });

  test.each<[string, number[]]>([
    ["a key without a count", [1]],
    ["a torn integer", [1, 129]],
    ["a count of 0", [1, 0]],
    ["a key twice", [1, 1, 0, 1]],
    ["a key that is too large", [255, 255, 255, 255, 16, 1]],
    ["an integer that is too large", [1, 255, 255, 255, 255, 255, 255, 255, 127]],
    ["an integer that is longer than it must be", [129, 0, 1]],
  ])("are refused: %s", async (_, bytes) => {
    await expect(read(Uint8Array.from(bytes), 2)).rejects.toThrow(
      "it must hold the bytes of a run, with keys that rise and counts above 0, got others.",
    );
  });
});
