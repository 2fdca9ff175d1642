/** Which nodes are never computed inside another node's kernel? Those that would make it read too many arrays or grow too long. */
import type { Limits } from "../kernel/layout.ts";
import type { KernelNode } from "../kernel/node.ts";
import { reachable } from "./ancestry.ts";

/** The most nodes in a kernel: gpu.js and the driver take time that grows with its length. */
export const largestKernel = 120;

/** The most ways to nodes by other positions, at each of which they are computed anew: in chains of such nodes they multiply. */
const mostWays = 2 * largestKernel;

/** Whether the node may always have a texture of its own: an array that exists or is stored, or a loop. */
export function isBoundary({ kind }: KernelNode): boolean {
  return kind === "source" || kind === "stored" || kind === "reduce" || kind === "partial";
}

/** What a kernel of a node would contain. */
interface Contents {
  /** The boundaries that it reads. */
  readonly reads: ReadonlySet<KernelNode>;
  /** The nodes inside it. */
  readonly inside: ReadonlySet<KernelNode>;
  /** The ways of positions to these. */
  readonly ways: ReadonlySet<string>;
}

/** The nodes to keep apart, among all that these depend on. */
export function nodesApart(wanted: readonly KernelNode[], limits: Limits): Set<KernelNode> {
  const apart = new Set<KernelNode>();
  const known = new Map<KernelNode, Contents>();
  const ways = makeWays();
  const isOutside = (node: KernelNode): boolean => isBoundary(node) || apart.has(node);
  for (const node of reachable(wanted)) {
    for (;;) {
      const contents = contentsOf(node, known, isOutside, ways);
      const candidates = node.inputs.filter((input) => !isOutside(input) && input.kind !== "literal");
      const tooMany = contents.reads.size > limits.inputs;
      const tooLong = contents.inside.size > largestKernel || contents.ways.size > mostWays;
      if ((!tooMany && !tooLong) || candidates.length === 0) {
        known.set(node, contents);
        break;
      }
      const sizeOf = (input: KernelNode): number => known.get(input)![tooMany ? "reads" : "ways"].size;
      apart.add(candidates.reduce((most, next) => (sizeOf(next) > sizeOf(most) ? next : most)));
    }
  }
  return apart;
}

function contentsOf(
  node: KernelNode,
  known: ReadonlyMap<KernelNode, Contents>,
  isOutside: (node: KernelNode) => boolean,
  ways: Ways,
): Contents {
  const reads = new Set<KernelNode>();
  const inside = new Set([node]);
  const all = new Set([ways.begin(node)]);
  for (const [index, input] of node.inputs.entries()) {
    if (isOutside(input)) {
      reads.add(input);
      continue;
    }
    const own = known.get(input)!;
    for (const read of own.reads) reads.add(read);
    for (const inner of own.inside) inside.add(inner);
    for (const way of own.ways) all.add(isStraight(node) ? way : ways.extend(way, node, index));
  }
  return { reads, inside, ways: all };
}

/** Whether a node reads its operands at its own positions, or at the same as others that do not choose among elements. */
function isStraight(node: KernelNode): boolean {
  return node.kind === "map" || (node.kind === "view" && !node.name.startsWith("slice"));
}

/** Ways from a node to those that read it at other positions, as short texts: equal ways are equal texts. */
interface Ways {
  readonly begin: (node: KernelNode) => string;
  readonly extend: (way: string, through: KernelNode, operand: number) => string;
}

function makeWays(): Ways {
  const known = new Map<string, string>();
  const short = (long: string): string => {
    let way = known.get(long);
    if (way === undefined) known.set(long, (way = `${known.size}`));
    return way;
  };
  return {
    begin: ({ id }) => short(`n${id}`),
    extend: (way, { id }, operand) => short(`${way} ${id} ${operand}`),
  };
}
