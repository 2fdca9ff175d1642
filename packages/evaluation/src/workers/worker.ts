/** What does a worker do? It evaluates shards, by their names, of the module that it was given when it began: no code is sent to it. */
import { type Engine, OutOfRangeError } from "@symloss/core";
import type { Checkpoint } from "../checkpoint.ts";
import type { RunOptions } from "../evaluation.ts";
import type { Shard, Source } from "../source.ts";
import { loadModule } from "./module.ts";

/** A shard, and how it is evaluated. */
export interface Task {
  /** The address of the module. */
  readonly module: string;
  readonly shard: string;
  /** What a checkpoint says of the shard. */
  readonly line: string | undefined;
  readonly options: Omit<RunOptions, "engine" | "signal" | "onProgress" | "shard" | "checkpoint">;
}

/** The engine of each module, made with its first shard. */
const engines = new Map<string, Promise<Engine>>();

/** What a checkpoint says of the shard when it is done, or why it is not. */
export type Outcome =
  | { readonly line: string }
  | { readonly error: { readonly name: string; readonly message: string } };

/** What a worker gives for a task. */
export default async function evaluateShard(task: Task): Promise<Outcome> {
  try {
    return { line: await lineOf(task) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
    return { error: { name, message: named(task.shard, message) } };
  }
}

/** The message, with the name of the function that the user called, and of the shard. */
function named(shard: string, message: string): string {
  if (message.startsWith("runInWorkers: ")) return message;
  const own = /^update: (shard .*)/s.exec(message)?.[1] ?? `shard ${shard}: ${message.replace(/^update: /, "")}`;
  return `runInWorkers: ${own}`;
}

/** Throws `OutOfRangeError` if there is no such shard. */
async function lineOf({ module, shard, line, options }: Task): Promise<string> {
  const { test, source, engine: make } = await loadModule(module);
  let engine = engines.get(module);
  if (engine === undefined) engines.set(module, (engine = Promise.resolve(make())));
  const own = await shardNamed(source, shard);
  const lines = line === undefined ? [] : [line];
  const checkpoint: Checkpoint = {
    lines: async () => lines,
    append: async (last) => void lines.push(last),
  };
  await test.update(undefined, { shards: () => [own] }, { ...options, engine: await engine, checkpoint });
  return lines.at(-1)!;
}

async function shardNamed(source: Source, name: string): Promise<Shard> {
  for await (const shard of source.shards()) if (shard.shard === name) return shard;
  throw new OutOfRangeError(
    `runInWorkers: the source must have the shard ${JSON.stringify(name)} in every worker, got none.`,
  );
}
