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

/** Whether some of these groups would wait for each other. */
export function isCyclic(groups: readonly (readonly KernelNode[])[], ancestry: Ancestry): boolean {
  const waitsFor = groups.map((group) =>
    groups.flatMap((other, index) =>
      other !== group && group.some((root) => other.some((one) => ancestry(root).has(one))) ? [index] : [],
    ),
  );
  const state = groups.map(() => "new" as "new" | "open" | "closed");
  const visit = (index: number): boolean => {
    if (state[index] !== "new") return state[index] === "open";
    state[index] = "open";
    const cyclic = waitsFor[index]!.some(visit);
    state[index] = "closed";
    return cyclic;
  };
  return groups.some((_, index) => visit(index));
}
