/** How is a graph rebuilt with some of its nodes replaced? */
import { type Graph, topologicalOrder } from "./graph.ts";
import { type NodeOf, Tensor } from "../tensor/tensor.ts";
import type { AnyOperation } from "../tensor/operation.ts";

/** What a node becomes; undefined leaves it as it is. Its operands have been rewritten already. */
export type Rewrite = (node: Tensor) => Tensor | undefined;

/** A table from operations to what their nodes become. */
export type RewriteTable = { readonly [O in AnyOperation]?: (node: NodeOf<O>) => Tensor | undefined };

/** The node's entry in the table, applied. */
export function applyTable(table: RewriteTable, node: Tensor): Tensor | undefined {
  return Object.hasOwn(table, node.operation) ? (table[node.operation] as Rewrite)(node) : undefined;
}

/** Every node rewritten, operands first; inputs stay, so that arrays are given in the same order. */
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
