/** How is a graph rebuilt with some of its nodes replaced? */
import { bodyOf, deeper } from "./bodies.ts";
import { type Graph, topologicalOrder } from "./graph.ts";
import { type NodeOf, Tensor } from "../tensor/tensor.ts";
import type { AnyOperation, Body } from "../tensor/operation.ts";

/** What a node becomes; undefined leaves it unchanged. Its operands, and its body, have already been rewritten. */
export type Rewrite = (node: Tensor) => Tensor | undefined;

/** A rewrite for each operation in the table. */
export type RewriteTable = { readonly [O in AnyOperation]?: (node: NodeOf<O>) => Tensor | undefined };

/** Applies the table's rewrite for the node's operation. */
export function applyTable(table: RewriteTable, node: Tensor): Tensor | undefined {
  return Object.hasOwn(table, node.operation) ? (table[node.operation] as Rewrite)(node) : undefined;
}

/**
 * Rewrites every node, operands first, also those in the bodies of scans; inputs stay, so that arrays are passed in the same order.
 * Throws `EngineError` if bodies are nested too deep.
 */
export function rewriteGraph<G extends Graph>(graph: G, rewrite: Rewrite): G {
  return rewriteWithin(graph, rewrite, new Map(), 0);
}

/** Each body becomes one body: the results of a scan share it. */
function rewriteWithin<G extends Graph>(graph: G, rewrite: Rewrite, bodies: Map<Body, Body>, depth: number): G {
  const results = new Map<Tensor, Tensor>();
  for (const node of topologicalOrder(graph.outputs)) {
    const inputs = node.inputs.map((input) => results.get(input)!);
    const body = rewriteBody(node, rewrite, bodies, depth);
    const rebuilt = rebuild(node, inputs, body);
    results.set(node, rewrite(rebuilt) ?? rebuilt);
  }
  return { ...graph, outputs: graph.outputs.map((output) => results.get(output)!) };
}

/** The node with these operands, and with this body if there is one; itself if they are its own. */
function rebuild(node: Tensor, inputs: readonly Tensor[], body?: Body): Tensor {
  if (body === undefined && inputs.every((input, index) => input === node.inputs[index])) return node;
  const attributes = body === undefined ? node.attributes : ({ ...node.attributes, body } as Tensor["attributes"]);
  return new Tensor(node.operation, inputs, attributes, node.shape, node.dtype);
}

/** The rewritten body of a node; undefined if there is none, or it stays as it is. */
function rewriteBody(node: Tensor, rewrite: Rewrite, bodies: Map<Body, Body>, depth: number): Body | undefined {
  const body = bodyOf(node);
  if (body === undefined) return undefined;
  let rewritten = bodies.get(body);
  if (rewritten === undefined) {
    rewritten = rewriteWithin(body, rewrite, bodies, deeper(depth));
    if (rewritten.outputs.every((output, index) => output === body.outputs[index])) rewritten = body;
    bodies.set(body, rewritten);
  }
  return rewritten === body ? undefined : rewritten;
}

/** The tensors with others in place of some that they depend on. */
export function substitute(tensors: readonly Tensor[], replacements: ReadonlyMap<Tensor, Tensor>): Tensor[] {
  const results = new Map<Tensor, Tensor>(replacements);
  for (const node of topologicalOrder(tensors)) {
    if (results.has(node)) continue;
    const inputs = node.inputs.map((input) => results.get(input)!);
    results.set(node, rebuild(node, inputs));
  }
  return tensors.map((tensor) => results.get(tensor)!);
}
