/** Who can take part in a comparison? */
import type { OutputNumbers, ReferenceOutput } from "../measure/check.ts";
import type { Workload } from "../measure/workload.ts";

/** What a contender is: an engine of ours, code for one workload alone, or another library. */
export type ContenderKind = "engine" | "by hand" | "peer";

/** Something that computes workloads. */
export interface Contender {
  readonly name: string;
  readonly kind: ContenderKind;
  /** What it runs on, or its version. */
  readonly device: string;
  /** How far its outputs may be from float64, as a share of the largest. */
  readonly tolerance: number;
  /** Everyone that it enters for a workload; none with a reason. The outputs are given for their shapes. */
  readonly enter: (workload: Workload, outputs: readonly ReferenceOutput[]) => readonly Entrant[] | Absence;
  /** Frees what it holds. */
  readonly dispose: () => unknown;
}

/** Why a contender does not take part. */
export interface Absence {
  readonly reason: string;
}

/** One way to compute a workload. */
export interface Entrant {
  /** What tells it from the others of its contender, if there are any. */
  readonly variant?: string;
  /** Compiles, uploads, and whatever else is done once. */
  readonly prepare: () => Promise<Run> | Run;
}

/** A workload that is ready to run. */
export interface Run {
  /** Computes all outputs, and has them when it returns or settles. */
  readonly run: () => unknown;
  /** What must be done before it runs and is not its time. */
  readonly before?: () => unknown;
  /** The outputs of a run, in the order of the workload. */
  readonly outputs: () => Promise<readonly OutputNumbers[]> | readonly OutputNumbers[];
  readonly dispose: () => unknown;
}

/** How far float32 may be from float64 if sums are accurate: what is wrong is much further; the conformance suite asks how exact the rest is. */
export const accurate = 1e-4;

/** How far float32 may be from float64 if sums are accumulated in float32, as peers do. */
export const accumulated = 1e-2;
