/** Which kernels run a graph, in which order, in which textures do nodes lie, and what is left to the host? */
import type { Graph } from "@symloss/core/engine";
import { buildKernel } from "../kernel/kernel.ts";
import type { Limits, Place } from "../kernel/layout.ts";
import type { KernelNode } from "../kernel/node.ts";
import { type PrintedKernel, printKernel } from "../kernel/print.ts";
import { groupNodes } from "./group.ts";
import { type Destination, type HostResult, planHostResult, resultReads } from "./host.ts";
import { type Group, outputShape } from "./mapping.ts";
import { translate } from "./operations.ts";
import { splitRules } from "./reduction.ts";
import type { SourceArray } from "./source-array.ts";
import { shareTextures } from "./textures.ts";

/** One kernel of a plan. */
export interface KernelStep extends PrintedKernel {
  /** The textures that it reads, by number: sources first, then the results of kernels. */
  readonly textures: readonly number[];
  /** On which textures it draws, by numbers of their own: some are drawn on again and again. */
  readonly drawn: readonly number[];
  /** The number of its first result; the others follow. */
  readonly result: number;
  /** The shape of the array that its textures make up, one below the other; undefined if each is a result. */
  readonly whole: readonly number[] | undefined;
}

/** What runs, in order, and how the results are obtained. */
export interface Plan {
  readonly sources: readonly SourceArray[];
  readonly kernels: readonly KernelStep[];
  readonly results: readonly HostResult[];
  /** Where each node lies that a result reads. */
  readonly places: ReadonlyMap<KernelNode, Place>;
  /** A line for each kernel, then what they need in total. */
  readonly description: string;
}

/** The plan of a graph of concrete shapes. Throws `EngineError` if no texture can hold an array. */
export function planGraph(graph: Graph, limits: Limits, destination: Destination): Plan {
  const { outputs, sources } = translate(graph, { split: splitRules[destination], indices: limits.indices });
  const results = outputs.map((output) => planHostResult(output, destination));
  const wanted = results.flatMap(resultReads);
  const groups = groupNodes(wanted, limits, new Set(destination === "device" ? outputs : []));
  const placed = placeRoots(groups, sources.length);
  const places = new Map(placed.flatMap(({ places }) => [...places]));
  const placeIn = (node: KernelNode): Place => (node.kind === "source" ? { texture: node.slot } : places.get(node)!);
  const steps = placed.map(({ group, result }) => makeStep(group, result, placeIn, limits));
  const kept = new Set(wanted.map((node) => placeIn(node).texture));
  const drawn = shareTextures(steps, kept);
  const kernels = steps.map((step, index): KernelStep => ({ ...step, drawn: drawn[index]! }));
  return {
    sources,
    kernels,
    results,
    places: new Map(wanted.map((node) => [node, placeIn(node)])),
    description: describe(sources, kernels),
  };
}

/** A group, and where its roots lie. */
interface PlacedGroup {
  readonly group: Group;
  /** The number of its first texture. */
  readonly result: number;
  readonly places: ReadonlyMap<KernelNode, Place>;
}

/** Numbers the textures that the groups fill, starting at `first`. */
function placeRoots(groups: readonly Group[], first: number): PlacedGroup[] {
  let next = first;
  return groups.map((group) => {
    const { roots, mapping } = group;
    const result = next;
    next += mapping.packed ? roots.length : 1;
    const placeOf = (index: number): Place =>
      mapping.packed ? { texture: result + index } : { texture: result, channel: index };
    return { group, result, places: new Map(roots.map((root, index) => [root, placeOf(index)])) };
  });
}

function makeStep(
  { roots, mapping, reads }: Group,
  result: number,
  placeIn: (node: KernelNode) => Place,
  limits: Limits,
): Omit<KernelStep, "drawn"> {
  const output = outputShape(roots[0]!, mapping, limits);
  const kernel = buildKernel({
    ...mapping,
    roots,
    output,
    indices: limits.indices,
    place: (node) => (reads.has(node) ? placeIn(node) : undefined),
  });
  const { textures, outputs } = kernel;
  return {
    source: printKernel(kernel, textures.length),
    textures,
    result,
    outputs: outputs.length,
    output,
    whole: mapping.parts > 1 ? roots[0]!.shape : undefined,
  };
}

function describe(sources: readonly SourceArray[], kernels: readonly KernelStep[]): string {
  const name = (texture: number): string => {
    if (texture < sources.length) return `source ${texture}`;
    const number = kernels.findLastIndex(({ result }) => result <= texture);
    const { result, outputs, whole } = kernels[number]!;
    return outputs > 1 && whole === undefined ? `output ${texture - result} of kernel ${number}` : `kernel ${number}`;
  };
  const sizes = new Map(
    kernels.flatMap(({ output: [width, height], drawn, whole }) =>
      drawn.map((texture) => [texture, width * height * (whole === undefined ? 1 : 2)] as const),
    ),
  );
  const texels = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return [
    ...kernels.map(
      ({ textures, output, source }, number) =>
        `kernel ${number} [${output.join()}] reads ${textures.map(name).join(", ") || "nothing"}\n${source}`,
    ),
    `${kernels.length} kernels, ${16 * texels} bytes in their textures`,
  ].join("\n");
}
