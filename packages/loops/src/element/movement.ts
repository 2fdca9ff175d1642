/** Which tensors only repeat or reshape another, and which are used only as factors? */
import type { Graph, Tensor } from "@symloss/core/engine";

/** The tensor that this one is a broadcast or reshape of, or several: with lengths of 1 simplification removes them, so they must not matter. */
export function withoutMovement(tensor: Tensor): Tensor {
  let source = tensor;
  while (isMovement(source)) source = source.inputs[0]!;
  return source;
}

function isMovement({ operation }: Tensor): boolean {
  return operation === "broadcastTo" || operation === "reshape";
}

/** The tensors that are read only by multiplications, to which the last digit of a float64 does not matter. */
export function findFactors({ outputs }: Graph, order: readonly Tensor[]): ReadonlySet<Tensor> {
  const factors = new Set(order);
  for (const output of outputs) factors.delete(output);
  // Users first, so that a tensor that only repeats a factor is known to be one.
  for (const node of order.toReversed()) {
    const passesOn = node.operation === "mul" || (isMovement(node) && factors.has(node));
    if (!passesOn) for (const input of node.inputs) factors.delete(input);
  }
  return factors;
}
