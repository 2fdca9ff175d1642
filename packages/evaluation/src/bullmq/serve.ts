/** What does a worker on a queue do? It takes jobs, one after the other, and gives states. */
import { type Engine, isSymlossError } from "@symloss/core";
import { type OptionTable, checkOptions, engineRule, flagRule, functionRule, requireRule } from "@symloss/core/engine";
import type { Job } from "bullmq";
import { type Evaluation, type Statistics, evaluationRule } from "../evaluation.ts";
import { integerRule } from "../rules.ts";
import { type RunStore, runsRule } from "../runs/run-store.ts";
import { type WorkerMeans, evaluateShard, failureOf } from "../shard-work.ts";
import { type Source, sourceRule } from "../source.ts";
import { type QueueConnection, connectionRule, optionsOf, requireReached } from "./connection.ts";
import { queueNameOf, readJob } from "./job.ts";
import { loadBullmq } from "./load-bullmq.ts";

/** What a worker evaluates, and with what. */
export interface ServeOptions {
  readonly connection: QueueConnection;
  /** The worker's own: a job names one of its shards. */
  readonly source: Source;
  readonly engine: Engine;
  /** Where large runs are kept, by all workers and by whoever runs: a folder that they share. */
  readonly runs?: RunStore | undefined;
  /** After how many milliseconds without a sign of life a shard is given to another worker. Default 30000. */
  readonly lock?: number | undefined;
  /** How often a shard is given to another worker before the run fails. Default 3. */
  readonly maxStalls?: number | undefined;
  /** Whether an engine is refused on which the bits of a row depend on the rows beside it. Default true. */
  readonly requireRowIndependent?: boolean | undefined;
  /** Is called after each shard. */
  readonly onShard?: ((shard: ServedShard) => void) | undefined;
}

/** A shard that a worker has taken. */
export interface ServedShard {
  readonly shard: string;
  readonly seconds: number;
  /** Why there is no state of it; undefined if there is. */
  readonly error: string | undefined;
}

/** A worker while it works. */
export interface Server {
  /** Of the evaluation: runs of the same key give it work. */
  readonly key: string;
  /** Ends it, after the shard that it has. */
  close(): Promise<void>;
}

const table: OptionTable<ServeOptions> = {
  connection: connectionRule,
  source: sourceRule,
  engine: engineRule,
  runs: runsRule,
  lock: integerRule(),
  maxStalls: integerRule(),
  requireRowIndependent: flagRule,
  onShard: { ...functionRule, required: false },
};

/**
 * A worker, which takes shards of runs of the same evaluation from a queue until it is closed. A job names a shard, which the worker looks for among
 * those of its own source: neither code nor an address comes with it. Redis may go away and come back; a worker that ends or freezes leaves its
 * shard to another. Throws `EngineUnavailableError` if bullmq is not installed, or if Redis can't be reached.
 * @example const server = await serve(test, { connection: "redis://localhost", source: files("*.parquet", { folder: "/data" }), engine });
 */
export async function serve<S extends Statistics>(test: Evaluation<S>, options: ServeOptions): Promise<Server> {
  requireRule("serve", "test", evaluationRule, test);
  const checked = checkOptions("serve", options, table) as unknown as ServeOptions;
  const { connection, source, engine, runs, lock = 30_000, maxStalls = 3 } = checked;
  const { Worker, UnrecoverableError } = await loadBullmq("serve");
  await test.prepareFor(source);
  const { key } = await test.empty();
  const means: WorkerMeans = { test, source, engine, runs };
  const work = async (job: Job): Promise<string> => {
    const start = performance.now();
    try {
      const line = await takeJob(job.data, key, means, checked);
      tell(checked, job, start, undefined);
      return line;
    } catch (error) {
      const { name, message } = failureOf("runOnQueue", nameOf(job), error);
      tell(checked, job, start, message);
      // What is wrong with rows is wrong with them again.
      throw new (isSymlossError(error) ? UnrecoverableError : Error)(`${name}: ${message}`);
    }
  };
  const worker = new Worker(queueNameOf(key), work, {
    connection: optionsOf(connection, true),
    lockDuration: lock,
    stalledInterval: lock,
    maxStalledCount: maxStalls,
    autorun: false,
  });
  try {
    await requireReached("serve", connection, worker);
  } catch (error) {
    await worker.close(true);
    throw error;
  }
  const running = worker.run();
  return {
    key,
    close: async () => {
      await worker.close();
      await running;
    },
  };
}

function takeJob(
  data: unknown,
  key: string,
  means: WorkerMeans,
  { requireRowIndependent }: ServeOptions,
): Promise<string> {
  const { shard, line, by, badRows, maxGroups } = readJob("serve", data, key);
  const options = { by: by ?? undefined, badRows, maxGroups, requireRowIndependent };
  return evaluateShard("runOnQueue", { shard, line: line ?? undefined, options }, means);
}

function nameOf({ data }: Job): string {
  return String((data as { readonly shard?: unknown } | null)?.shard);
}

function tell({ onShard }: ServeOptions, job: Job, start: number, error: string | undefined): void {
  onShard?.({ shard: nameOf(job), seconds: (performance.now() - start) / 1000, error });
}
