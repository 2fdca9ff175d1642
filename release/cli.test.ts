/** Does npx run the command line as its README says? */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RedisServer } from "../packages/evaluation/test/redis-server.ts";
import { type Project, createProject } from "./project.ts";

let project: Project;
beforeAll(async () => {
  project = await createProject("cli", []);
});
afterAll(() => project.remove());

/** Runs npx as it is on a machine that never did, and returns what it prints and the packages that it installed. */
async function npx(words: string): Promise<{ printed: string; installed: string[] }> {
  const cache = join(project.folder, `npx-${words.replaceAll(/\W+/g, "-")}`);
  // Quotes are for a shell.
  const parameters = words.replaceAll("'", "").split(" ");
  const printed = await project.run("npx", ["--yes", ...parameters], { npm_config_cache: cache });
  const [folder] = readdirSync(join(cache, "_npx"));
  const { packages } = JSON.parse(readFileSync(join(cache, "_npx", folder!, "package-lock.json"), "utf8")) as {
    packages: Record<string, unknown>;
  };
  const installed = Object.keys(packages).flatMap((path) => path.split("node_modules/").slice(1));
  return { printed, installed };
}

const readme = readFileSync(fileURLToPath(new URL("../packages/cli/README.md", import.meta.url)), "utf8");

/** The words after npx, which the README must have. */
function documented(words: string): string {
  expect(readme).toContain(`npx ${words}\n`);
  return words;
}

test("export installs no runtime", async () => {
  const words = "@symloss/cli export huber --delta 0.5 --shape batch,10 --gradient predictions -o huber.onnx";
  const { printed, installed } = await npx(documented(words));
  expect(printed).toMatch(/^huber\.onnx: \d+ bytes\n$/);
  expect(existsSync(join(project.folder, "huber.onnx"))).toBe(true);
  expect(installed).toContain("@symloss/engine-wasm");
  expect(installed.filter((name) => /onnxruntime|gpu\.js|bullmq|ioredis|duckdb|arrow/.test(name))).toEqual([]);
});

test("engines tries those that are given beside it", async () => {
  const { printed } = await npx(documented("-p @symloss/cli -p onnxruntime-web symloss engines"));
  expect(printed).toMatch(/^onnx {2}works: /m);
  expect(printed).toMatch(/^cpu {3}is not installed: npm install @symloss\/engine-cpu$/m);
});

test("evaluate computes rows of Parquet in threads", async () => {
  for (let shard = 0; shard < 5; shard++) project.write(`shards/part-${shard}.parquet`, parquetOf(shard, 200 + shard));
  const words =
    "@symloss/cli evaluate --data 'shards/*.parquet' --loss sparseSoftmaxCrossentropyLogits --labels label --logits 'logit_*' --metrics accuracy,rocAuc:3 --by lang --workers 4";
  const { printed } = await npx(documented(words));
  expect(printed).toMatch(/^lang +rows +loss +accuracy +ROC AUC \(3\)\nall +1,010 /);
  expect(printed).toMatch(/^digest [0-9a-f]{32}\n$/m);
});

test("a worker and a run meet on a queue, and the report is that of one thread", async () => {
  const queue = await createProject("queue", ["@symloss/cli", "bullmq", "ioredis"]);
  const redis = await RedisServer.start();
  const data = join(project.folder, "shards");
  const words =
    "--loss sparseSoftmaxCrossentropyLogits --labels label --logits logit_* --metrics accuracy,topK:3".split(" ");
  const symloss = join(queue.folder, "node_modules/.bin/symloss");
  const worker = spawn(symloss, ["worker", "--queue", redis.url, "--data", data, ...words]);
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  try {
    const evaluate = (...more: readonly string[]): Promise<string> =>
      queue.run(symloss, ["evaluate", "--data", data, "--json", "--by", "lang", ...words, ...more]);
    expect(JSON.parse(await evaluate("--queue", redis.url))).toEqual(JSON.parse(await evaluate()));
    let told = "";
    worker.stdout.on("data", (text: Buffer) => (told += text.toString()));
    worker.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(told).toMatch(/^served 5 shards$/m);
  } finally {
    worker.kill("SIGKILL");
    await redis[Symbol.asyncDispose]();
    await queue.remove();
  }
});

/** Rows of a classifier of four classes. */
function parquetOf(shard: number, rows: number): Uint8Array {
  const numbers = (scale: number): Float32Array =>
    Float32Array.from({ length: rows }, (_, row) => Math.sin(scale * row + shard));
  const columns = [0, 1, 2, 3].map((index) => ({
    name: `logit_${index}`,
    data: numbers(index + 1),
    type: "FLOAT" as const,
  }));
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "label", data: Int32Array.from({ length: rows }, (_, row) => row % 4), type: "INT32" },
        { name: "lang", data: Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? "de" : "en")), type: "STRING" },
        ...columns,
      ],
    }),
  );
}
