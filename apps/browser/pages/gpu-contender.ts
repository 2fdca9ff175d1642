/** What is measured beside each other in the gpu bench? */
import type { Workload } from "@symloss/bench/workloads";

/** Something to compute on the GPU; loops by hand are there where they are worth writing. */
export type GpuWorkload = Omit<Workload, "byHand"> & Partial<Pick<Workload, "byHand">>;

/** One way to compute the results of a workload. */
export interface Contender {
  /** Arrays go up, all results come down. */
  readonly throughHost: () => Results | Promise<Results>;
  /** Arrays are on the device; of the results that are computed the smallest alone comes down. */
  readonly resident?: () => Result | Promise<Result>;
}

/** In the order of the workload. */
export type Results = readonly Result[];

/** Elements in row-major order, or rows of them, as gpu.js gives two axes. */
export type Result = ArrayLike<number> | readonly ArrayLike<number>[];
