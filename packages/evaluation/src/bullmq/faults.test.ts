/**
 * What if workers end or freeze, Redis goes away, forgets everything, or a shard ends whoever takes it? The report is that of one process, or an error says
 * what was wrong. `npm run test:faults` runs it in full, half a minute of mostly waiting.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { cpu } from "@symloss/engine-cpu";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Bundle } from "../../test/bundle.ts";
import { RedisServer } from "../../test/redis-server.ts";
import { source, test as subject } from "../../test/constant.ts";
import { runOnQueue } from "./index.ts";

const full = process.env["MODE"] === "faults";

let bundle: Bundle;
let digest = "";
beforeAll(async () => {
  bundle = await Bundle.of(["test/queue-worker", "test/queue-run"]);
  const engine = await cpu();
  digest = (await subject.run(source, { engine })).digest;
  await engine.dispose();
});
afterAll(() => bundle[Symbol.dispose]());

/** A program, and what it has told. */
class Program {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  #onLine: () => void = () => {};

  constructor(name: string, words: readonly string[]) {
    this.process = spawn(process.execPath, [bundle.pathOf(name), ...words], { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: this.process.stdout! }).on("line", (line) => {
      this.lines.push(line);
      this.#onLine();
    });
    programs.push(this);
  }

  /** Waits for a line that begins so; not for one that was told before as many others. */
  async tells(begin: string, from = 0): Promise<string> {
    for (;;) {
      const line = this.lines.slice(from).find((one) => one.startsWith(begin));
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => (this.#onLine = resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}

const programs: Program[] = [];
let redis: RedisServer | undefined;
afterEach(async () => {
  for (const { process: own } of programs.splice(0)) {
    if (own.exitCode !== null || own.signalCode !== null) continue;
    own.kill("SIGKILL");
    await once(own, "exit");
  }
  await redis?.[Symbol.asyncDispose]();
});

async function startRedis(persistent = true): Promise<RedisServer> {
  return (redis = await RedisServer.start({ persistent }));
}

/** A worker that serves; each of its shards takes so many milliseconds, and one may end it. */
async function startWorker({ url }: RedisServer, milliseconds: number, poison = ""): Promise<Program> {
  const worker = new Program("test/queue-worker", [url, String(milliseconds), poison]);
  await worker.tells("ready");
  return worker;
}

async function digestOf({ url }: RedisServer): Promise<string> {
  return (await runOnQueue(subject, source, { connection: url, patience: 30 })).digest;
}

test("a worker that is killed leaves its shard to another", async () => {
  const own = await startRedis();
  const worker = await startWorker(own, 400);
  const running = digestOf(own);
  await worker.tells("begins");
  worker.kill("SIGKILL");
  await startWorker(own, 0);
  expect(await running).toBe(digest);
});

test.runIf(full)(
  "a worker that freezes beyond its lock is not waited for, and what it gives later is not taken twice",
  async () => {
    const own = await startRedis();
    const frozen = await startWorker(own, 300);
    const running = digestOf(own);
    const shard = (await frozen.tells("begins")).slice("begins ".length);
    frozen.kill("SIGSTOP");
    const other = await startWorker(own, 0);
    await other.tells(`ends ${shard}`);
    frozen.kill("SIGCONT");
    expect(await running).toBe(digest);
    // It goes on: a second run gets its shards from it.
    other.kill("SIGKILL");
    const told = frozen.lines.length;
    const again = runOnQueue(subject, source, { connection: own.url, by: "site", patience: 30 });
    await frozen.tells("ends", told);
    expect((await again).rows).toBe(750);
  },
);

test.runIf(full)("Redis may go away and come back with its data", async () => {
  const own = await startRedis();
  const worker = await startWorker(own, 300);
  const running = digestOf(own);
  await worker.tells("ends");
  await own.end("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await own.begin();
  expect(await running).toBe(digest);
});

test.runIf(full)("Redis may come back without its data: what was lost is asked for again", async () => {
  const own = await startRedis(false);
  const worker = await startWorker(own, 300);
  const running = digestOf(own);
  await worker.tells("ends");
  await own.end("SIGKILL");
  await own.begin();
  expect(await running).toBe(digest);
});

test.runIf(full)("a run that waits for a Redis that does not come back ends with an error", async () => {
  const own = await startRedis();
  const worker = await startWorker(own, 300);
  const ending = worker.tells("begins").then(() => own.end("SIGKILL"));
  await expect(runOnQueue(subject, source, { connection: own.url, patience: 2 })).rejects.toThrow(
    /^runOnQueue: Redis must be reachable at 127\.0\.0\.1:\d+, got /,
  );
  await ending;
});

test.runIf(full)("a shard that ends whoever takes it fails the run, with its name", async () => {
  const own = await startRedis();
  const poison = "part-3";
  let isOver = false;
  const restart = async (): Promise<void> => {
    const worker = await startWorker(own, 0, poison);
    worker.process.once("exit", () => void (isOver || restart()));
  };
  await restart();
  try {
    await expect(runOnQueue(subject, source, { connection: own.url, patience: 30 })).rejects.toThrow(
      /^runOnQueue: shard part-3 must be evaluated by a worker, got: job stalled more than allowable limit\. Workers that took it ended, or froze, each time\.$/,
    );
  } finally {
    isOver = true;
  }
});

test.runIf(full)("a run that is killed and started again joins what workers have done meanwhile", async () => {
  const own = await startRedis();
  const worker = await startWorker(own, 200);
  const first = new Program("test/queue-run", [own.url]);
  await worker.tells("ends");
  first.kill("SIGKILL");
  const second = new Program("test/queue-run", [own.url]);
  expect(await second.tells("digest")).toBe(`digest ${digest}`);
  expect(worker.lines.filter((line) => line.startsWith("begins"))).toHaveLength(5);
});
