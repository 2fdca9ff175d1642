/** What comes of evaluations in threads? Run as a program of its own, bundled: threads run JavaScript. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileCheckpoint } from "@symloss/evaluation/files";
import { runInWorkers } from "@symloss/evaluation/workers";
import { source as queries, test as ranking } from "./query-shards.ts";
import { folder, runs, source as numbers, test as exact } from "./run-shards.ts";
import { engine, many, source, test } from "./shards.ts";

const outcomes: Record<string, unknown> = {};
const fails = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => "nothing",
    (error: Error) => `${error.name}: ${error.message}`,
  );
const module = (name: string): URL => new URL(`./${name}.js`, import.meta.url);

const own = await engine();
const alone = await test.run(source, { engine: own, by: "site" });
const ofMany = await test.run(many, { engine: own, by: "site" });
const manyInThreads = await runInWorkers(module("many-shards"), { workers: 2, by: "site" });
outcomes["many"] = [manyInThreads.rows, JSON.stringify(manyInThreads) === JSON.stringify(ofMany)];
outcomes["torn"] = await fails(runInWorkers(module("many-torn-shards"), { workers: 2 }));
outcomes["changing"] = await fails(runInWorkers(module("many-changing-shards"), { workers: 2 }));
const progress: unknown[] = [];
const threads = await runInWorkers(module("shards"), {
  workers: 3,
  by: "site",
  onProgress: (one) => progress.push(one),
});
outcomes["same"] = threads.digest === alone.digest && JSON.stringify(threads) === JSON.stringify(alone);
const ranked = await ranking.run(queries, { engine: own, by: "site" });
const rankedInThreads = await runInWorkers(module("query-shards"), { workers: 2, by: "site" });
outcomes["queries"] = [
  ranked.digest === rankedInThreads.digest,
  JSON.stringify(ranked) === JSON.stringify(rankedInThreads),
];
outcomes["cut query"] = await fails(runInWorkers(module("cut-query-shards"), { workers: 2 }));
const inMemory = await exact.run(numbers, { engine: own });
const inFiles = await exact.run(numbers, { engine: own, runs });
rmSync(folder, { recursive: true });
const exactInThreads = await runInWorkers(module("run-shards"), { workers: 2 });
outcomes["runs"] = [inMemory, inFiles, exactInThreads].map(({ digest }) => digest === inFiles.digest);
outcomes["files"] = readdirSync(folder).every((name) => name.endsWith(".run"));
outcomes["progress"] = progress.at(-1);
outcomes["bad row"] = await fails(runInWorkers(module("bad-shards"), { workers: 2 }));
const { skipped } = await runInWorkers(module("bad-shards"), { workers: 2, badRows: "skip" });
outcomes["skipped"] = skipped;
outcomes["too many groups"] = await fails(runInWorkers(module("shards"), { workers: 2, by: "logit_0", maxGroups: 3 }));
outcomes["too many groups in all"] = await fails(
  runInWorkers(module("shards"), { workers: 2, by: "logit_0", maxGroups: 150 }),
);
outcomes["twice"] = await fails(runInWorkers(module("twice"), { workers: 2 }));
outcomes["no exports"] = await fails(runInWorkers(new URL("node:path"), { workers: 2 }));
outcomes["no module"] = (await fails(runInWorkers(module("none"), { workers: 2 }))).includes("none.js");
const path = join(mkdtempSync(join(tmpdir(), "symloss-workers-")), "run.jsonl");
const keeping = { workers: 3, by: "site", checkpoint: fileCheckpoint(path) };
await runInWorkers(module("shards"), keeping);
const lines = readFileSync(path, "utf8").split("\n");
writeFileSync(path, `${lines.slice(0, 2).join("\n")}\n${lines[3]!.slice(0, 99)}`);
const resumed = await runInWorkers(module("shards"), keeping);
outcomes["resumed"] = [lines.length, readFileSync(path, "utf8").split("\n").length, resumed.digest === alone.digest];
outcomes["another checkpoint"] = await fails(runInWorkers(module("shards"), { ...keeping, by: "label" }));
const controller = new AbortController();
controller.abort();
outcomes["aborted"] = await fails(runInWorkers(module("shards"), { workers: 2, signal: controller.signal }));
outcomes["again"] = (await runInWorkers(module("shards"), { workers: 1 })).rows;
console.log(JSON.stringify(outcomes));
