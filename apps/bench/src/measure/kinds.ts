/** Which kinds of workloads are there? */
import { gpuKinds } from "./gpu-workloads.ts";
import type { Lengths } from "./lengths.ts";
import { lossKinds } from "./losses.ts";
import type { WorkloadKind } from "./workload.ts";
import { workloadKinds } from "./workloads.ts";

/** Every kind of workload, with these lengths of the axes of losses. */
export function allKinds(lengths: Lengths = {}): readonly WorkloadKind[] {
  return [...workloadKinds, ...gpuKinds, ...lossKinds(lengths)];
}
