/**
 * How does a scan run? Step by step, each in kernels of its own, which all steps share: the place of a step's slices is read from a texture.
 */
import { type ScanNode, type Tensor, runSteps } from "@symloss/core/engine";
import type { KernelNode } from "../kernel/node.ts";
import type { RowBuilder } from "./row.ts";

/** The nodes of tensors. */
type Nodes = Map<Tensor, KernelNode>;

/** Adds the nodes of everything that these tensors depend on. */
type TranslateAll = (outputs: readonly Tensor[], nodes: Nodes) => void;

/** Joins nodes along the first axis. */
type Join = (parts: readonly KernelNode[]) => KernelNode;

/** Adds the nodes of the results of a scan. */
export function translateScan(
  builder: RowBuilder,
  results: readonly ScanNode[],
  nodes: Nodes,
  { translateAll, join }: { readonly translateAll: TranslateAll; readonly join: Join },
): void {
  const [scan] = results as readonly [ScanNode];
  const { body, carries: count } = scan.attributes;
  const operands = scan.inputs.map((operand) => kept(builder, nodes.get(operand)!));
  const before: (readonly KernelNode[])[] = [];
  const given: (readonly KernelNode[])[] = [];
  const carries = runSteps(scan, operands, {
    sliceAt: (sequence, place) => sliceAt(builder, sequence, place),
    runBody: (inputs) => {
      const own: Nodes = new Map(body.inputs.map((input, index) => [input, inputs[index]!]));
      translateAll(body.outputs, own);
      return body.outputs.map((output) => kept(builder, own.get(output)!));
    },
    keep: (place, carried, outputs) => {
      before[place] = carried;
      given[place] = outputs;
    },
  });
  const stacked = (lists: readonly (readonly KernelNode[])[], index: number): KernelNode =>
    join(lists.map((list) => builder.reshape(list[index]!, [1, ...list[index]!.shape])));
  for (const result of results) {
    const { output } = result.attributes;
    if (result.shape.includes(0)) nodes.set(result, builder.literal(0, result.shape as readonly number[]));
    else if (output < count) nodes.set(result, carries[output]!);
    else nodes.set(result, output < 2 * count ? stacked(before, output - count) : stacked(given, output - 2 * count));
  }
}

/** In a texture of its own: a step that computed those before it again would grow from step to step. */
function kept({ stored }: RowBuilder, node: KernelNode): KernelNode {
  return node.kind === "literal" ? node : stored(node);
}

/** A slice along the first axis. The place is no part of the kernel's text, so that kernels of all steps are the same. */
function sliceAt(builder: RowBuilder, sequence: KernelNode, place: number): KernelNode {
  const shape = sequence.shape.slice(1);
  if (sequence.size === 0 || sequence.kind === "literal") return builder.literal(literalOf(sequence), shape);
  const index = builder.addSource({ shape: [1], dtype: "int32", data: Int32Array.of(place) });
  const everywhere = builder.broadcastTo(builder.reshape(index, [1, ...shape.map(() => 1)]), [1, ...shape]);
  return builder.reshape(builder.gather(sequence, everywhere, 0), shape);
}

function literalOf(node: KernelNode): number {
  return node.kind === "literal" ? node.value : 0;
}
