/** Which nodes does each node depend on, and do groups of nodes wait for each other? */
import type { KernelNode } from "../kernel/node.ts";

/** All nodes that each node depends on, itself excluded. */
export type Ancestry = ReadonlyMap<KernelNode, ReadonlySet<KernelNode>>;

/** The ancestry of all nodes that these depend on. */
export function ancestryOf(wanted: readonly KernelNode[]): Ancestry {
  const ancestors = new Map<KernelNode, Set<KernelNode>>();
  for (const node of reachable(wanted)) {
    ancestors.set(node, new Set(node.inputs.flatMap((input) => [input, ...ancestors.get(input)!])));
  }
  return ancestors;
}

/** The nodes that these depend on, operands first. */
export function reachable(wanted: readonly KernelNode[]): KernelNode[] {
  const found = new Set<KernelNode>(wanted);
  for (const node of found) for (const input of node.inputs) found.add(input);
  return [...found].toSorted((left, right) => left.id - right.id);
}

/** Whether some of these groups would wait for each other. */
export function isCyclic(groups: readonly (readonly KernelNode[])[], ancestry: Ancestry): boolean {
  const waitsFor = groups.map((group) =>
    groups.flatMap((other, index) =>
      other !== group && group.some((root) => other.some((one) => ancestry.get(root)!.has(one))) ? [index] : [],
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
