/** How does a run get its rows computed by many machines? It puts a job on a queue for each shard, and gathers what comes back. */
import { type OptionTable, checkOptions, flagRule, requireRule } from "@symloss/core/engine";
import {
  type Evaluation,
  type Report,
  type RunOptions,
  type Statistics,
  evaluationRule,
  runOptions,
} from "../evaluation.ts";
import { Gathering } from "../gathering.ts";
import type { Progress } from "../progress.ts";
import { integerRule } from "../rules.ts";
import { type Source, sourceRule } from "../source.ts";
import { canonical, mostGroups } from "../state.ts";
import { type QueueConnection, connectionRule, optionsOf, requireReached } from "./connection.ts";
import { type ShardJob, jobIdOf, queueNameOf } from "./job.ts";
import { loadBullmq } from "./load-bullmq.ts";
import { type DoneJob, type PendingJob, PendingJobs } from "./pending-jobs.ts";

/** Where the queue is, and how rows are evaluated. */
export interface QueueOptions extends Pick<RunOptions, "by" | "badRows" | "maxGroups" | "runs" | "checkpoint"> {
  readonly connection: QueueConnection;
  /** How many seconds the run waits while Redis can't be reached, or while there is no worker. Default 300. */
  readonly patience?: number | undefined;
  /** How many seconds Redis keeps the state of a shard, so that a run that is started again need not compute it again. Default 3600. */
  readonly keep?: number | undefined;
  /** Whether workers may have different engines or versions, though their rows may differ in the last bits. Default false. */
  readonly anyFingerprint?: boolean | undefined;
  /** Ends the run: what no worker has begun is taken back, and what is done is kept for a run that is started again. */
  readonly signal?: AbortSignal | undefined;
  /** Is called when a shard is done, and when workers come or go. */
  readonly onProgress?: ((progress: QueueProgress) => void) | undefined;
}

/** How far a run is. */
export interface QueueProgress extends Progress {
  /** How many serve this evaluation now; undefined if Redis does not tell. */
  readonly workers: number | undefined;
}

const { engine: _engine, shard: _shard, requireRowIndependent: _required, ...shared } = runOptions;
const table: OptionTable<QueueOptions> = {
  ...shared,
  connection: connectionRule,
  patience: integerRule(),
  keep: integerRule(),
  anyFingerprint: flagRule,
};

/**
 * The report of all shards of a source, evaluated by the workers that `serve` the same evaluation, wherever they are: the same, to the last bit, as
 * that of `test.run(source, ...)`. Here shards are only listed. A run that ends too early and is started again joins what workers have done and do.
 * Throws what a shard throws, naming it; `EngineUnavailableError` if bullmq is not installed, if Redis can't be reached, or if no worker comes;
 * and `EngineError`, naming the shard, if workers end again and again that have it.
 * @example const report = await runOnQueue(test, files("*.parquet", { folder: "/data" }), { connection: "redis://localhost" });
 */
export async function runOnQueue<S extends Statistics>(
  test: Evaluation<S>,
  source: Source,
  options: QueueOptions,
): Promise<Report<S>> {
  requireRule("runOnQueue", "test", evaluationRule, test);
  requireRule("runOnQueue", "source", sourceRule, source);
  const checked = checkOptions("runOnQueue", options, table) as unknown as QueueOptions;
  const { connection } = checked;
  const { Queue } = await loadBullmq("runOnQueue");
  let workers: number | undefined;
  const gathering = await Gathering.begin("runOnQueue", test, source, {
    ...checked,
    onProgress: (progress) => checked.onProgress?.({ ...progress, workers }),
  });
  const queue = new Queue(queueNameOf(gathering.key), {
    connection: optionsOf(connection, false),
    // Each event has the state of its shard within.
    streams: { events: { maxLen: 16 } },
  });
  try {
    await requireReached("runOnQueue", connection, queue);
    const jobs = new PendingJobs(queue, await jobsOf(gathering, checked), checked);
    await takeAll(
      jobs,
      async ({ shard, line }) => gathering.add(shard, line),
      () => {
        workers = jobs.workers;
        gathering.tell();
      },
    );
    return await gathering.report();
  } finally {
    await queue.close();
  }
}

/** Takes what jobs give until all are done. */
async function takeAll(jobs: PendingJobs, take: (job: DoneJob) => Promise<void>, onWorkers: () => void): Promise<void> {
  try {
    await jobs.begin();
    for (let workers = jobs.workers; jobs.size > 0;) {
      for (const done of await jobs.next()) await take(done);
      if (workers !== jobs.workers) onWorkers();
      workers = jobs.workers;
    }
  } catch (error) {
    // If it fails too, the error is still why the run did.
    await jobs.takeBack().catch(() => {});
    throw error;
  }
}

/** A job for each shard that is not known, by its id. */
async function jobsOf<S extends Statistics>(
  { key, missing }: Gathering<S>,
  { by, badRows = "stop", maxGroups = mostGroups }: QueueOptions,
): Promise<ReadonlyMap<string, PendingJob>> {
  // Nobody knows whether a shard without an etag has changed: only this run may join its jobs.
  const run = crypto.randomUUID();
  const entries = missing.map(async ({ shard, line }) => {
    const job: ShardJob = {
      format: "symloss-shard",
      version: 1,
      key,
      shard: shard.shard,
      by: by ?? null,
      badRows,
      maxGroups,
      line: line === undefined ? null : canonical(line),
    };
    return [await jobIdOf(job, shard.etag ?? run), { shard, job }] as const;
  });
  return new Map(await Promise.all(entries));
}
