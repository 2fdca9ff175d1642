/** Where is a graph cut at its scans, and what is computed before each of them? */
import { type ScanNode, type Tensor, groupScans, topologicalOrder } from "@symloss/core/engine";

/** A scan, and what is computed before it. */
export interface Cut {
  /** What is computed first, for the scan and for what comes later. */
  readonly stored: readonly Tensor[];
  /** The results of the scan that are wanted. */
  readonly scan: readonly ScanNode[];
}

/** The scans under these tensors, in an order in which each comes after those that it needs. */
export function cutGraph(outputs: readonly Tensor[]): readonly Cut[] {
  const scans = [...groupScans(topologicalOrder(outputs)).values()];
  const roots = [...scans.map(([first]) => first!.inputs), outputs];
  const stored = findStored(roots);
  return scans.map((scan, index) => ({ scan, stored: stored[index]! }));
}

/**
 * For each of these lists, computed one after the other, what later ones need of what it computes: the tensors that are computed again
 * only if that costs nothing.
 */
function findStored(lists: readonly (readonly Tensor[])[]): readonly (readonly Tensor[])[] {
  const stored = lists.map(() => new Set<Tensor>());
  const first = new Map<Tensor, number>();
  for (const [number, roots] of lists.entries()) {
    const met = new Set<Tensor>();
    // A set is walked while it grows.
    for (const root of roots) met.add(root);
    for (const node of met) {
      if (isThere(node)) continue;
      const before = first.get(node);
      if (before === undefined) first.set(node, number);
      if (before !== undefined && !isFree(node)) stored[before]!.add(node);
      else for (const input of node.inputs) met.add(input);
    }
  }
  return stored.map((nodes) => [...nodes]);
}

/** Whether the elements lie in memory, or are known. */
function isThere({ operation }: Tensor): boolean {
  return operation === "input" || operation === "constant" || operation === "scan";
}

function isFree({ operation }: Tensor): boolean {
  return operation === "iota" || operation === "broadcastTo" || operation === "reshape" || operation === "transpose";
}
