/** Are statistics of queries those of whole queries, whatever cuts their rows, and is a query refused that is not whole? */
import { type Tensor, asTensor, evaluate } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { ndcg } from "@symloss/losses";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type Batch, type Checkpoint, type EvaluationState, type Source, evaluation, states } from "./index.ts";

const engine = await cpu();
afterAll(() => engine.dispose());

interface Query {
  readonly query: string | number;
  readonly labels: readonly number[];
  readonly scores: readonly number[];
  readonly sites: readonly string[];
}

/** Few different scores, so that many are tied. */
const item = fc.record({
  label: fc.constantFrom(0, 0, 1, 2, 3.5),
  score: fc.constantFrom(-1, -0, 0, 0.5, 0.25, 2, Infinity),
  site: fc.constantFrom("__proto__", "b"),
});

function queriesOf(least: number, most: number): fc.Arbitrary<readonly Query[]> {
  return fc.array(fc.array(item, { minLength: 1, maxLength: 9 }), { minLength: least, maxLength: most }).map((all) =>
    all.map((items, index) => ({
      query: index === 1 ? "__proto__" : index,
      labels: items.map(({ label }) => label),
      scores: items.map(({ score }) => score),
      sites: items.map(({ site }) => site),
    })),
  );
}

const ranking = ({ label, score }: { readonly label: Tensor; readonly score: Tensor }) => ({
  all: states.ndcg(label, score),
  two: states.ndcg(label, score, { k: 2, gain: "exponential", whenUndefined: 0 }),
  known: states.ndcg(label, score.mul(2), { whenUndefined: "skip" }),
  score: states.sum(label),
});

const of = (batch: number) =>
  evaluation(ranking, { columns: { label: "float32", score: "float32" }, query: "query", batch });

const small = of(3);

/** The rows of queries, in batches of so many. */
function* batchesOf(queries: readonly Query[], batch: number): Generator<Batch> {
  const rows = queries.flatMap(({ query, labels, scores, sites }) =>
    labels.map((label, row) => ({ query, label, score: scores[row]!, site: sites[row]! })),
  );
  for (let from = 0; from < rows.length; from += batch) {
    const part = rows.slice(from, from + batch);
    yield Object.fromEntries(
      (["query", "label", "score", "site"] as const).map((name) => [name, part.map((row) => row[name])] as const),
    ) as Batch;
  }
}

/** The queries in so many shards. */
function sourceOf(shards: ReadonlyMap<string, readonly Query[]>, batch: number): Source {
  return {
    shards: () => [...shards].map(([shard, queries]) => ({ shard, read: () => batchesOf(queries, batch) })),
  };
}

/** What losses say of each query. */
async function ndcgsOf(queries: readonly Query[], options: Parameters<typeof ndcg>[2]): Promise<number[]> {
  const values: number[] = [];
  for (const { labels, scores } of queries) {
    const value = await evaluate(ndcg(Float64Array.from(labels), Float64Array.from(scores), options), { engine });
    values.push(value.item());
  }
  return values;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

const isNear = (value: number, expected: number): boolean =>
  Object.is(value, expected) || Math.abs(value - expected) < 1e-14;

describe("ndcg", () => {
  test("is the mean of that of losses", async () => {
    await fc.assert(
      fc.asyncProperty(queriesOf(1, 6), async (queries) => {
        const { all, two, known } = await small.run(batchesOf(queries, 1000), { engine });
        const [plain, cut] = [
          await ndcgsOf(queries, {}),
          await ndcgsOf(queries, { k: 2, gain: "exponential", whenUndefined: 0 }),
        ];
        const defined = plain.filter((value) => !Number.isNaN(value));
        const missing = plain.length - defined.length;
        expect(all).toMatchObject({ queries: queries.length, undefined: missing, nan: 0 });
        expect(isNear(all.mean, meanOf(plain))).toBe(true);
        expect(two).toMatchObject({ queries: queries.length, undefined: missing, nan: 0 });
        expect(isNear(two.mean, meanOf(cut))).toBe(true);
        expect(known).toMatchObject({ queries: queries.length, undefined: missing, nan: 0 });
        expect(isNear(known.mean, meanOf(defined))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("of the best order is 1, and of computed labels below 0 what losses say", async () => {
    const own = evaluation(({ label, score }) => ({ ndcg: states.ndcg(label.sub(1), score) }), {
      columns: { label: "float64", score: "float64" },
      query: "query",
    });
    const report = async (label: number[], score: number[]) =>
      (await own.run({ label, score, query: label.map(() => 7n) as never }, { engine })).ndcg.mean;
    expect(await report([4, 3, 3, 3, 1], [5, 4, 3, 2, 1])).toBe(1);
    const negative = await evaluate(ndcg(asTensor([3, 0, 2]).sub(1), [1, 2, 2]), { engine });
    expect(await report([3, 0, 2], [1, 2, 2])).toBeCloseTo(negative.item(), 6);
  });

  test("is NaN if a score or a label is, and says of how many queries", async () => {
    const rows = { query: [1, 1, 2, 3, 3, 4], label: [1, 0, 1, 2, NaN, 0], score: [NaN, 1, 3, 1, 2, 3] };
    const { all, two, known } = await small.run(rows, { engine });
    expect(all).toEqual({ mean: NaN, queries: 4, undefined: 1, nan: 2 });
    expect(two).toEqual(all);
    expect(known).toEqual(all);
    expect((await small.result(await small.empty())).all).toEqual({ mean: NaN, queries: 0, undefined: 0, nan: 0 });
  });
});

describe("the same queries have the same bytes", () => {
  const write = (state: EvaluationState): string => small.write(state);

  test("whatever cuts them, in any order of shards, of rows in a query, and of merges", async () => {
    await fc.assert(
      fc.asyncProperty(
        queriesOf(1, 12),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 12, maxLength: 12 }),
        fc.integer({ min: 1, max: 70 }),
        fc.infiniteStream(fc.nat()),
        async (queries, sizes, batch, random) => {
          const shards = new Map<string, readonly Query[]>();
          for (let from = 0; from < queries.length;) {
            const size = sizes[shards.size]!;
            shards.set(`part ${shards.size}`, queries.slice(from, from + size));
            from += size;
          }
          const options = { engine, by: "site" };
          const whole = await small.update(undefined, sourceOf(shards, 5000), options);
          const turn = <T>(list: readonly T[]): T[] => {
            const keys = list.map(() => random.next().value);
            return list
              .map((_, index) => index)
              .toSorted((left, right) => keys[left]! - keys[right]!)
              .map((index) => list[index]!);
          };
          const shuffled = turn([...shards]).map(([shard, own]) => {
            const mixed = own.map(({ query, ...columns }) => {
              const order = turn(columns.labels.map((_, row) => row));
              const pick = <T>(values: readonly T[]): T[] => order.map((row) => values[row]!);
              return { query, labels: pick(columns.labels), scores: pick(columns.scores), sites: pick(columns.sites) };
            });
            return [shard, mixed] as const;
          });
          expect(write(await small.update(undefined, sourceOf(new Map(shuffled), batch), options))).toBe(write(whole));
          let merged = await small.empty();
          for (const one of shuffled) {
            const own = await small.update(undefined, sourceOf(new Map([one]), batch), options);
            const text = await small.read(write(own));
            merged = await (random.next().value % 2 === 0 ? small.merge(text, merged) : small.merge(merged, text));
          }
          expect(write(merged)).toBe(write(whole));
          const other = await small.run(sourceOf(new Map([["all", queries]]), batch), options);
          expect(other.digest).toBe((await small.result(whole)).digest);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("in batches of any size, of sources and of engines", async () => {
    const [queries] = fc.sample(queriesOf(700, 700), { numRuns: 1, seed: 3 });
    const reports = [];
    for (const batch of [3, 64, 4096]) {
      for (const size of [1, 7, 1000, 5000]) {
        const {
          fingerprint: _fingerprint,
          digest: _digest,
          ...report
        } = await of(batch).run(batchesOf(queries!, size), { engine, by: "site" });
        reports.push(report);
      }
    }
    for (const report of reports) expect(report).toEqual(reports[0]);
    expect(reports[0]!.all.queries).toBe(700);
    expect(reports[0]!.by["__proto__"]!.two.queries).toBeLessThan(700);
  });

  test("after a run ended anywhere and went on", async () => {
    const [first, second] = fc.sample(queriesOf(30, 30), { numRuns: 2, seed: 5 });
    const renamed = second!.map(({ query, ...own }) => ({ ...own, query: `second ${query}` }));
    const shards = new Map([
      ["a", first!],
      ["none", []],
      ["b", renamed],
    ]);
    const options = { engine, by: "site" };
    const whole = await small.update(undefined, sourceOf(shards, 1000), options);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 12 })), { maxLength: 4 }),
        async (everyRows, ends) => {
          const lines: string[] = [];
          const checkpoint: Checkpoint = {
            everyRows,
            lines: async () => [...lines],
            append: async (line) => void lines.push(line),
          };
          for (const [batch, last] of ends) {
            const controller = new AbortController();
            const source = sourceOf(shards, batch);
            let read = 0;
            const ending: Source = {
              *shards() {
                for (const shard of source.shards() as Iterable<{ shard: string; read(): Iterable<Batch> }>) {
                  const readSome = function* () {
                    for (const rows of shard.read()) {
                      if (++read === last) controller.abort(new Error("enough"));
                      yield rows;
                    }
                  };
                  yield { shard: shard.shard, read: readSome };
                }
              },
            };
            const run = small.run(ending, { ...options, checkpoint, signal: controller.signal });
            await run.catch((error: Error) => {
              if (error.message !== "enough") throw error;
            });
          }
          const state = await small.update(undefined, sourceOf(shards, 13), { ...options, checkpoint });
          expect(write(state)).toBe(write(whole));
          const parts = lines.map((line) => JSON.parse(line) as { shard: string; state: EvaluationState });
          for (const { shard, state: own } of parts.filter((line) => line.shard !== "none")) {
            expect(Object.keys(own.borders!)).toEqual([shard]);
            expect(own.borders![shard]!.length).toBe(1);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("rows that are skipped", () => {
  test("are left out of their query, also those that have none", async () => {
    const rows = {
      query: ["a", "a", null, "a", "b", "b", 0.5, "b"],
      label: [1, -1, 1, 2, null, 1, 1, 0],
      score: [1, 2, 3, 4, 5, 6, 7, 8],
    } as unknown as Batch;
    const report = await small.run(rows, { engine, badRows: "skip" });
    const rest = { query: ["a", "a", "b", "b"], label: [1, 2, 1, 0], score: [1, 4, 6, 8] };
    expect(report.all).toEqual((await small.run(rest, { engine })).all);
    expect(Object.keys(report.skipped).toSorted()).toEqual(["label", "query", "states.ndcg: labels"]);
    await expect(small.run({ ...rows, label: rows["score"]! }, { engine })).rejects.toThrow(
      "run: row 2: column query must have a text or a safe integer, got null.",
    );
    const nothing = { query: [null], label: [1], score: [1] } as unknown as Batch;
    expect((await small.update(undefined, nothing, { engine, badRows: "skip" })).borders).toEqual({});
  });
});

describe("a query that is not whole is refused", () => {
  const rows = (...queries: string[]): Batch => ({
    query: queries,
    label: queries.map(() => 1),
    score: queries.map((_, row) => row),
  });
  const shardsOf = (shards: Readonly<Record<string, Batch>>): Source => ({
    shards: () => Object.entries(shards).map(([shard, batch]) => ({ shard, read: () => [batch] })),
  });

  test("in two shards of a run", async () => {
    const source = shardsOf({ a: rows("1", "2", "2"), b: rows("2", "3") });
    await expect(small.run(source, { engine })).rejects.toThrow(
      'run: all rows of a query must stand together in one shard, got query "2" in shard "a", row 2 and in shard "b", row 0.',
    );
    const proto = shardsOf({ a: rows("1", "__proto__"), b: rows("__proto__", "3") });
    await expect(small.run(proto, { engine })).rejects.toThrow('got query "__proto__" in shard "a", row 1');
    expect((await small.run(shardsOf({ a: rows("1", "2"), b: rows("3") }), { engine })).all.queries).toBe(3);
  });

  test("in states that are merged or read", async () => {
    const state = async (shard: string, ...queries: string[]) =>
      small.update(undefined, rows(...queries), { engine, shard });
    const [left, right] = [await state("a", "1", "2"), await state("b", "3", "1")];
    await expect(small.merge(left, right)).rejects.toThrow(
      'merge: all rows of a query must stand together in one shard, got query "1" in shard "a", row 0 and in shard "b", row 1.',
    );
    const both = { ...left, borders: { ...left.borders, ...right.borders } };
    await expect(small.read(small.write(both))).rejects.toThrow("read: all rows of a query must stand together");
    await expect(small.merge(left, await state("a", "8"))).rejects.toThrow(
      'merge: parts of shard "a" must have different rows, got rows 0 to 1 and 0 to 0. Other data need another name.',
    );
  });

  test("at two parts of a shard", async () => {
    const part = async (from: number, ...queries: string[]) => {
      const own = await small.update(undefined, rows(...queries), { engine, shard: "a" });
      const [
        {
          rows: [, to],
          queries: ends,
        },
      ] = own.borders!["a"] as [{ rows: [number, number]; queries: [string, string] }];
      return { ...own, borders: { a: [{ rows: [from, from + to] as const, queries: ends }] } };
    };
    const [first, middle, last] = [await part(0, "1", "2"), await part(2, "3", "3"), await part(4, "4")];
    const outer = await small.merge(last, first);
    expect(outer.borders!["a"]!.length).toBe(2);
    expect((await small.merge(outer, middle)).borders).toEqual({ a: [{ rows: [0, 5], queries: ["1", "4"] }] });
    await expect(small.merge(first, await part(2, "2"))).rejects.toThrow(
      'got query "2" in shard "a", row 1 and in shard "a", row 2',
    );
  });

  test("in rows that are not sorted", async () => {
    await expect(small.run(rows("1", "2", "1"), { engine, shard: "a" })).rejects.toThrow(
      'run: shard a, row 2: all rows of a query must stand together, got query "1" again after another. Sort the rows by query.',
    );
  });

  test("which is found within ten thousand queries of a shard", async () => {
    const again = (others: number): Promise<unknown> =>
      of(4096).run(rows("first", ...Array.from({ length: others }, (_, index) => `${index}`), "first", "last"), {
        engine,
      });
    await expect(again(9_999)).rejects.toThrow('got query "first" again after another');
    await expect(again(10_000)).resolves.toMatchObject({ rows: 10_003 });
  });

  test.each<[string, object, string]>([
    ["that are no list", { query: 3 }, "run: column query must be a list of queries, got 3."],
    ["of another length", { query: ["1"] }, "run: column query must have the 2 rows of column label, got 1."],
    ["that is missing", { query: undefined, other: 1 }, "run: column query must be a list of queries, got undefined."],
  ])("in a column %s", async (_, part, message) => {
    await expect(small.run({ ...rows("1", "2"), ...part } as Batch, { engine })).rejects.toThrow(message);
  });

  test("and so is a statistic of queries without any", () => {
    expect(() => evaluation(ranking, { columns: { label: "float32", score: "float32" } })).toThrow(
      "evaluation: query must be the column of queries, for all is states.ndcg, which takes all rows of one together, got undefined.",
    );
  });

  test.each<[string, object]>([
    ["places", { k: 0 }],
    ["a gain", { gain: "toString" }],
    ["a value", { whenUndefined: "none" }],
    ["an option", { mask: [1] }],
  ])("and %s that is none", (_, options) => {
    const make = () =>
      evaluation(({ x }) => ({ x: states.ndcg(x, x, options as never) }), { columns: { x: "float32" }, query: "q" });
    expect(make).toThrow(/^states\.ndcg: /);
  });

  test("and borders that are none", async () => {
    const state = await small.empty();
    const read = async (borders: unknown): Promise<string> =>
      small.read(JSON.stringify({ ...state, borders })).then(
        () => "nothing",
        (error: Error) => error.message,
      );
    expect(await read(null)).toBe("read: borders must be a record of shards, got null.");
    const good = { rows: [0, 2], queries: ["1", "2"] };
    expect(await read({ a: [good, { rows: [3, 4], queries: ["3", "3"] }] })).toBe("nothing");
    for (const parts of [[], 3, [good, good], [{ ...good, rows: [2, 0] }], [{ ...good, queries: [1, 2] }]]) {
      expect(await read({ a: parts })).toMatch(
        /^read: borders must be parts with rows and queries, in order, in shard "a", got /,
      );
    }
    const plain = evaluation(({ x }) => ({ x: states.mean(x) }), { columns: { x: "float32" } });
    const text = JSON.stringify({ ...(await plain.empty()), borders: {} });
    await expect(plain.read(text)).rejects.toThrow(
      "read: borders must be null, for rows are not those of queries, got",
    );
    const wrong = { ...state, states: { ...state.states, all: { values: 3, undefined: 0 } } };
    await expect(small.read(JSON.stringify(wrong))).rejects.toThrow("read: states.all.values must be an exact sum");
  });
});
