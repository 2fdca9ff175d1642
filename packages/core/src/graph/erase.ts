/** How are annotations removed from a graph? Each is replaced by its operand, after its check has been collected. */
import type { Graph } from "./graph.ts";
import type { Annotation } from "../tensor/operation.ts";
import { type RewriteTable, applyTable, rewriteGraph } from "./rewrite.ts";

const annotations: Required<Pick<RewriteTable, Annotation>> = {
  identity: ({ inputs: [x] }) => x,
  stopGradient: ({ inputs: [x] }) => x,
  check: ({ inputs: [x] }) => x,
  customGradient: ({ inputs: [value] }) => value,
};

/** The graph without annotations. */
export function erase<G extends Graph>(graph: G): G {
  return rewriteGraph(graph, (node) => applyTable(annotations, node));
}
