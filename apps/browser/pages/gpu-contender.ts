/** What does the gpu bench compare? */
import type { Workload } from "@symloss/bench/workloads";

/** A workload for the GPU; it has loops by hand if they are worth writing. */
export type GpuWorkload = Omit<Workload, "byHand"> & Partial<Pick<Workload, "byHand">>;

/** One way to compute the results of a workload. */
export interface Contender {
  /** Uploads the arrays, reads all results back. */
  readonly throughHost: () => Results | Promise<Results>;
  /** The arrays are on the device; of the results that are computed only the smallest is read back. */
  readonly resident?: () => Result | Promise<Result>;
}

/** In the order of the workload. */
export type Results = readonly Result[];

/** Elements in row-major order, or rows of them, as gpu.js returns arrays of two axes. */
export type Result = ArrayLike<number> | readonly ArrayLike<number>[];
