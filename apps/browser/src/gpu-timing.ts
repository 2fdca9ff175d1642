/** What does the bench page report? */

/** What the contenders took for a workload, by name; the first is symloss. */
export interface GpuTiming {
  readonly workload: string;
  /** Arrays go up, everything comes down. */
  readonly throughHost: Readonly<Record<string, ContenderTiming>>;
  /** Arrays are on the device; the only result comes down, or else the smallest, and the others stay. */
  readonly resident: Readonly<Record<string, ContenderTiming>>;
}

/** Medians over the rounds. */
export interface ContenderTiming {
  readonly milliseconds: number;
  /** To the first contender's time in the same round. */
  readonly ratio: number;
}
