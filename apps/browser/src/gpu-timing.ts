/** What does the bench page report? */

/** What a contender took, in milliseconds: the median of its rounds. */
export interface GpuTiming {
  readonly workload: string;
  /** Arrays go up, everything comes down. */
  readonly throughHost: Readonly<Record<string, number>>;
  /** Arrays are on the device; the only result comes down, or else the smallest, and the others stay. */
  readonly resident: Readonly<Record<string, number>>;
}
