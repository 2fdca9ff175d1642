/** How are runs merged of which not even one has room in memory? Block by block, those keys first that no later block of any can have. */
import { type Run, mergeRuns, noRun } from "../exact/counts.ts";
import { type Blocks, blocksOf, bytesOf } from "./run-bytes.ts";
import { type KeptBytes, type RunStore, limits } from "./run-store.ts";

/** What occurred in any of these runs, of which not too many are open at a time. */
export async function* mergedBlocks(runs: readonly Blocks[], store: RunStore | undefined): AsyncGenerator<Run> {
  if (store === undefined || runs.length <= limits.together) {
    for await (const slices of alignedBlocks(runs)) yield mergeAll(slices);
    return;
  }
  const kept: KeptBytes[] = [];
  try {
    for (let from = 0; from < runs.length; from += limits.together) {
      kept.push(await keepMerged(runs.slice(from, from + limits.together), store));
    }
    yield* mergedBlocks(kept.map(blocksOfKept), store);
  } finally {
    for (const one of kept) await one.remove();
  }
}

/** The runs as one, kept for a while. */
export function keepMerged(runs: readonly Blocks[], store: RunStore): Promise<KeptBytes> {
  return store.keep(bytesOf(mergedBlocks(runs, store)));
}

/** A run that is kept for a while. */
export function blocksOfKept(kept: KeptBytes): Blocks {
  return blocksOf("runs: what is kept for a while", kept.open());
}

/** A run in memory, in blocks. */
export async function* blocksOfRun({ keys, counts }: Run): AsyncGenerator<Run> {
  for (let from = 0; from < keys.length; from += limits.block) {
    const to = from + limits.block;
    yield { keys: keys.subarray(from, to), counts: counts.subarray(from, to) };
  }
}

/** Parts of runs beside each other: keys of a later part are larger than any of those before. */
export async function* alignedBlocks(runs: readonly Blocks[]): AsyncGenerator<readonly Run[]> {
  const iterators = runs.map((run) => run[Symbol.asyncIterator]());
  const blocks: Run[] = runs.map(() => noRun);
  try {
    for (;;) {
      let bound = Infinity;
      for (const [index, iterator] of iterators.entries()) {
        const block = blocks[index]!.keys.length > 0 ? blocks[index]! : await nextBlock(iterator);
        blocks[index] = block;
        bound = Math.min(bound, block.keys.at(-1) ?? Infinity);
      }
      if (bound === Infinity) return;
      yield blocks.map((block, index) => {
        const end = endUpTo(block.keys, bound);
        blocks[index] = { keys: block.keys.subarray(end), counts: block.counts.subarray(end) };
        return { keys: block.keys.subarray(0, end), counts: block.counts.subarray(0, end) };
      });
    }
  } finally {
    for (const iterator of iterators) await iterator.return?.();
  }
}

/** That of nothing after the last. */
async function nextBlock(iterator: AsyncIterator<Run>): Promise<Run> {
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) return noRun;
    if (next.value.keys.length > 0) return next.value;
  }
}

/** The place after the last key up to a bound. */
function endUpTo(keys: Uint32Array, bound: number): number {
  let [from, to] = [0, keys.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (keys[middle]! <= bound) from = middle + 1;
    else to = middle;
  }
  return from;
}

function mergeAll(runs: readonly Run[]): Run {
  if (runs.length <= 2) return mergeRuns(runs[0] ?? noRun, runs[1] ?? noRun);
  const half = runs.length >> 1;
  return mergeRuns(mergeAll(runs.slice(0, half)), mergeAll(runs.slice(half)));
}
