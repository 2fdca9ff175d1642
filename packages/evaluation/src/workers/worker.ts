/** What does a thread do? It evaluates shards, by their names, of the module that it was given when it began. */
import type { Engine } from "@symloss/core";
import { type ShardFailure, type ShardWork, evaluateShard, failureOf } from "../shard-work.ts";
import { loadModule } from "./module.ts";

/** A shard, and how it is evaluated. */
export interface Task extends ShardWork {
  /** The address of the module. */
  readonly module: string;
}

/** The engine of each module, made with its first shard. */
const engines = new Map<string, Promise<Engine>>();

/** What a checkpoint says of the shard when it is done, or why it is not. */
export type Outcome = { readonly line: string } | { readonly failure: ShardFailure };

/** What a worker gives for a task. */
export default async function runTask({ module, ...work }: Task): Promise<Outcome> {
  try {
    const { test, source, engine: make, runs } = await loadModule(module);
    let engine = engines.get(module);
    if (engine === undefined) engines.set(module, (engine = Promise.resolve(make())));
    return { line: await evaluateShard("runInWorkers", work, { test, source, engine: await engine, runs }) };
  } catch (error) {
    return { failure: failureOf("runInWorkers", work.shard, error) };
  }
}
