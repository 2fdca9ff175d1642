/** For which node was a graph refused, because an engine's traits lack its operation or its dtype? Known of an error without being printed with it. */
import type { Tensor } from "../tensor/tensor.ts";

const nodes = new WeakMap<Error, Tensor>();

/** The error, which from now on is known to stand for this node. */
export function refusing<E extends Error>(error: E, node: Tensor): E {
  nodes.set(error, node);
  return error;
}

/** The node for which `lower` or `prepare` refused a graph with this error; undefined for any other error. */
export function refusedNode(error: unknown): Tensor | undefined {
  return error instanceof Error ? nodes.get(error) : undefined;
}
