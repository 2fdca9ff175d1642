/** How is a graph rebuilt with some of its nodes replaced? */
import { type Graph, topologicalOrder } from "./graph.ts";
import { type NodeOf, Tensor } from "../tensor/tensor.ts";
import type { AnyOperation } from "../tensor/operation.ts";

/** What a node becomes; undefined leaves it unchanged. Its operands have already been rewritten. */
export type Rewrite = (node: Tensor) => Tensor | undefined;

/** A rewrite for each operation in the table. */
export type RewriteTable = { readonly [O in AnyOperation]?: (node: NodeOf<O>) => Tensor | undefined };

/** Applies the table's rewrite for the node's operation. */
export function applyTable(table: RewriteTable, node: Tensor): Tensor | undefined {
  return Object.hasOwn(table, node.operation) ? (table[node.operation] as Rewrite)(node) : undefined;
}

/** Rewrites every node, operands first; inputs stay, so that arrays are passed in the same order. */
export function rewriteGraph<G extends Graph>(graph: G, rewrite: Rewrite): G {
  const results = new Map<Tensor, Tensor>();
  for (const node of topologicalOrder(graph.outputs)) {
    const inputs = node.inputs.map((input) => results.get(input)!);
    const unchanged = inputs.every((input, index) => input === node.inputs[index]);
    const rebuilt = unchanged ? node : new Tensor(node.operation, inputs, node.attributes, node.shape, node.dtype);
    results.set(node, rewrite(rebuilt) ?? rebuilt);
  }
  return { ...graph, outputs: graph.outputs.map((output) => results.get(output)!) };
}
