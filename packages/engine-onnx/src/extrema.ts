/**
 * Which `where` nodes can be written as a minimum or a maximum? `where(x <= y, x, y)` takes two passes, `Min` one.
 * They differ only for NaN, which `where` may drop and `Min` carries; so every path from the node to an output must pass through a
 * node that the same NaN reaches anyway.
 */
import { type Graph, type Tensor, hasProperty, topologicalOrder } from "@symloss/core/engine";

/** An ONNX operation on two operands. */
export interface Extremum {
  readonly type: "Min" | "Max";
  readonly operands: readonly [Tensor, Tensor];
}

/** The `where` nodes that can be written as `Min` or `Max`. */
export function findExtrema(graph: Graph): ReadonlyMap<Tensor, Extremum> {
  const order = topologicalOrder(graph.outputs);
  const extrema = new Map<Tensor, Extremum>();
  const candidates = order.filter((node) => node.operation === "where");
  if (candidates.length === 0) return extrema;
  const users = usersOf(order);
  const outputs = new Set(graph.outputs);
  for (const node of candidates) {
    const extremum = extremumOf(node);
    if (extremum === undefined) continue;
    const reached = reachedBy(extremum.lost, users);
    if (staysUnseen(node, reached, users, outputs)) extrema.set(node, extremum);
  }
  return extrema;
}

/** The extremum that a `where` computes, and the operand whose NaN it would drop. */
function extremumOf(node: Tensor): (Extremum & { readonly lost: Tensor }) | undefined {
  const [condition, chosen, other] = node.inputs as [Tensor, Tensor, Tensor];
  if (condition.operation !== "less" && condition.operation !== "lessEqual") return undefined;
  const [left, right] = condition.inputs as [Tensor, Tensor];
  // A comparison with NaN is false: `other` is selected, and carries its own NaN.
  if (left === chosen && right === other) return { type: "Min", operands: [chosen, other], lost: chosen };
  if (left === other && right === chosen) return { type: "Max", operands: [chosen, other], lost: chosen };
  return undefined;
}

/** How many nodes are searched from each `where`, so that long graphs stay cheap. */
const furthest = 1000;

/** The nodes that are NaN wherever this one is, nearest first. */
function reachedBy(source: Tensor, users: ReadonlyMap<Tensor, readonly Tensor[]>): Set<Tensor> {
  const reached = new Set([source]);
  for (const node of reached) {
    if (reached.size > furthest) break;
    for (const user of users.get(node) ?? []) if (hasProperty(user.operation, "carriesNaN")) reached.add(user);
  }
  return reached;
}

/** Whether no output changes if the node becomes NaN wherever the source of the reached nodes is NaN. */
function staysUnseen(
  node: Tensor,
  reached: ReadonlySet<Tensor>,
  users: ReadonlyMap<Tensor, readonly Tensor[]>,
  outputs: ReadonlySet<Tensor>,
): boolean {
  const waiting = [node];
  const seen = new Set<Tensor>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next) || reached.has(next)) continue;
    seen.add(next);
    if (seen.size > furthest) return false;
    if (outputs.has(next) || (next !== node && !hasProperty(next.operation, "carriesNaN"))) return false;
    waiting.push(...(users.get(next) ?? []));
  }
  return true;
}

function usersOf(order: readonly Tensor[]): Map<Tensor, Tensor[]> {
  const users = new Map<Tensor, Tensor[]>();
  for (const node of order) {
    for (const input of node.inputs) {
      const known = users.get(input);
      if (known === undefined) users.set(input, [node]);
      else known.push(node);
    }
  }
  return users;
}
