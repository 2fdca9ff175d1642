/** How does a run stand in a state? As a list if it is small; else as a reference to a store, or as a list all the same if there is none. */
import { OutOfRangeError } from "@symloss/core";
import { describe, isRecord } from "@symloss/core/engine";
import { type Run, readRun, totalOf, writeRun } from "../exact/counts.ts";
import { isCount } from "../exact/exact-sum.ts";
import { sha256 } from "../platform.ts";
import type { Json } from "../statistic.ts";
import { blocksOfRun, mergedBlocks } from "./merged.ts";
import { type Blocks, blocksOf, bytesOf } from "./run-bytes.ts";
import { type RunStore, limits } from "./run-store.ts";

/** A run in a store: the SHA-256 of its bytes, how many different numbers it has, and how many were counted. */
interface RunReference {
  readonly run: string;
  readonly keys: number;
  readonly rows: number;
}

/** A run of a state. */
export interface OpenRun {
  /** How many were counted. */
  readonly rows: number;
  readonly blocks: Blocks;
}

/** The text of a run. Which form it has depends on nothing but the run, and on whether there is a store. */
export async function keepRun(blocks: Blocks, store: RunStore | undefined): Promise<Json> {
  const iterator = blocks[Symbol.asyncIterator]();
  const first: Run[] = [];
  let keys = 0;
  try {
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return writeRun(joined(first));
      first.push(next.value);
      keys += next.value.keys.length;
      if (store !== undefined && keys > limits.inline) return await putRun(first, iterator, store);
    }
  } finally {
    await iterator.return?.();
  }
}

/** The text of what occurred in any of these runs. */
export async function mergeRunTexts(texts: readonly Json[], store: RunStore | undefined): Promise<Json> {
  const all = texts.filter((text) => isReference(text) || (text as readonly Json[]).length > 0);
  if (all.length === 0) return [];
  const first = all[0]!;
  // It may be large, and is as it must be.
  if (all.length === 1 && (store === undefined || isReference(first) || !isLarge(first))) return first;
  const blocks = all.map((text) => openRun("merge", text, store).blocks);
  return keepRun(mergedBlocks(blocks, store), store);
}

function isLarge(list: Json): boolean {
  return (list as readonly Json[]).length > 2 * limits.inline;
}

async function putRun(first: readonly Run[], rest: AsyncIterator<Run>, store: RunStore): Promise<Json> {
  let [keys, rows] = [0, 0];
  const counted = (block: Run): Run => {
    keys += block.keys.length;
    rows += totalOf(block);
    return block;
  };
  async function* all(): AsyncGenerator<Run> {
    for (const block of first) yield counted(block);
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield counted(next.value);
  }
  const run = await store.put(bytesOf(all()));
  return { run, keys, rows };
}

/** Blocks as one run. */
function joined(blocks: readonly Run[]): Run {
  const length = blocks.reduce((sum, { keys }) => sum + keys.length, 0);
  const whole: Run = { keys: new Uint32Array(length), counts: new Float64Array(length) };
  let next = 0;
  for (const { keys, counts } of blocks) {
    whole.keys.set(keys, next);
    whole.counts.set(counts, next);
    next += keys.length;
  }
  return whole;
}

/** Throws `OutOfRangeError`, naming the path, if a text is that of no run, of numbers below a limit. */
export function checkRun(path: string, text: unknown, limit: number): void {
  if (!isRecord(text)) {
    readRun(path, text, limit);
    return;
  }
  const { run, keys, rows } = text;
  const isReference =
    Object.keys(text).length === 3 &&
    typeof run === "string" &&
    /^[0-9a-f]{64}$/.test(run) &&
    isCount(keys) &&
    isCount(rows);
  if (isReference && limit === 2 ** 32 && keys <= rows) return;
  throw new OutOfRangeError(`${path} must be a run, or its SHA-256 with keys and rows, got ${describe(text)}.`);
}

/** The run of a text. Throws `OutOfRangeError` if it is in a store and there is none, and, when it is read, if it is not what the text says. */
export function openRun(caller: string, text: Json, store: RunStore | undefined): OpenRun {
  if (!isReference(text)) {
    const run = readRun(caller, text);
    return { rows: totalOf(run), blocks: blocksOfRun(run) };
  }
  if (store === undefined) {
    throw new OutOfRangeError(
      `${caller}: runs must be where run ${text.run} is kept, such as fileRuns("folder"), got undefined.`,
    );
  }
  return { rows: text.rows, blocks: checkedBlocks(caller, text, store) };
}

function isReference(text: Json): text is Json & RunReference {
  return isRecord(text);
}

async function* checkedBlocks(caller: string, { run, keys, rows }: RunReference, store: RunStore): AsyncGenerator<Run> {
  let [ownKeys, ownRows] = [0, 0];
  for await (const block of blocksOf(`${caller}: run ${run}`, store.open(run))) {
    ownKeys += block.keys.length;
    ownRows += totalOf(block);
    yield block;
  }
  if (ownKeys === keys && ownRows === rows) return;
  throw new OutOfRangeError(
    `${caller}: run ${run} must have ${keys} keys and ${rows} rows, as the state says, got ${ownKeys} and ${ownRows}.`,
  );
}

/** The reference of a run that would be in a store, if there were one; any other text as it is. */
export async function referenceOf(text: Json): Promise<Json> {
  if (isReference(text) || !isLarge(text)) return text;
  const run = readRun("digest", text);
  const bytes: Uint8Array[] = [];
  for await (const part of bytesOf(blocksOfRun(run))) bytes.push(part.slice());
  return { run: await sha256(bytes), keys: run.keys.length, rows: totalOf(run) };
}
