/** What became slower since an earlier run, beyond the noise that both measured? */
import type { BenchResult, Entry, Measurement } from "./result.ts";
import type { Spread } from "./statistics.ts";

/** An entry that both runs have. */
export interface Change {
  readonly workload: string;
  readonly elements: number;
  readonly entry: string;
  /** The ratios to the reference, earlier and now. */
  readonly earlier: Spread;
  readonly now: Spread;
  /** By how much the median may grow. */
  readonly noise: number;
  readonly verdict: "worse" | "better" | "same";
}

/** The share of the earlier ratio that is never called a change: two processes of the same code differ by several per cent, however quiet each is. */
const smallestChange = 0.1;

/** The rule, for those who read its verdicts. */
export const baselineRule =
  "a ratio got worse if its median grew by more than the distances between its quartiles, then and now, added up, and by more than 10 %";

/**
 * Every entry that both runs have, at the same size and compared to the same reference.
 * Ratios are compared, not times: the reference carries the speed of the machine.
 */
export function compareToBaseline(result: BenchResult, baseline: BenchResult): readonly Change[] {
  return result.measurements.flatMap((measurement) => {
    const earlier = baseline.measurements.find((known) => isSameWorkload(known, measurement));
    if (earlier === undefined) return [];
    return measurement.entries.flatMap((entry) => {
      const before = earlier.entries.find(({ name }) => name === entry.name);
      return before === undefined || entry.name === measurement.reference ? [] : [changeOf(measurement, entry, before)];
    });
  });
}

function isSameWorkload(left: Measurement, right: Measurement): boolean {
  return left.workload === right.workload && left.elements === right.elements && left.reference === right.reference;
}

function changeOf({ workload, elements }: Measurement, { name, ratio: now }: Entry, { ratio: earlier }: Entry): Change {
  const noise = Math.max(now.upper - now.lower + (earlier.upper - earlier.lower), smallestChange * earlier.median);
  const growth = now.median - earlier.median;
  const verdict = growth > noise ? "worse" : growth < -noise ? "better" : "same";
  return { workload, elements, entry: name, earlier, now, noise, verdict };
}
