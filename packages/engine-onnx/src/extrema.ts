/**
 * Which choices by comparison are a minimum or a maximum? `where(x <= y, x, y)` takes two passes where `Min` takes one.
 * They differ for NaN alone, which a choice lets go and `Min` carries; so each way from the choice to an output must meet
 * something that NaN has reached already.
 */
import { type Graph, type Tensor, hasProperty, topologicalOrder } from "@symloss/core/engine";

/** An operation of ONNX on two operands. */
export interface Extremum {
  readonly type: "Min" | "Max";
  readonly operands: readonly [Tensor, Tensor];
}

/** The `where` nodes that can be written so. */
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

/** What the choice is, and the operand whose NaN it would let go. */
function extremumOf(node: Tensor): (Extremum & { readonly lost: Tensor }) | undefined {
  const [condition, chosen, other] = node.inputs as [Tensor, Tensor, Tensor];
  if (condition.operation !== "less" && condition.operation !== "lessEqual") return undefined;
  const [left, right] = condition.inputs as [Tensor, Tensor];
  // NaN compares false: `other` is taken, which carries its own.
  if (left === chosen && right === other) return { type: "Min", operands: [chosen, other], lost: chosen };
  if (left === other && right === chosen) return { type: "Max", operands: [chosen, other], lost: chosen };
  return undefined;
}

/** How far is looked for what NaN reaches: as far from each choice, however long the graph is. */
const furthest = 1000;

/** Nodes that are NaN wherever this one is: the first on the ways from it. */
function reachedBy(source: Tensor, users: ReadonlyMap<Tensor, readonly Tensor[]>): Set<Tensor> {
  const reached = new Set([source]);
  for (const node of reached) {
    if (reached.size > furthest) break;
    for (const user of users.get(node) ?? []) if (hasProperty(user.operation, "carriesNaN")) reached.add(user);
  }
  return reached;
}

/** Whether it makes no difference to any output if the node is NaN where the source of what is reached is. */
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
