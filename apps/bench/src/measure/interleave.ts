/** How long does each of several contenders take, compared fairly on a machine that is not quiet? */

/** What a contender took. */
export interface Timing {
  /** The median of all rounds, in nanoseconds. */
  readonly nanoseconds: number;
  /** The median, over the rounds, of its time by that of the baseline in the same round. */
  readonly ratio: number;
}

/** How to measure. */
export interface MeasureOptions {
  /** The contender to which the others are compared. */
  readonly baseline: string;
  /** How many rounds; default 21. */
  readonly rounds?: number;
  /** How many runs before the first round; default 5. */
  readonly warmUp?: number;
  /** How many runs in a row are timed at once; default 1. */
  readonly repeats?: number;
}

/** Runs every contender once in each round, in an order that rotates, and takes medians. */
export async function interleave<Name extends string>(
  contenders: Readonly<Record<Name, () => unknown>>,
  { baseline, rounds = 21, warmUp = 5, repeats = 1 }: MeasureOptions,
): Promise<Record<Name, Timing>> {
  const names = Object.keys(contenders) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (const name of names) for (let run = 0; run < warmUp; run++) await time(contenders[name], repeats);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length]!;
      times[name].push(await time(contenders[name], repeats));
    }
  }
  const base = times[baseline as Name];
  return Object.fromEntries(
    names.map((name) => [
      name,
      { nanoseconds: median(times[name]), ratio: median(times[name].map((value, round) => value / base[round]!)) },
    ]),
  ) as Record<Name, Timing>;
}

/** The middle one; of an even number the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Nanoseconds of one run; what is asynchronous is awaited. */
async function time(run: () => unknown, repeats: number): Promise<number> {
  const start = performance.now();
  for (let repeat = 0; repeat < repeats; repeat++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return ((performance.now() - start) * 1e6) / repeats;
}
