/** How much memory does a run of a graph take in the runtime? An estimate, made before anything is taken. */
import {
  type DType,
  type Graph,
  type Operation,
  type Tensor,
  bytesPerElement,
  constantBytes,
  sizeOf,
  topologicalOrder,
} from "@symloss/core/engine";

/**
 * Bytes that are taken at once at most: inputs, outputs, what lies between them as long as it is used, and what an operation
 * takes for itself. The runtime chooses its own order, so that this is what the worse of two orders takes; constants are not counted.
 */
export function peakBytes(graph: Graph): number {
  const order = topologicalOrder([...graph.inputs, ...graph.outputs]);
  return Math.max(peakOf(graph, order), peakOf(graph, lastFirst(graph)));
}

/** Bytes that a session holds in the runtime between runs: its constants, and what it knows of each node. */
export function sessionBytes(graph: Graph, nodes: number): number {
  return constantBytes(graph) + bytesPerSession + nodes * bytesPerNode;
}

/** How many times its constants the runtime holds while it makes a session: the file, what is read of it, and the session's own. */
export const copiesWhileOpening = 3;

// As measured: a thousand sessions of three nodes, and one of twenty thousand.
const bytesPerSession = 48 * 1024;
const bytesPerNode = 4 * 1024;

function peakOf(graph: Graph, order: readonly Tensor[]): number {
  const lastUse = new Map<Tensor, number>();
  for (const [step, node] of order.entries()) {
    for (const operand of node.inputs) lastUse.set(sourceOf(operand), step);
  }
  const kept = new Set([...graph.inputs, ...graph.outputs]);
  const released = new Map<number, number>();
  let live = graph.inputs.reduce((bytes, input) => bytes + bytesOf(input), 0);
  let peak = live;
  for (const [step, node] of order.entries()) {
    if (node.operation === "input" || node.operation === "constant" || isView(node)) continue;
    const own = bytesOf(node);
    live += own;
    peak = Math.max(peak, live + passingBytes(node));
    if (!kept.has(node)) {
      const last = lastUse.get(node) ?? step;
      released.set(last, (released.get(last) ?? 0) + own);
    }
    live -= released.get(step) ?? 0;
  }
  // An output that is repeated, or an input, is copied at the end.
  const copied = graph.outputs.reduce(
    (bytes, output) => bytes + (isView(output) || isGiven(output) ? bytesOf(output) : 0),
    0,
  );
  return Math.max(peak, live + copied);
}

/** Operands first, the last before the first: as a runtime may walk that goes back from the results. */
function lastFirst(graph: Graph): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  const stack = [...graph.inputs, ...graph.outputs];
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const waiting = seen.has(node) ? [] : node.inputs.filter((operand) => !seen.has(operand));
    if (waiting.length > 0) {
      stack.push(...waiting);
      continue;
    }
    stack.pop();
    if (!seen.has(node)) order.push(node);
    seen.add(node);
  }
  return order;
}

/** Where the elements of a tensor lie: its own, or those of what it repeats. */
function sourceOf(node: Tensor): Tensor {
  let source = node;
  while (isView(source)) source = source.inputs[0]!;
  return source;
}

/** Whether nothing is stored for it: the runtime repeats by itself. */
function isView(node: Tensor): boolean {
  return node.operation === "broadcastTo";
}

function isGiven({ operation }: Tensor): boolean {
  return operation === "input" || operation === "constant";
}

function bytesOf({ shape, dtype }: { readonly shape: Tensor["shape"]; readonly dtype: DType }): number {
  return sizeOf(shape) * bytesPerElement[dtype];
}

/** What an operation takes beside its result while it runs, in elements of float64 for each of its largest operand's or result's. */
const passing: Partial<Record<Operation, number>> = {
  sigmoid: 3,
  softplus: 3,
  pow: 2,
  cast: 2,
  sum: 1,
  max: 1,
  argmax: 1,
  logSumExp: 3,
  softmax: 2,
  logSoftmax: 3,
  takeAlongAxis: 1,
  scatterAdd: 3,
  matmul: 3,
};

/** Operations that repeat what is broadcast before they start. */
const repeating: ReadonlySet<string> = new Set<Operation>([
  "sum",
  "max",
  "argmax",
  "logSumExp",
  "softmax",
  "logSoftmax",
  "takeAlongAxis",
  "scatterAdd",
  "reshape",
  "transpose",
  "slice",
  "pad",
  "concat",
  "matmul",
]);

function passingBytes(node: Tensor): number {
  const operands = node.inputs.map(({ shape }) => sizeOf(shape));
  const inside = (passing[node.operation as Operation] ?? 0) * Math.max(0, sizeOf(node.shape), ...operands) * 8;
  if (!repeating.has(node.operation)) return inside;
  return node.inputs.reduce((bytes, operand) => bytes + (isView(operand) ? bytesOf(operand) : 0), inside);
}
