/** For which node was a graph refused, because the engine lacks its operation or dtype? Kept with the error, but not printed with it. */
import type { Tensor } from "../tensor/tensor.ts";

const nodes = new WeakMap<Error, Tensor>();

/** Records the node that an error is about, and returns the error. */
export function refusing<E extends Error>(error: E, node: Tensor): E {
  nodes.set(error, node);
  return error;
}

/** The node for which `lower` or `prepare` refused a graph with this error; undefined for any other error. */
export function refusedNode(error: unknown): Tensor | undefined {
  return error instanceof Error ? nodes.get(error) : undefined;
}
