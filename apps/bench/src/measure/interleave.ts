/** How long does each of several contenders take, compared fairly on a machine that is not quiet? */

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

/** What became of a runner: the nanoseconds of a run in each round, or what it threw in one, after which it ran no more. */
export type RunnerOutcome = { readonly times: readonly number[] } | { readonly failure: unknown };

/** Runs everyone in each round; the order rotates from round to round. */
export async function runRounds(
  runners: readonly Runner[],
  { rounds, budget = Infinity, fewest = 5, afterRound }: RoundOptions,
): Promise<readonly RunnerOutcome[]> {
  const times = runners.map((): number[] => []);
  const failures = new Map<number, unknown>();
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round >= fewest && performance.now() - start > budget) break;
    for (let turn = 0; turn < runners.length; turn++) {
      const index = (turn + round) % runners.length;
      if (failures.has(index)) continue;
      try {
        times[index]!.push(await timeOf(runners[index]!));
      } catch (error) {
        failures.set(index, error);
      }
    }
    await afterRound?.();
  }
  return times.map((own, index) => (failures.has(index) ? { failure: failures.get(index) } : { times: own }));
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
