/** What does a worker do, be it a thread or a machine? It evaluates one of its own shards, by its name: no code is sent to it, and no address. */
import * as core from "@symloss/core";
import type { Checkpoint } from "./checkpoint.ts";
import type { Evaluation, RunOptions, Statistics } from "./evaluation.ts";
import type { RunStore } from "./runs/run-store.ts";
import { type Shard, type Source, shardNamed } from "./source.ts";
import { type EvaluationState, canonical } from "./state.ts";

/** A shard, and how it is evaluated. */
export interface ShardWork {
  readonly shard: string;
  /** What a checkpoint says of the shard. */
  readonly line: string | undefined;
  readonly options: Omit<RunOptions, "engine" | "signal" | "onProgress" | "shard" | "runs" | "checkpoint">;
}

/** Shards of which one state is wanted: a worker merges small ones in less time than whoever asks. */
export interface ShardsWork {
  readonly shards: readonly string[];
  readonly options: ShardWork["options"];
}

/** The state of whole shards, and what the worker has found each to be. */
export interface ShardsState {
  readonly etags: readonly (string | null)[];
  readonly state: EvaluationState;
}

/** What a worker has to do it with. */
export interface WorkerMeans {
  readonly test: Evaluation<Statistics>;
  readonly source: Source;
  readonly engine: core.Engine;
  /** Where large runs are kept, by all workers. */
  readonly runs: RunStore | undefined;
}

/** The line of a checkpoint that says what is known of the whole shard. Throws what the evaluation throws, and `OutOfRangeError` if there is no such shard. */
export async function evaluateShard(caller: string, work: ShardWork, means: WorkerMeans): Promise<string> {
  const { test, source, engine, runs } = means;
  const own = await find(caller, source, work.shard);
  const lines = work.line === undefined ? [] : [work.line];
  const checkpoint: Checkpoint = {
    lines: async () => lines,
    append: async (last) => void lines.push(last),
  };
  await test.update(undefined, { shards: () => [own] }, { ...work.options, engine, runs, checkpoint });
  return lines.at(-1)!;
}

/** The state of all shards, with what they were, as text. The listener is called with each before it is evaluated. Throws what `evaluateShard` throws. */
export async function evaluateShards(
  caller: string,
  { shards, options }: ShardsWork,
  { test, source, engine, runs }: WorkerMeans,
  onShard: (shard: string) => void,
): Promise<string> {
  const etags: (string | null)[] = [];
  const found = async function* (): AsyncGenerator<Shard> {
    for (const name of shards) {
      onShard(name);
      const own = await find(caller, source, name);
      etags.push(own.etag ?? null);
      yield own;
    }
  };
  const state = await test.update(undefined, { shards: found }, { ...options, engine, runs });
  return canonical({ etags, state } satisfies ShardsState);
}

async function find(caller: string, source: Source, name: string): Promise<Shard> {
  const own = await shardNamed(source, name);
  if (own !== undefined) return own;
  throw new core.OutOfRangeError(
    `${caller}: the source must have the shard ${JSON.stringify(name)} in every worker, got none.`,
  );
}

/** Why a shard could not be evaluated, as text: errors lose their classes on their way from a worker. */
export interface ShardFailure {
  readonly name: string;
  readonly message: string;
}

/** The failure, with the name of the function that the user called, and of the shard. */
export function failureOf(caller: string, shard: string, error: unknown): ShardFailure {
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  if (message.startsWith(`${caller}: `)) return { name, message };
  const own = /^update: (shard .*)/s.exec(message)?.[1] ?? `shard ${shard}: ${message.replace(/^update: /, "")}`;
  return { name, message: `${caller}: ${own}` };
}

/** The error of a failure: of its class, if that is one of core's. */
export function errorOf({ name, message }: ShardFailure): core.SymlossError {
  const OwnError = exported.get(name);
  return new (isErrorClass(OwnError) ? OwnError : core.EngineError)(message);
}

const exported: ReadonlyMap<string, unknown> = new Map(Object.entries(core));

function isErrorClass(value: unknown): value is new (message: string) => core.SymlossError {
  return typeof value === "function" && value.prototype instanceof core.SymlossError;
}
