/** What does a tensor only repeat or reshape? */
import type { Tensor } from "@symloss/core/engine";

/** The tensor of which this one is a broadcast, a reshape, or several of them: they vanish where lengths are 1, and mean nothing then. */
export function withoutMovement(tensor: Tensor): Tensor {
  let source = tensor;
  while (source.operation === "broadcastTo" || source.operation === "reshape") source = source.inputs[0]!;
  return source;
}
