/** How do threads best compute some nodes in one kernel? Each mapping is built as data and priced; the cheapest possible one is taken. */
import { type Kernel, buildKernel } from "../kernel/kernel.ts";
import { type Limits, type TextureShape, lanes, rowsOfTexels, textureShape } from "../kernel/layout.ts";
import type { KernelNode } from "../kernel/node.ts";
import { type ThreadMapping, threadsOf } from "../kernel/thread-mapping.ts";
import { isBoundary, largestKernel } from "./apart.ts";

/** Nodes that one kernel computes, and the nodes whose textures it reads. */
export interface Group {
  readonly roots: readonly KernelNode[];
  readonly mapping: ThreadMapping;
  readonly reads: ReadonlySet<KernelNode>;
  /** The work of all threads, including idle ones, roughly in additions. */
  readonly work: number;
}

/** What is settled before nodes are grouped. */
export interface Constraints {
  readonly limits: Limits;
  /** Whether another kernel computes the node anyway. */
  readonly isWanted: (node: KernelNode) => boolean;
  /** Whether the node is never computed inside another node's kernel. */
  readonly isApart: (node: KernelNode) => boolean;
  /** The nodes that stay on the device. */
  readonly forDevice: ReadonlySet<KernelNode>;
}

/** All mappings. */
export const mappings: readonly ThreadMapping[] = [
  { packed: true, unroll: 1, parts: 1 },
  { packed: true, unroll: 4, parts: 1 },
  { packed: true, unroll: 4, parts: 4 },
  { packed: false, unroll: 4, parts: 1 },
  { packed: false, unroll: 1, parts: 1 },
];

/** Mappings that fill textures in the same way. */
export function mappingsLike({ packed }: ThreadMapping): readonly ThreadMapping[] {
  return mappings.filter((mapping) => mapping.packed === packed);
}

/** The mapping that computes the roots in one kernel with the least work; undefined if they can't share one. */
export function bestGroup(
  roots: readonly KernelNode[],
  candidates: readonly ThreadMapping[],
  constraints: Constraints,
): Group | undefined {
  const attempts: Attempt[] = [];
  for (const mapping of candidates) {
    if (!isPossible(mapping, roots, constraints)) continue;
    const next = attempt(roots, mapping, constraints);
    // A kernel without loops is cheapest with all four lanes in use.
    if (next !== undefined && mapping.packed && !next.kernel.hasLoops) return next;
    if (next !== undefined) attempts.push(next);
  }
  const short = attempts.filter(({ kernel }) => kernel.price.statements <= mostStatements);
  return (short.length > 0 ? short : attempts).reduce<Attempt | undefined>(
    (best, next) => (best === undefined || next.work < best.work ? next : best),
    undefined,
  );
}

/** Whether textures of this mapping can hold the roots. */
function isPossible(mapping: ThreadMapping, roots: readonly KernelNode[], { limits, forDevice }: Constraints): boolean {
  const [first, ...others] = roots as [KernelNode, ...KernelNode[]];
  if (!mapping.packed) {
    // With one element to a texel it takes four times the texels: if they don't fit, only the packed mappings are left.
    if (limits.packed && textureShape(first.size, limits.textureSize) === undefined) return false;
    return roots.length <= lanes && !roots.some((root) => forDevice.has(root));
  }
  if (!limits.packed && !roots.every((root) => forDevice.has(root))) return false;
  if (mapping.parts > 1) return roots.length === 1 && dividesInParts(first, mapping, limits);
  const key = String(outputShape(first, mapping, limits));
  return roots.length <= limits.outputs && others.every((root) => String(outputShape(root, mapping, limits)) === key);
}

/** Whether the parts are equal and whole rows of texels, and leave enough threads. */
function dividesInParts(root: KernelNode, { packed, parts }: ThreadMapping, limits: Limits): boolean {
  const [width, height] = rowsOfTexels(root, lanes, limits);
  const isFilled = lanes * width * height === root.size && height % parts === 0;
  return parts <= limits.outputs && isFilled && threadsOf(root.size, { packed, parts }) >= busyThreads;
}

/** The shape of each texture that a kernel fills. */
export function outputShape(root: KernelNode, { packed, parts }: ThreadMapping, limits: Limits): TextureShape {
  const [columns, rows] = rowsOfTexels(root, packed ? lanes : 1, limits);
  return [columns, rows / parts];
}

const mostStatements = 1200;

/** The most statements in a kernel that computes several nodes, each in a texture of its own. */
const mostShared = 4 * largestKernel;

/** With fewer threads, a graphics card has idle units. */
const busyThreads = 4096;

interface Attempt extends Group {
  readonly kernel: Kernel;
}

function attempt(
  roots: readonly KernelNode[],
  mapping: ThreadMapping,
  { limits, isWanted, isApart }: Constraints,
): Attempt | undefined {
  const cheapest = attemptReading(
    (node, times, inLoop) => isWanted(node) || !isComputedInside(node, times, inLoop),
    roots,
    mapping,
    limits,
  );
  if (cheapest === undefined || cheapest.kernel.textures.length <= limits.inputs) return cheapest;
  if (roots.length > 1) return undefined;
  // It absorbs what `nodesApart` counted for it, and no more.
  return attemptReading((node) => isApart(node) || isBoundary(node), roots, mapping, limits);
}

function attemptReading(
  isRead: (node: KernelNode, times: number, inLoop: boolean) => boolean,
  roots: readonly KernelNode[],
  mapping: ThreadMapping,
  limits: Limits,
): Attempt | undefined {
  const reads = new Set<KernelNode>();
  let possible = true;
  const kernel = buildKernel({
    ...mapping,
    roots,
    output: outputShape(roots[0]!, mapping, limits),
    indices: limits.indices,
    place(node, times, inLoop) {
      if (roots.includes(node)) {
        if (inLoop) possible = false;
        return undefined;
      }
      if (!isRead(node, times, inLoop)) return undefined;
      reads.add(node);
      return { texture: node.id };
    },
  });
  const { price, threads } = kernel;
  if (!possible) return undefined;
  if (mapping.packed && roots.length > 1 && price.statements > mostShared) return undefined;
  return { roots, mapping, reads, kernel, work: price.work * threads * Math.max(1, busyThreads / threads) };
}

/** Whether computing a node where it is used costs less than a kernel and a texture of its own. */
function isComputedInside(node: KernelNode, times: number, inLoop: boolean): boolean {
  switch (node.kind) {
    case "source":
    case "stored":
      return false;
    case "reduce":
    case "partial":
      return !inLoop && times <= node.size;
    case "map":
      return times < 8 * node.size || costOf(node) < 8;
    default:
      return true;
  }
}

/** The cost of computing an element, including its operands as far as they are cheap to follow. */
function costOf(node: KernelNode): number {
  if (node.kind === "reduce" || node.kind === "partial") return 64;
  let cost = node.kind === "map" ? node.formula.cost : 0;
  for (const input of node.inputs) {
    if (cost >= 64) break;
    cost += costOf(input);
  }
  return cost;
}
