/** Which nodes does each node depend on, and do groups of nodes wait for each other? */
import type { KernelNode } from "../kernel/node.ts";

/** All nodes that a node depends on, itself excluded. */
export type Ancestry = (node: KernelNode) => ReadonlySet<KernelNode>;

/** Finds them when they are first asked for: for all nodes of a long chain they would be too many to keep. */
export function makeAncestry(): Ancestry {
  const known = new Map<KernelNode, ReadonlySet<KernelNode>>();
  return (node) => {
    let ancestors = known.get(node);
    if (ancestors === undefined) {
      ancestors = dependencies(node.inputs);
      known.set(node, ancestors);
    }
    return ancestors;
  };
}

/** The nodes that these depend on, operands first. */
export function reachable(wanted: readonly KernelNode[]): KernelNode[] {
  return [...dependencies(wanted)].toSorted((left, right) => left.id - right.id);
}

function dependencies(wanted: readonly KernelNode[]): ReadonlySet<KernelNode> {
  // A set is walked while it grows.
  const found = new Set<KernelNode>(wanted);
  for (const node of found) for (const input of node.inputs) found.add(input);
  return found;
}

/** Whether a group of these roots would wait for itself: for others that wait for it. The others do not wait for each other. */
export function waitsForItself(
  roots: readonly KernelNode[],
  others: readonly (readonly KernelNode[])[],
  ancestry: Ancestry,
): boolean {
  const needed = new Set<KernelNode>();
  const need = (nodes: readonly KernelNode[]): void => {
    // What is needed by what is needed is known already.
    for (const node of nodes) if (!needed.has(node)) for (const ancestor of ancestry(node)) needed.add(ancestor);
  };
  const waits = (node: KernelNode): boolean => roots.some((root) => ancestry(node).has(root));
  need(roots);
  let unmet = others;
  for (;;) {
    const met = unmet.filter((group) => group.some((node) => needed.has(node)));
    if (met.length === 0) return false;
    if (met.some((group) => group.some(waits))) return true;
    for (const group of met) need(group);
    unmet = unmet.filter((group) => !met.includes(group));
  }
}
