/** What does a tensor only repeat or reshape, and what is it only a factor of? */
import type { Graph, Tensor } from "@symloss/core/engine";

/** The tensor of which this one is a broadcast, a reshape, or several of them: they vanish where lengths are 1, and mean nothing then. */
export function withoutMovement(tensor: Tensor): Tensor {
  let source = tensor;
  while (isMovement(source)) source = source.inputs[0]!;
  return source;
}

function isMovement({ operation }: Tensor): boolean {
  return operation === "broadcastTo" || operation === "reshape";
}

/** The tensors that are read by multiplications alone, where a last digit of float64 more or less is nothing to anyone. */
export function findFactors({ outputs }: Graph, order: readonly Tensor[]): ReadonlySet<Tensor> {
  const factors = new Set(order);
  for (const output of outputs) factors.delete(output);
  // Users first, so that what repeats a factor is known as one.
  for (const node of order.toReversed()) {
    const passesOn = node.operation === "mul" || (isMovement(node) && factors.has(node));
    if (!passesOn) for (const input of node.inputs) factors.delete(input);
  }
  return factors;
}
