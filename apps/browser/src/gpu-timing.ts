/** What does the bench page report? */
import type { Timing } from "@symloss/bench/interleave";

/** The times of the contenders for a workload, by name; ratios are relative to symloss. */
export interface GpuTiming {
  readonly workload: string;
  /** Arrays are uploaded, everything is read back. */
  readonly throughHost: Readonly<Record<string, Timing>>;
  /** Arrays are on the device; only the smallest result is read back, and the others stay. */
  readonly resident: Readonly<Record<string, Timing>>;
}
