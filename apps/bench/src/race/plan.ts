/** What does a race measure, and how much of it if nobody says? */
import type { WorkloadKind } from "../measure/workload.ts";

/** What is measured. */
export interface RacePlan {
  readonly kinds: readonly WorkloadKind[];
  /** Elements of the largest input; undefined is each workload's own size. */
  readonly sizes: readonly (number | undefined)[];
  readonly rounds: number;
  /** After so long there are no more than a few rounds of a workload. */
  readonly seconds: number;
  /** The entry to compare with, if it takes part. */
  readonly against?: string | undefined;
}

/** How often each is timed, in turn. */
export const usualRounds = 21;
export const mostRounds = 10_000;

/** After so long no more rounds of a workload begin. */
export const usualSeconds = 20;
export const mostSeconds = 3600;

/** From what a call costs to what no cache holds: two in each decade. */
export const sweepSizes: readonly number[] = [
  32, 100, 320, 1000, 3200, 10_000, 32_000, 100_000, 320_000, 1_000_000, 3_200_000, 10_000_000,
];
export const largestSize = 100_000_000;
