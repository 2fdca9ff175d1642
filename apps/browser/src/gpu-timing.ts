/** What does the bench page report? */

/** What a contender took, in milliseconds: the median of its rounds. */
export interface GpuTiming {
  readonly workload: string;
  /** Arrays go up, everything comes down. */
  readonly throughHost: Readonly<Record<string, number>>;
  /** Arrays and gradients stay on the device, the loss comes down; arrays of losses come down. */
  readonly resident: Readonly<Record<string, number>>;
  /** How far the first element of each result of TensorFlow.js is from ours, relatively. */
  readonly disagreement: number;
}
