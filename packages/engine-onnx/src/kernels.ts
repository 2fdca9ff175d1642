/** For which operations does ONNX Runtime lack a kernel in some dtype? */
import { type DType, type Graph, type Operation, lower, nodesWithin } from "@symloss/core/engine";
import { writtenOperations } from "./operations.ts";

/** The dtypes that have no kernel, by operation. */
const missing: { readonly [O in Operation]?: readonly DType[] } = {
  erf: ["float64"],
  atan: ["float64"],
};

/** The graph, in which operations without a kernel for their dtype are rewritten using others. */
export function lowerMissing<G extends Graph>(graph: G): G {
  const lacking = new Set(
    nodesWithin(graph)
      .filter(({ operation, dtype }) => missing[operation as Operation]?.includes(dtype))
      .map(({ operation }) => operation),
  );
  if (lacking.size === 0) return graph;
  return lower(
    graph,
    writtenOperations.filter((operation) => !lacking.has(operation)),
    "onnx",
  );
}
