/** How many shards does a thread take at a time? Many at first, so that it merges them itself; few in the end, so that all threads end together. */

/** However many shards are left. */
const most = 16;

/** So many portions are left to each thread, if shards suffice. */
const perThread = 4;

/**
 * The list, in order, cut for so many threads.
 * @example portionsOf([1, 2, 3, 4, 5, 6, 7, 8, 9], 1) // [[1, 2], [3], [4], [5], [6], [7], [8], [9]]
 */
export function portionsOf<T>(list: readonly T[], threads: number): readonly (readonly T[])[] {
  const portions: (readonly T[])[] = [];
  for (let from = 0; from < list.length;) {
    const size = Math.min(most, Math.max(1, Math.floor((list.length - from) / (threads * perThread))));
    portions.push(list.slice(from, (from += size)));
  }
  return portions;
}
