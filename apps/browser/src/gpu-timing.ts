/** What does the bench page report? */
import type { Timing } from "@symloss/bench/interleave";

/** What the contenders took for a workload, by name; ratios are to symloss. */
export interface GpuTiming {
  readonly workload: string;
  /** Arrays go up, everything comes down. */
  readonly throughHost: Readonly<Record<string, Timing>>;
  /** Arrays are on the device; the only result comes down, or else the smallest, and the others stay. */
  readonly resident: Readonly<Record<string, Timing>>;
}
