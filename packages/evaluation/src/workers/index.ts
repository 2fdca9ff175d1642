/** How do several threads evaluate? Each takes shards, one after the other. The third entry of the package, `@symloss/evaluation/workers`, for Node.js. */
import * as core from "@symloss/core";
import { type OptionTable, checkOptions, describe } from "@symloss/core/engine";
import { Piscina } from "piscina";
import { type CheckpointLine, readShard } from "../checkpoint.ts";
import { type Report, type RunOptions, type Statistics, runOptions } from "../evaluation.ts";
import { integerRule } from "../rules.ts";
import { type EvaluationState, mostGroups, requireGroups } from "../state.ts";
import { type EvaluationModule, loadModule } from "./module.ts";
import type { Outcome, Task } from "./worker.ts";

export type { EvaluationModule } from "./module.ts";

/** How many threads there are, and how rows are evaluated. */
export interface WorkerOptions extends Omit<RunOptions, "engine" | "shard" | "onProgress" | "signal"> {
  /** How many threads. */
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  /** Is called when a shard is done, with the number of rows so far. */
  readonly onProgress?: ((progress: WorkerProgress) => void) | undefined;
}

/** How far a run is. */
export interface WorkerProgress {
  readonly rows: number;
  /** How many shards are done, and how many there are. */
  readonly shards: number;
  readonly totalShards: number;
}

const { engine: _engine, shard: _shard, ...shared } = runOptions;
const table: OptionTable<WorkerOptions> = { ...shared, workers: { ...integerRule(1024), required: true } };

/**
 * The report of all shards of a module's source, evaluated by so many threads. The module exports `test`, an evaluation; `source`, such as
 * `files("shards/*.parquet")`; and `engine`, a function that makes one. Each thread loads it, and is sent nothing but the names of shards. The
 * report is the same, to the last bit, as that of `test.run(source, ...)`. A checkpoint is written when a shard is done.
 * Throws `DTypeError` if the module does not export these, and what a shard throws, naming it.
 * @example const report = await runInWorkers(new URL("./test.js", import.meta.url), { workers: 4, by: "lang" });
 */
export async function runInWorkers<S extends Statistics>(module: URL, options: WorkerOptions): Promise<Report<S>> {
  if (!(typeof module === "object" && typeof (module as Partial<URL> | null)?.href === "string")) {
    throw new core.OutOfRangeError(
      `runInWorkers: module must be a URL, such as new URL("./test.js", import.meta.url), got ${describe(module)}.`,
    );
  }
  const { workers, signal, onProgress, checkpoint, ...rest } = checkOptions(
    "runInWorkers",
    options,
    table,
  ) as unknown as WorkerOptions;
  const loaded = (await loadModule(module.href)) as EvaluationModule<S>;
  await loaded.test.prepareFor(loaded.source);
  const names = await namesOf(loaded);
  const known = lastLines((await checkpoint?.lines()) ?? []);
  const pool = new Piscina<Task, Outcome>({
    filename: new URL("./worker.js", import.meta.url).href,
    minThreads: Math.min(workers, names.length),
    maxThreads: workers,
  });
  let state: EvaluationState | undefined;
  let done = 0;
  const merge = async (shard: string, line: string): Promise<void> => {
    if (line !== known.get(shard)) await checkpoint?.append(line);
    // The worker has computed or checked it.
    const own = (JSON.parse(line) as CheckpointLine).state;
    state = await loaded.test.merge(state ?? (await loaded.test.empty()), own);
    requireGroups("runInWorkers", state, rest.maxGroups ?? mostGroups);
    onProgress?.({ rows: state.rows, shards: ++done, totalShards: names.length });
  };
  // One after the other: each takes the state that another has left.
  let merging = Promise.resolve();
  const evaluate = async (shard: string): Promise<void> => {
    const task = { module: module.href, shard, line: known.get(shard), options: rest };
    const outcome = await pool.run(task, signal === undefined ? {} : { signal });
    await (merging = merging.then(() => merge(shard, lineOf(outcome))));
  };
  // A thread that can't begin has no task to fail.
  const broken = new Promise<never>((_, reject) => pool.on("error", reject));
  try {
    await Promise.race([broken, Promise.all(names.map(evaluate))]);
    return await loaded.test.result(state ?? (await loaded.test.empty()));
  } finally {
    await pool.destroy();
  }
}

/** The last line of each shard. Throws `DTypeError` if one is none; what else is wrong with it is found by the worker that goes on from it. */
function lastLines(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((line, index) => [readShard(`runInWorkers: line ${index + 1} of the checkpoint`, line), line]),
  );
}

/** The line of a shard. Throws what the worker threw: errors lose their classes on the way. */
function lineOf(outcome: Outcome): string {
  if ("line" in outcome) return outcome.line;
  const { name, message } = outcome.error;
  const OwnError = exported.get(name);
  throw new (isErrorClass(OwnError) ? OwnError : core.EngineError)(message);
}

const exported: ReadonlyMap<string, unknown> = new Map(Object.entries(core));

function isErrorClass(value: unknown): value is new (message: string) => core.SymlossError {
  return typeof value === "function" && value.prototype instanceof core.SymlossError;
}

/** The names of all shards. Throws `OutOfRangeError` if two have one name, for a worker could not tell them apart. */
async function namesOf({ source }: EvaluationModule): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { shard } of source.shards()) names.push(shard);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return names;
  throw new core.OutOfRangeError(`runInWorkers: shards must have different names, got ${JSON.stringify(twice)} twice.`);
}
