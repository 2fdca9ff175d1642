/** What does a thread do? It evaluates shards, by their names, of the module that it was given when it began. */
import type { Engine } from "@symloss/core";
import {
  type ShardFailure,
  type ShardWork,
  type ShardsWork,
  type WorkerMeans,
  evaluateShard,
  evaluateShards,
  failureOf,
} from "../shard-work.ts";
import { loadModule } from "./module.ts";

/** A shard of which a checkpoint is told, or several, and how they are evaluated. */
export type Task = (ShardWork | ShardsWork) & {
  /** The address of the module. */
  readonly module: string;
};

/** The engine of each module, made with its first shard. */
const engines = new Map<string, Promise<Engine>>();

/** What is known of the shard or shards, or why it is not. */
export type Outcome = { readonly text: string } | { readonly failure: ShardFailure };

/** What a worker gives for a task. */
export async function perform({ module, ...work }: Task): Promise<Outcome> {
  let current = "shard" in work ? work.shard : work.shards[0]!;
  try {
    const means = await meansOf(module);
    if ("shard" in work) return { text: await evaluateShard("runInWorkers", work, means) };
    return { text: await evaluateShards("runInWorkers", work, means, (shard) => (current = shard)) };
  } catch (error) {
    return { failure: failureOf("runInWorkers", current, error) };
  }
}

async function meansOf(module: string): Promise<WorkerMeans> {
  const { test, source, engine: make, runs } = await loadModule(module);
  let engine = engines.get(module);
  if (engine === undefined) engines.set(module, (engine = Promise.resolve(make())));
  return { test, source, engine: await engine, runs };
}
