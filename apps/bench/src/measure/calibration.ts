/** Was the machine quiet while something was measured? A loop that always does the same should always take the same time. */
import { clockStep } from "./clock.ts";
import { type Spread, relativeSpread, spreadOf } from "./statistics.ts";

/** How quiet the machine was. */
export interface Quietness {
  /** Processes that were running or waiting when the bench began, a minute's mean; absent if the environment does not say. */
  readonly loadAverage?: number;
  readonly cores: number;
  /** What the calibration loop took, in nanoseconds. */
  readonly calibration: Spread;
  /** Why the figures are less certain than they should be; none on a quiet machine. */
  readonly warnings: readonly string[];
}

/** The loop's quartiles may be apart by this share of its median. */
const quietSpread = 0.1;
/** The share of the cores that may be busy when the bench begins. */
const quietLoad = 0.5;

/** What the times of the calibration loop, and the load when the bench began, say. */
export function judgeQuietness(times: readonly number[], cores: number, loadAverage?: number): Quietness {
  const calibration = spreadOf(times);
  const warnings: string[] = [];
  if (loadAverage !== undefined && loadAverage > quietLoad * cores) {
    warnings.push(
      `The machine was busy before the bench began: a load average of ${loadAverage.toFixed(1)} on ${cores} cores (quiet is up to ${quietLoad * cores}).`,
    );
  }
  const spread = relativeSpread(calibration);
  if (spread > quietSpread) {
    warnings.push(
      `The machine was busy during the bench: the quartiles of a loop that always does the same were ${percent(spread)} apart (quiet is up to ${percent(quietSpread)}).`,
    );
  }
  return { ...(loadAverage === undefined ? {} : { loadAverage }), cores, calibration, warnings };
}

/** So many steps of the clock the loop takes at least. */
const fewestSteps = 50;

/** Runs the loop, for about a millisecond or as much longer as a coarse clock needs; returns the nanoseconds of a million steps. */
export function calibrate(): number {
  const turns = Math.ceil(fewestSteps * clockStep());
  const start = performance.now();
  for (let turn = 0; turn < turns; turn++) loop();
  return ((performance.now() - start) * 1e6) / turns;
}

function loop(): void {
  let state = 1;
  for (let step = 0; step < 1_000_000; step++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
  // The result is used, so that the loop can't be left out.
  if (state !== 366300225) throw new Error(`calibrate: the loop must end at 366300225, got ${state}.`);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
