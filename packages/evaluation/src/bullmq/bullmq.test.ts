/** Is a report of workers on a queue that of one process, and what if a job, a row or an option is not what it must be? */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@symloss/engine-cpu";
import { wasm } from "@symloss/engine-wasm";
import { Queue } from "bullmq";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { RedisServer } from "../../test/redis-server.ts";
import { source as numberShards, test as numbers } from "../../test/run-shards.ts";
import { source, test as subject, withBadRow } from "../../test/shards.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { fileRuns, files } from "../files/index.ts";
import { type Shard, type Source, evaluation, states } from "../index.ts";
import { type QueueProgress, type ServedShard, type Server, runOnQueue, serve } from "./index.ts";

const engine = await cpu();
let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start({ persistent: false });
});
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  await engine.dispose();
});

const servers: Server[] = [];
const folder = mkdtempSync(join(tmpdir(), "symloss-queue-"));
afterAll(() => rmSync(folder, { recursive: true }));

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function startServer(options: object = {}): Promise<readonly ServedShard[]> {
  const served: ServedShard[] = [];
  const { url: connection } = redis;
  servers.push(await serve(subject, { connection, source, engine, onShard: (one) => served.push(one), ...options }));
  return served;
}

/** Nothing of it is known from another test. */
function fresh(own: Source, etag: string): Source {
  return { shards: () => [...(own.shards() as Iterable<object>)].map((shard) => ({ ...shard, etag })) as never };
}

const connectionOf = (): { readonly connection: string; readonly patience: number } => ({
  connection: redis.url,
  patience: 20,
});

test("two workers give what one process gives, and a run that is asked for again gets it at once", async () => {
  const own = fresh(source, "two");
  const first = await startServer({ source: own });
  const second = await startServer({ source: own });
  const progress: QueueProgress[] = [];
  const options = { ...connectionOf(), by: "site", onProgress: (one: QueueProgress) => progress.push(one) };
  const report = await runOnQueue(subject, own, options);
  expect(report).toEqual(await subject.run(source, { engine, by: "site" }));
  expect(first.length + second.length).toBe(5);
  expect(progress.at(-1)).toMatchObject({ rows: 750, shards: 5, totalShards: 5, secondsLeft: 0, workers: 2 });
  expect(await runOnQueue(subject, own, options)).toEqual(report);
  expect(first.length + second.length).toBe(5);
  // Other groups are other work.
  await runOnQueue(subject, own, { ...options, by: "label" });
  expect(first.length + second.length).toBe(10);
});

test("shards without an etag are computed again, for they may have changed", async () => {
  const served = await startServer();
  await runOnQueue(subject, source, connectionOf());
  await runOnQueue(subject, source, connectionOf());
  expect(served).toHaveLength(10);
});

test("a run waits for workers, and lacks patience if none comes", async () => {
  const waiting = runOnQueue(subject, source, connectionOf());
  await startServer();
  expect((await waiting).rows).toBe(750);
  for (const server of servers.splice(0)) await server.close();
  await expect(runOnQueue(subject, source, { ...connectionOf(), patience: 1 })).rejects.toThrow(
    /^runOnQueue: there must be a worker that serves the evaluation [0-9a-f]+, got none for 1 s\.$/,
  );
});

test("a bad row fails the run with its shard; skipped, it is counted", async () => {
  const served = await startServer({ source: withBadRow });
  const message =
    /^runOnQueue: shard bad, row 149: sparseSoftmaxCrossentropyLogits: labels must be integers from 0 to 1, got 9/;
  for (let time = 0; time < 2; time++) {
    const failed = runOnQueue(subject, withBadRow, connectionOf());
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toMatchObject({ name: "OutOfRangeError" });
  }
  // Not tried again and again.
  expect(served.filter(({ error }) => error !== undefined)).toHaveLength(2);
  const { skipped } = await runOnQueue(subject, withBadRow, { ...connectionOf(), badRows: "skip" });
  expect(Object.values(skipped)).toEqual([{ count: 1, rows: [{ shard: "bad", row: 149 }] }]);
});

test("a shard that failed is tried again by the next run", async () => {
  const [good, bad] = [...(withBadRow.shards() as Iterable<Shard>)] as [Shard, Shard];
  const asked: Source = { shards: () => [{ ...bad, etag: "mended" }] };
  await startServer({ source: asked });
  await expect(runOnQueue(subject, asked, connectionOf())).rejects.toThrow(/labels must be/);
  for (const server of servers.splice(0)) await server.close();
  await startServer({ source: { shards: () => [{ ...good, shard: "bad", etag: "mended" }] } });
  expect((await runOnQueue(subject, asked, connectionOf())).rows).toBe(150);
});

test("a checkpoint is written, and what it knows is not computed again", async () => {
  const served = await startServer();
  const lines: string[] = [];
  const checkpoint: Checkpoint = { lines: async () => lines, append: async (line) => void lines.push(line) };
  const whole = await runOnQueue(subject, source, { ...connectionOf(), checkpoint });
  expect(lines).toHaveLength(5);
  lines.splice(0, 2);
  expect(await runOnQueue(subject, source, { ...connectionOf(), checkpoint })).toEqual(whole);
  expect([lines.length, served.length]).toEqual([5, 7]);
  // Written by one process, which ended within a shard.
  const broken: Source = {
    shards: () =>
      [...(source.shards() as Iterable<{ shard: string; read: () => Iterable<never> }>)].map((shard) => ({
        ...shard,
        *read() {
          yield* shard.read();
          throw new Error("ends");
        },
      })),
  };
  lines.length = 0;
  await expect(subject.run(broken, { engine, checkpoint: { ...checkpoint, everyRows: 60 } })).rejects.toThrow("ends");
  expect(lines.map((line) => (JSON.parse(line) as { rows: number }).rows)).toEqual([150]);
  expect(await runOnQueue(subject, source, { ...connectionOf(), checkpoint })).toEqual(whole);
});

test("large runs are in the files that workers share", async () => {
  const runs = fileRuns(folder);
  const options = { ...connectionOf(), runs };
  const { url: connection } = redis;
  servers.push(await serve(numbers, { connection, source: numberShards, engine, runs }));
  const report = await runOnQueue(numbers, numberShards, options);
  expect(report).toEqual(await numbers.run(numberShards, { engine }));
  expect(report.quantiles.count).toBe(60_000);
  // Those of each shard, and of all.
  expect(readdirSync(folder)).toHaveLength(4);
});

test("workers with other engines are not merged, unless that is asked for", async () => {
  const one: Source = { shards: () => [...(source.shards() as Iterable<never>)].slice(0, 1) };
  const lines: string[] = [];
  const checkpoint: Checkpoint = { lines: async () => lines, append: async (line) => void lines.push(line) };
  await subject.run(one, { engine, checkpoint });
  const other = await wasm();
  await startServer({ engine: other });
  await expect(runOnQueue(subject, source, { ...connectionOf(), checkpoint })).rejects.toThrow(
    /^runOnQueue: states must have one fingerprint/,
  );
  const { fingerprint } = await runOnQueue(subject, source, { ...connectionOf(), checkpoint, anyFingerprint: true });
  expect(fingerprint).toMatch(/^cpu .* \| wasm /);
  for (const server of servers.splice(0)) await server.close();
  await other.dispose();
});

test("a worker whose shard has changed since is not believed", async () => {
  await startServer({ source: fresh(source, "new") });
  await expect(runOnQueue(subject, fresh(source, "old"), connectionOf())).rejects.toThrow(
    /^runOnQueue: what a worker gave for shard part-\d must be of the whole shard as it is here, "old", got 150 rows of part-\d, "new"\./,
  );
});

test("an aborted run takes back what nobody has begun, and keeps what is done", async () => {
  const own = fresh(source, "aborted");
  const controller = new AbortController();
  const served: string[] = [];
  servers.push(
    await serve(subject, {
      connection: redis.url,
      source: own,
      engine,
      onShard: ({ shard }) => {
        served.push(shard);
        if (served.length === 2) controller.abort();
      },
    }),
  );
  await expect(runOnQueue(subject, own, { ...connectionOf(), signal: controller.signal })).rejects.toThrow(/abort/i);
  expect((await runOnQueue(subject, own, connectionOf())).rows).toBe(750);
  expect([...new Set(served)].toSorted()).toEqual(Array.from({ length: 5 }, (_, at) => `part-${at}`));
  // At most one was ended at the very moment at which it was taken back.
  expect(served.length).toBeLessThanOrEqual(6);
});

describe("jobs that others have written", () => {
  const good = { format: "symloss-shard", version: 1, by: null, badRows: "stop", maxGroups: 9, line: null };

  /** Why it failed. */
  async function fail(data: object): Promise<string> {
    const { key } = await subject.empty();
    const queue = new Queue(`symloss-${key}`, { connection: { url: redis.url } });
    try {
      const job = await queue.add("shard", { ...good, key, shard: "part-0", ...data });
      for (;;) {
        const { failedReason, returnvalue } = (await queue.getJob(job.id!))!;
        if (failedReason !== undefined) return failedReason;
        if (returnvalue !== null) return `gives ${String(returnvalue).slice(0, 12)}`;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      await queue.close();
    }
  }

  test.each<[string, object, RegExp]>([
    ["as they must be", {}, /^gives \{"badRows":"/],
    [
      "of another evaluation",
      { key: "0123" },
      /a job must be of the evaluation that is served, [0-9a-f]+, got one of "0123"/,
    ],
    [
      "a path that climbs out",
      { shard: "../../etc/passwd" },
      /the source must have the shard "\.\.\/\.\.\/etc\/passwd" in every worker/,
    ],
    ["a path from the root", { shard: "/etc/passwd" }, /the source must have the shard "\/etc\/passwd"/],
    ["an address", { shard: "http://127.0.0.1/x.parquet" }, /the source must have the shard "http:/],
    ["a module", { shard: "data:text/javascript,process.exit()" }, /the source must have the shard "data:/],
    ["no shard", { shard: 3 }, /shard of a job must be a text, got 3/],
    ["another format", { format: "x" }, /format of a job must be "symloss-shard"/],
    ["other groups", { by: 5 }, /by of a job must be a text or null/],
    ["what to do with bad rows", { badRows: "ignore" }, /badRows of a job must be "stop" or "skip"/],
    ["no groups", { maxGroups: 0 }, /maxGroups of a job must be an integer from 1/],
    ["a line that is none", { line: "{}" }, /line 1 of the checkpoint must be that of a checkpoint/],
  ])("%s", async (_, data, reason) => {
    await startServer();
    expect(await fail(data)).toMatch(reason);
    // And the worker goes on.
    expect(await fail({})).toMatch(/^gives/);
  });

  test("a worker opens no file but those below its own folder", async () => {
    const x = evaluation(({ v }) => ({ v: states.mean(v) }), { columns: { v: "float32" } });
    const own = files("*.jsonl", { folder: new URL(".", import.meta.url).pathname });
    servers.push(await serve(x, { connection: redis.url, source: own, engine }));
    const elsewhere: Source = { shards: () => [{ shard: "../package.json", read: () => [] }] };
    await expect(runOnQueue(x, elsewhere, connectionOf())).rejects.toThrow(
      /files: there must be a file such as \*\.jsonl/,
    );
  });
});

test("groups of any name come through", async () => {
  const x = evaluation(({ v }) => ({ v: states.mean(v) }), { columns: { v: "float32" } });
  const names = ["__proto__", "constructor", "", "ö\u2028", "toString"];
  const own: Source = { shards: () => [{ shard: "__proto__", read: () => [{ v: [1, 2, 3, 4, 5], site: names }] }] };
  servers.push(await serve(x, { connection: redis.url, source: own, engine }));
  const { by } = await runOnQueue(x, own, { ...connectionOf(), by: "site" });
  expect(Object.keys(by).toSorted()).toEqual(names.toSorted());
  expect(by["__proto__"]!.v.mean).toBe(1);
});

describe("is refused", () => {
  const served = { connection: "redis://localhost", source, engine };
  test.each<[string, object]>([
    ["no address", { ...served, connection: "localhost" }],
    ["no connection", { ...served, connection: undefined }],
    ["no source", { ...served, source: {} }],
    ["no engine", { ...served, engine: "cpu" }],
    ["a lock of no time", { ...served, lock: 0 }],
    ["an unknown option", { ...served, concurrency: 2 }],
  ])("serve: %s", async (_, options) => {
    await expect(serve(subject, options as never)).rejects.toThrow(/^serve: /);
  });

  test.each<[string, object]>([
    ["no connection", {}],
    ["an unknown option", { connection: "redis://localhost", workers: 3 }],
    ["no patience", { connection: "redis://localhost", patience: 0 }],
  ])("runOnQueue: %s", async (_, options) => {
    await expect(runOnQueue(subject, source, options as never)).rejects.toThrow(/^runOnQueue: /);
  });

  test("what is no evaluation, and rows without shards", async () => {
    await expect(serve({} as never, served)).rejects.toThrow(/^serve: test must be an evaluation/);
    await expect(runOnQueue(subject, [{ x: [1] }] as never, { connection: redis.url })).rejects.toThrow(
      /^runOnQueue: source must be a source of shards, such as files/,
    );
  });

  test("where nobody listens, without telling the password", async () => {
    const connection = "redis://user:secret@127.0.0.1:9";
    const message = /^(serve|runOnQueue): Redis must be reachable at 127\.0\.0\.1:9, got connect ECONNREFUSED/;
    const errors = await Promise.all([
      serve(subject, { ...served, connection }).catch((error: Error) => error.message),
      runOnQueue(subject, source, { connection }).catch((error: Error) => error.message),
      serve(subject, { ...served, connection: "localhost:secret" }).catch((error: Error) => error.message),
    ]);
    expect(errors.slice(0, 2)).toEqual([expect.stringMatching(message), expect.stringMatching(message)]);
    expect(errors.map(String).join()).not.toContain("secret");
  });
});
