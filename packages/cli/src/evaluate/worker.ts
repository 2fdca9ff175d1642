/** How does a machine help others to evaluate? As a worker on a queue, until it is stopped. */
import { once } from "node:events";
import { fileRuns } from "@symloss/evaluation/files";
import { Failure } from "../failure.ts";
import { only } from "../loss-export.ts";
import type { Streams } from "../program.ts";
import type { Words } from "../words.ts";
import { placeOf, sourceAt } from "./data.ts";
import { makeEngine, readEngine } from "./engine.ts";
import { evaluationOf } from "./evaluation.ts";
import { readSpec } from "./spec.ts";

/** What only a run has. */
const ofRuns = ["by", "badRows", "maxGroups", "workers", "checkpoint"] as const;

/** Runs the command, and returns what it prints when it is stopped by SIGINT or SIGTERM. */
export async function runWorker(words: Words, streams: Streams): Promise<string> {
  const { positionals, options } = words;
  const [surplus] = positionals;
  if (surplus !== undefined) throw new Failure(`worker must be given options alone, got ${JSON.stringify(surplus)}.`);
  const [queue, data, runs] = [only(options, "queue"), only(options, "data"), only(options, "runs")];
  if (queue === undefined) throw new Failure("worker must be given --queue redis://.., got none.");
  if (data === undefined) throw new Failure("worker must be given --data, below which it opens files, got none.");
  const ofRun = ofRuns.find((name) => options.has(name));
  if (ofRun !== undefined)
    throw new Failure(`--${ofRun} must be given to evaluate, which tells its workers, got worker.`);
  const spec = await readSpec(words, "worker");
  const source = sourceAt(placeOf(data, options));
  const engine = await makeEngine(readEngine(only(options, "engine")));
  const { serve } = await import("@symloss/evaluation/bullmq");
  let shards = 0;
  const server = await serve(await evaluationOf(spec, source), {
    connection: queue,
    source,
    engine,
    runs: runs === undefined ? undefined : fileRuns(runs),
    onShard: ({ shard, seconds, error }) => {
      if (error === undefined) shards++;
      streams.out(error === undefined ? `${shard}: ${seconds.toFixed(2)} s\n` : `${shard}: ${error}\n`);
    },
  });
  streams.out(`serving the evaluation ${server.key} on ${engine.name}\n`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await server.close();
  await engine.dispose();
  return `served ${shards} ${shards === 1 ? "shard" : "shards"}`;
}
