/** How long does each of several contenders take, compared fairly on a machine that is not quiet? */
import { median } from "./statistics.ts";

export { median } from "./statistics.ts";

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
  const runners = names.map((name): Runner => ({ run: contenders[name], repeats }));
  for (const runner of runners) for (let run = 0; run < warmUp; run++) await timeOf(runner);
  const times = await runRounds(runners, { rounds });
  const base = times[names.indexOf(baseline as Name)]!;
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      { nanoseconds: median(times[index]!), ratio: median(ratios(times[index]!, base)) },
    ]),
  ) as Record<Name, Timing>;
}

/** Something to time. */
export interface Runner {
  /** What is asynchronous is awaited. */
  readonly run: () => unknown;
  /** What must be done before it runs and is not its time. */
  readonly before?: (() => unknown) | undefined;
  /** How many runs in a row are timed at once. */
  readonly repeats: number;
}

/** How many rounds there are, and what happens between them. */
export interface RoundOptions {
  readonly rounds: number;
  /** No round begins after this many milliseconds, once there were `fewest`. */
  readonly budget?: number;
  readonly fewest?: number;
  /** Called after each round. */
  readonly afterRound?: () => unknown;
}

/** Of each runner the nanoseconds of a run in each round; the order rotates from round to round. */
export async function runRounds(
  runners: readonly Runner[],
  { rounds, budget = Infinity, fewest = 5, afterRound }: RoundOptions,
): Promise<number[][]> {
  const times = runners.map((): number[] => []);
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round >= fewest && performance.now() - start > budget) break;
    for (let turn = 0; turn < runners.length; turn++) {
      const index = (turn + round) % runners.length;
      times[index]!.push(await timeOf(runners[index]!));
    }
    await afterRound?.();
  }
  return times;
}

/** Of each round one time by the other. */
export function ratios(times: readonly number[], base: readonly number[]): number[] {
  return times.map((time, round) => time / base[round]!);
}

/** Nanoseconds of one run. */
export async function timeOf({ run, before, repeats }: Runner): Promise<number> {
  if (before !== undefined) await before();
  const start = performance.now();
  for (let repeat = 0; repeat < repeats; repeat++) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return ((performance.now() - start) * 1e6) / repeats;
}
