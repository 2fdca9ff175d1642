/** What do many noisy numbers say together? */

/** The middle of many numbers, and the quarters around it. */
export interface Spread {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

/** The median and the quartiles. */
export function spreadOf(values: readonly number[]): Spread {
  return { lower: quantile(values, 0.25), median: median(values), upper: quantile(values, 0.75) };
}

/** The distance between the quartiles, as a share of the median. */
export function relativeSpread({ lower, median: middle, upper }: Spread): number {
  return (upper - lower) / middle;
}

/** Whether the ranges between the quartiles have a number in common. */
export function overlap(left: Spread, right: Spread): boolean {
  return left.lower <= right.upper && right.lower <= left.upper;
}

/** The middle one; of an even number the mean of the two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The number below which this share of the values lies, interpolated between neighbours. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}
