/** How do several threads evaluate? Each takes shards, one after the other. The third entry of the package, `@symloss/evaluation/workers`, for Node.js. */
import { OutOfRangeError } from "@symloss/core";
import { type OptionTable, checkOptions, describe } from "@symloss/core/engine";
import { type Report, type RunOptions, type Statistics, runOptions } from "../evaluation.ts";
import { Gathering, type MissingShard } from "../gathering.ts";
import { optionalPackage } from "../optional-package.ts";
import type { Progress } from "../progress.ts";
import { integerRule } from "../rules.ts";
import { type ShardWork, type ShardsWork, errorOf } from "../shard-work.ts";
import { canonical } from "../state.ts";
import { type EvaluationModule, loadModule } from "./module.ts";
import { portionsOf } from "./portions.ts";
import type { Outcome, Task } from "./task.ts";

export type { EvaluationModule } from "./module.ts";

/** How many threads there are, and how rows are evaluated. */
export interface WorkerOptions extends Omit<RunOptions, "engine" | "shard" | "runs" | "onProgress" | "signal"> {
  /** How many threads. */
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  /** Is called when a shard is done, with the number of rows so far. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const { engine: _engine, shard: _shard, runs: _runs, ...shared } = runOptions;
const table: OptionTable<WorkerOptions> = { ...shared, workers: { ...integerRule(1024), required: true } };

/**
 * The report of all shards of a module's source, evaluated by so many threads. The module exports `test`, an evaluation; `source`, such as
 * `files("shards/*.parquet")`; `engine`, a function that makes one; and, if large runs are kept in files, `runs`. Each thread loads it, and is sent nothing but the names of shards. The
 * report is the same, to the last bit, as that of `test.run(source, ...)`. A checkpoint is written when a shard is done.
 * Throws `EngineUnavailableError` if piscina is not installed, `DTypeError` if the module does not export these, and what a shard throws, naming it.
 * @example const report = await runInWorkers(new URL("./test.js", import.meta.url), { workers: 4, by: "lang" });
 */
export async function runInWorkers<S extends Statistics>(module: URL, options: WorkerOptions): Promise<Report<S>> {
  if (!(typeof module === "object" && typeof (module as Partial<URL> | null)?.href === "string")) {
    throw new OutOfRangeError(
      `runInWorkers: module must be a URL, such as new URL("./test.js", import.meta.url), got ${describe(module)}.`,
    );
  }
  const checked = checkOptions("runInWorkers", options, table) as unknown as WorkerOptions;
  const { workers, signal, onProgress: _onProgress, checkpoint, ...rest } = checked;
  const { Piscina } = await optionalPackage(
    "runInWorkers",
    "piscina",
    "to evaluate in threads",
    () => import("piscina"),
  );
  const { test, source, runs } = (await loadModule(module.href)) as EvaluationModule<S>;
  const gathering = await Gathering.begin("runInWorkers", test, source, { ...checked, runs });
  const pool = new Piscina<Task, Outcome>({
    filename: new URL("./worker.js", import.meta.url).href,
    minThreads: Math.min(workers, gathering.missing.length),
    maxThreads: workers,
  });
  const ask = async (work: ShardWork | ShardsWork): Promise<string> => {
    const outcome = await pool.run({ ...work, module: module.href }, signal === undefined ? {} : { signal });
    if ("failure" in outcome) throw errorOf(outcome.failure);
    return outcome.text;
  };
  const evaluateOne = async ({ shard, line }: MissingShard): Promise<void> => {
    const known = line === undefined ? undefined : canonical(line);
    await gathering.add(shard, await ask({ shard: shard.shard, line: known, options: rest }));
  };
  const evaluateSome = async (some: readonly MissingShard[]): Promise<void> => {
    const shards = some.map(({ shard }) => shard);
    await gathering.addAll(shards, await ask({ shards: shards.map(({ shard }) => shard), options: rest }));
  };
  const begin = (): readonly Promise<void>[] => {
    const { missing } = gathering;
    // A checkpoint is told of each.
    return checkpoint === undefined ? portionsOf(missing, workers).map(evaluateSome) : missing.map(evaluateOne);
  };
  // A thread that can't begin has no task to fail.
  const broken = new Promise<never>((_, reject) => pool.on("error", reject));
  try {
    await Promise.race([broken, Promise.all(begin())]);
    return await gathering.report();
  } finally {
    await pool.destroy();
  }
}
