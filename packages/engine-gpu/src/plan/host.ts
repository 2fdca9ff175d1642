/** What does the host finish itself? Scalars, in float64, from the parts that kernels leave. */
import type { KernelNode } from "../kernel/node.ts";
import type { Reducer } from "../kernel/statement.ts";

/** Where the results are wanted. */
export type Destination = "host" | "device";

/** How a result is obtained from what is read back: an array as it is, or a scalar computed from several arrays. */
export type HostResult =
  | { readonly kind: "empty" }
  | { readonly kind: "array"; readonly node: KernelNode }
  | { readonly kind: "scalar"; readonly node: KernelNode; readonly reads: readonly KernelNode[] };

/** How an output is finished. */
export function planHostResult(output: KernelNode, destination: Destination): HostResult {
  if (output.size === 0) return { kind: "empty" };
  if (destination === "device" || output.size > 1) return { kind: "array", node: output };
  const reads = new Set<KernelNode>();
  collectReads(output, reads);
  const few = reads.size <= mostReads && !reads.has(output);
  return few ? { kind: "scalar", node: output, reads: [...reads] } : { kind: "array", node: output };
}

/** The most arrays that are read back, each separately, for one scalar: above this, a kernel that combines them is faster. */
const mostReads = 4;

/** The most elements that the host adds up itself. */
export const mostElements = 2048;

/** The nodes that must be read back. */
export function resultReads(result: HostResult): readonly KernelNode[] {
  if (result.kind === "empty") return [];
  return result.kind === "array" ? [result.node] : result.reads;
}

/** The scalar, from arrays that have been read back. */
export function finishScalar(node: KernelNode, arrays: ReadonlyMap<KernelNode, Float32Array>): number {
  return finish(node, { arrays, known: new Map() });
}

/** What is known while a scalar is finished. */
interface Known {
  readonly arrays: ReadonlyMap<KernelNode, Float32Array>;
  readonly known: Map<KernelNode, number>;
}

function finish(scalar: KernelNode, within: Known): number {
  let result = within.known.get(scalar);
  if (result === undefined) {
    result = compute(scalar, within);
    within.known.set(scalar, result);
  }
  return result;
}

function compute(scalar: KernelNode, within: Known): number {
  const own = within.arrays.get(scalar);
  if (own !== undefined) return own[0]!;
  if (scalar.kind === "literal") return scalar.value;
  if (scalar.kind === "reduce") return combineAll(scalar.reducer, within.arrays.get(summedOf(scalar.inputs[0]!))!);
  const operands = scalar.inputs.map((input) => finish(input, within));
  return scalar.kind === "map" ? scalar.formula.compute(...operands) : operands[0]!;
}

function collectReads(node: KernelNode, reads: Set<KernelNode>): void {
  if (node.kind === "literal") return;
  if ((node.kind === "map" || node.kind === "view") && node.inputs.every(({ size }) => size === 1)) {
    for (const input of node.inputs) collectReads(input, reads);
    return;
  }
  const summed = node.kind === "reduce" ? summedOf(node.inputs[0]!) : undefined;
  const byHost =
    summed !== undefined && summed.size <= mostElements && summed.kind !== "literal" && summed.kind !== "source";
  reads.add(byHost ? summed : node);
}

/** The same elements in the order in which they are computed. */
function summedOf(node: KernelNode): KernelNode {
  return node.kind === "view" && node.inputs[0]!.size === node.size ? summedOf(node.inputs[0]!) : node;
}

function combineAll(reducer: Reducer, elements: Float32Array): number {
  let result = reducer === "sum" ? 0 : -Infinity;
  for (const element of elements) result = reducer === "sum" ? result + element : Math.max(result, element);
  return result;
}
