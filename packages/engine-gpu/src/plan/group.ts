/** Which nodes share a kernel? Grouped from last to first: what a kernel does not compute itself is requested from another. */
import type { Limits } from "../kernel/layout.ts";
import type { KernelNode } from "../kernel/node.ts";
import { type Ancestry, makeAncestry, waitsForItself } from "./ancestry.ts";
import { nodesApart } from "./apart.ts";
import { type Group, type Constraints, bestGroup, mappings, mappingsLike } from "./mapping.ts";

/** The groups so far, and the nodes left to group. */
interface Grouping extends Constraints {
  readonly ancestry: Ancestry;
  readonly pending: Map<number, KernelNode>;
  readonly done: Set<KernelNode>;
  readonly groups: Group[];
}

/** The groups that compute these nodes, each after those that it reads. */
export function groupNodes(
  wanted: readonly KernelNode[],
  limits: Limits,
  forDevice: ReadonlySet<KernelNode>,
): readonly Group[] {
  const grouping = startGrouping(wanted, limits, forDevice);
  want(grouping, wanted);
  while (grouping.pending.size > 0) {
    const group = withCompanions(grouping, lastPending(grouping));
    grouping.groups.push(group);
    for (const root of group.roots) {
      grouping.pending.delete(root.id);
      grouping.done.add(root);
    }
    want(grouping, group.reads);
  }
  return inOrder(grouping.groups);
}

function startGrouping(wanted: readonly KernelNode[], limits: Limits, forDevice: ReadonlySet<KernelNode>): Grouping {
  const apart = nodesApart(wanted, limits);
  const pending = new Map<number, KernelNode>();
  const done = new Set<KernelNode>();
  return {
    limits,
    isApart: (node) => apart.has(node),
    isWanted: (node) => pending.has(node.id) || done.has(node) || apart.has(node),
    forDevice,
    ancestry: makeAncestry(),
    pending,
    done,
    groups: [],
  };
}

function want({ pending, done }: Grouping, nodes: Iterable<KernelNode>): void {
  for (const node of nodes) if (node.kind !== "source" && !done.has(node)) pending.set(node.id, node);
}

function lastPending({ pending }: Grouping): KernelNode {
  return pending.get(Math.max(...pending.keys()))!;
}

/** The group of a node and all that can join it. */
function withCompanions(grouping: Grouping, first: KernelNode): Group {
  let group = bestGroup([first], mappings, grouping)!;
  // Not many share a kernel; each is tried, which takes its time.
  const others = [...grouping.pending.values()]
    .filter((node) => node !== first && node.size === first.size)
    .toSorted((left, right) => right.id - left.id)
    .slice(0, 2 * grouping.limits.outputs)
    .flatMap((node) => bestGroup([node], mappings, grouping) ?? []);
  // What a group absorbs can make other waiting nodes its neighbours.
  for (;;) {
    const index = others.findIndex((alone) => isCompanion(alone, group));
    if (index === -1) return group;
    const [alone] = others.splice(index, 1) as [Group];
    group = join(grouping, group, alone) ?? group;
  }
}

/** Whether two groups may be merged: all in one texture, or, each in its own, if one reads what the other reads or computes. */
function isCompanion(one: Group, other: Group): boolean {
  if (one.mapping.packed !== other.mapping.packed) return false;
  const [mine, theirs] = [one, other].map(({ reads, roots }) => [...reads, ...roots]) as [KernelNode[], KernelNode[]];
  return !one.mapping.packed || mine.some((node) => theirs.includes(node));
}

/** Both groups as one; undefined if they can't be merged, or if it does not pay. */
function join(grouping: Grouping, group: Group, alone: Group): Group | undefined {
  const joined = bestGroup([...group.roots, ...alone.roots], mappingsLike(group.mapping), grouping);
  if (joined === undefined) return undefined;
  // Textures of their own pay only if the nodes share what they read or compute.
  if (joined.mapping.packed && joined.work >= group.work + alone.work) return undefined;
  const { groups, pending, ancestry } = grouping;
  const others = [
    ...groups.map(({ roots }) => roots),
    ...singles([...pending.values(), ...joined.reads], joined.roots),
  ];
  return waitsForItself(joined.roots, others, ancestry) ? undefined : joined;
}

function singles(nodes: readonly KernelNode[], taken: readonly KernelNode[]): KernelNode[][] {
  return [...new Set(nodes)].filter((node) => node.kind !== "source" && !taken.includes(node)).map((node) => [node]);
}

/** Groups in an order in which each comes after those it reads. */
function inOrder(groups: readonly Group[]): readonly Group[] {
  const owner = new Map(groups.flatMap((group) => group.roots.map((root) => [root, group] as const)));
  const ordered = new Set<Group>();
  const visit = (group: Group): void => {
    if (ordered.has(group)) return;
    for (const node of group.reads) {
      const source = owner.get(node);
      if (source !== undefined) visit(source);
    }
    ordered.add(group);
  };
  for (const group of groups) visit(group);
  return [...ordered];
}
