/** Which nodes are never computed inside another node's kernel? Those that would make it read too many arrays or grow too long. */
import type { Limits } from "../kernel/layout.ts";
import type { KernelNode } from "../kernel/node.ts";
import { reachable } from "./ancestry.ts";

/** The most nodes in a kernel: gpu.js and the driver take time that grows with its length. */
export const largestKernel = 120;

/** Whether the node may always have a texture of its own: an array that exists or is stored, or a loop. */
export function isBoundary({ kind }: KernelNode): boolean {
  return kind === "source" || kind === "stored" || kind === "reduce" || kind === "partial";
}

/** What a kernel of each node would contain: the boundaries it reads, or the nodes inside it. */
type Contents = Map<KernelNode, ReadonlySet<KernelNode>>;

/** The nodes to keep apart, among all that these depend on. */
export function nodesApart(wanted: readonly KernelNode[], limits: Limits): Set<KernelNode> {
  const apart = new Set<KernelNode>();
  const reads: Contents = new Map();
  const inside: Contents = new Map();
  const isOutside = (node: KernelNode): boolean => isBoundary(node) || apart.has(node);
  const gather = (node: KernelNode, known: Contents, boundary: boolean): Set<KernelNode> =>
    new Set(node.inputs.flatMap((input) => (isOutside(input) ? (boundary ? [input] : []) : [...known.get(input)!])));
  for (const node of reachable(wanted)) {
    for (;;) {
      const read = gather(node, reads, true);
      const nodes = gather(node, inside, false).add(node);
      const candidates = node.inputs.filter((input) => !isOutside(input) && input.kind !== "literal");
      const tooMany = read.size > limits.inputs;
      if ((!tooMany && nodes.size <= largestKernel) || candidates.length === 0) {
        reads.set(node, read);
        inside.set(node, nodes);
        break;
      }
      const sizes = tooMany ? reads : inside;
      apart.add(candidates.reduce((most, next) => (sizes.get(next)!.size > sizes.get(most)!.size ? next : most)));
    }
  }
  return apart;
}
