/** Does a run say how far it is, and does it end when it is told to? */
import { setTimeout as sleep } from "node:timers/promises";
import { cpu } from "@symloss/engine-cpu";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Progress, type Shard, type Source, evaluation, states } from "./index.ts";
import { Teller } from "./progress.ts";

const engine = await cpu();
afterAll(() => engine.dispose());

const subject = evaluation(({ x }) => ({ x: states.sum(x) }), { columns: { x: "float32" } });

/** A shard of ones. */
function shardOf(shard: string, rows: number, more: Partial<Shard> = {}): Shard {
  return { shard, read: () => [{ x: new Float32Array(rows).fill(1) }], ...more };
}

describe("how long the rest takes", () => {
  beforeAll(() => void vi.useFakeTimers());
  afterAll(() => void vi.useRealTimers());

  test("is told by rows, if every shard says how many it has", async () => {
    const shards = [shardOf("a", 10, { totalRows: () => 10 }), shardOf("b", 30, { totalRows: async () => 30 })];
    const teller = new Teller(shards, { rows: 4, shards: 0 }, () => true);
    expect(teller.tell({ rows: 4, shards: 0 })).toEqual({
      rows: 4,
      totalRows: undefined,
      shards: 0,
      totalShards: 2,
      secondsLeft: undefined,
    });
    await vi.advanceTimersByTimeAsync(3000);
    // Six rows took three seconds, and thirty are left.
    expect(teller.tell({ rows: 10, shards: 1 })).toMatchObject({ totalRows: 40, secondsLeft: 15 });
    expect(teller.tell({ rows: 40, shards: 2 })).toMatchObject({ secondsLeft: 0 });
  });

  test.each<[string, Partial<Shard>]>([
    ["does not say it", {}],
    ["does not know it", { totalRows: async () => undefined }],
    ["can't say it", { totalRows: () => Promise.reject(new Error("gone")) }],
    [
      "can't even begin to",
      {
        totalRows: () => {
          throw new Error("gone");
        },
      },
    ],
  ])("is told by shards, if one %s", async (_, more) => {
    const shards = [
      shardOf("a", 10, { totalRows: () => 10 }),
      shardOf("b", 10, more),
      shardOf("c", 10),
      shardOf("d", 1),
    ];
    const teller = new Teller(shards, { rows: 5, shards: 1 }, () => true);
    await vi.advanceTimersByTimeAsync(2000);
    expect(teller.tell({ rows: 20, shards: 2 })).toMatchObject({ totalRows: undefined, secondsLeft: 4 });
  });
});

test("progress ends with all rows and shards", async () => {
  const told: Progress[] = [];
  const source: Source = { shards: () => [shardOf("a", 3), shardOf("b", 0), shardOf("c", 4)] };
  await subject.run(source, { engine, onProgress: (one) => told.push(one) });
  expect(told.at(-1)).toMatchObject({ rows: 7, shards: 3, totalShards: 3, secondsLeft: 0 });
});

test.each<[string, () => AsyncIterable<{ x: number[] }>]>([
  [
    "that hangs",
    async function* () {
      yield { x: [1] };
      await new Promise(() => {});
    },
  ],
  [
    "without end",
    async function* () {
      for (;;) {
        yield { x: [1] };
        await sleep(0);
      }
    },
  ],
])("a source %s is left when the run is aborted", async (_, read) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await expect(subject.run(read(), { engine, signal: controller.signal })).rejects.toThrow("enough");
  expect((await subject.run({ x: [1, 2] }, { engine })).x.sum).toBe(3);
});

test("a source is closed when the run is aborted", async () => {
  let isClosed = false;
  async function* batches() {
    try {
      for (;;) yield { x: [1] };
    } finally {
      isClosed = true;
    }
  }
  const controller = new AbortController();
  const running = subject.run(batches(), { engine, signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await expect(running).rejects.toThrow(/abort/i);
  await sleep(1);
  expect(isClosed).toBe(true);
});

test("columns that a file has, though they are not read, are told where one is missing", async () => {
  const source: Source = {
    shards: () => [
      {
        shard: "a",
        *read(wants) {
          const all: Readonly<Record<string, number[]>> = { y: [1], xs: [2], x_: [3] };
          yield Object.fromEntries(Object.entries(all).filter(([name]) => wants(name)));
        },
      },
    ],
  };
  await expect(subject.run(source, { engine })).rejects.toThrow(
    /^run: shard a: a batch must have the column x, got y, xs, x_\. Did you mean (xs|x_)\?$/,
  );
});
