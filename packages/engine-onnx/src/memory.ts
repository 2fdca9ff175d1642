/** How much memory does a run of a graph take in the runtime? An estimate, made before anything is allocated. */
import {
  type DType,
  type Graph,
  type Lengths,
  type Operation,
  type Shape,
  type Tensor,
  bytesPerElement,
  constantBytes,
  isScan,
  sizeOf,
  topologicalOrder,
  withLengths,
} from "@symloss/core/engine";

/**
 * The peak in bytes: inputs, outputs, intermediate values while they are live, and the scratch memory of an operation. The runtime
 * chooses its own order, so the worse of two orders is taken. Constants are not counted.
 */
export function peakBytes(graph: Graph, lengths?: Lengths): number {
  const order = topologicalOrder([...graph.inputs, ...graph.outputs]);
  return Math.max(peakOf(graph, order, lengths), peakOf(graph, lastFirst(graph), lengths));
}

/** Bytes that a session holds in the runtime between runs: its constants, and its records of each node. */
export function sessionBytes(graph: Graph, nodes: number): number {
  return constantBytes(graph) + bytesPerSession + nodes * bytesPerNode;
}

/** How many copies of the constants the runtime holds while opening a session: in the file, parsed, and in the session. */
export const copiesWhileOpening = 3;

// Measured in 1.30: 11 KiB for 3 nodes, 33 KiB for 17, and 0.3 to 0.6 KiB a node for thousands; as much again in JavaScript.
const bytesPerSession = 8 * 1024;
const bytesPerNode = 2 * 1024;

function peakOf(graph: Graph, order: readonly Tensor[], lengths: Lengths | undefined): number {
  const bytesOf = (tensor: Tensor): number => tensorBytes(tensor, lengths);
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
    peak = Math.max(peak, live + passingBytes(node, lengths));
    if (!kept.has(node)) {
      const last = lastUse.get(node) ?? step;
      released.set(last, (released.get(last) ?? 0) + own);
    }
    live -= released.get(step) ?? 0;
  }
  // An output that is a broadcast, an input or a constant is copied at the end.
  const copied = graph.outputs.reduce(
    (bytes, output) => bytes + (isView(output) || isGiven(output) ? bytesOf(output) : 0),
    0,
  );
  return Math.max(peak, live + copied);
}

/** Operands first, the last operand before the first: the order of a runtime that walks back from the results. */
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

/** The tensor that stores the elements: itself, or the operand of its broadcasts. */
function sourceOf(node: Tensor): Tensor {
  let source = node;
  while (isView(source)) source = source.inputs[0]!;
  return source;
}

/** Whether nothing is stored for it, because the runtime broadcasts implicitly. */
function isView(node: Tensor): boolean {
  return node.operation === "broadcastTo";
}

function isGiven({ operation }: Tensor): boolean {
  return operation === "input" || operation === "constant";
}

function tensorBytes(
  { shape, dtype }: { readonly shape: Shape; readonly dtype: DType },
  lengths: Lengths | undefined,
): number {
  return sizeOf(withLengths(shape, lengths)) * bytesPerElement[dtype];
}

/** The memory that an operation takes in addition to its result. */
interface Passing {
  /** Float64 elements for each element of its largest operand or result. */
  readonly wide: number;
  /** Whether broadcast operands are expanded before it starts. */
  readonly repeats: boolean;
}

const nothing: Passing = { wide: 0, repeats: false };
const moved: Passing = { wide: 0, repeats: true };

const passing: { readonly [O in Operation]: Passing } = {
  input: nothing,
  constant: nothing,
  iota: nothing,
  dimensionSize: nothing,

  neg: nothing,
  abs: nothing,
  sign: nothing,
  exp: nothing,
  expm1: nothing,
  log: nothing,
  log1p: nothing,
  sqrt: nothing,
  tanh: nothing,
  erf: nothing,
  atan: nothing,
  lgamma: nothing,
  digamma: nothing,
  sigmoid: { wide: 3, repeats: false },
  softplus: { wide: 3, repeats: false },
  relu: nothing,
  logicalNot: nothing,

  add: nothing,
  sub: nothing,
  mul: nothing,
  div: nothing,
  pow: { wide: 2, repeats: false },
  maximum: nothing,
  minimum: nothing,
  equal: nothing,
  less: nothing,
  lessEqual: nothing,
  logicalAnd: nothing,
  logicalOr: nothing,

  where: nothing,
  cast: { wide: 2, repeats: false },

  sum: { wide: 1, repeats: true },
  max: { wide: 1, repeats: true },
  argmax: { wide: 1, repeats: true },
  logSumExp: { wide: 3, repeats: true },
  softmax: { wide: 2, repeats: true },
  logSoftmax: { wide: 3, repeats: true },
  argsort: { wide: 3, repeats: true },
  cumsum: { wide: 2, repeats: true },

  takeAlongAxis: { wide: 1, repeats: true },
  scatterAdd: { wide: 3, repeats: true },

  reshape: moved,
  transpose: moved,
  broadcastTo: nothing,
  slice: moved,
  pad: moved,
  concat: moved,

  matmul: { wide: 3, repeats: true },

  scan: moved,
};

function passingBytes(node: Tensor, lengths: Lengths | undefined): number {
  const { wide, repeats } = passing[node.operation as Operation];
  const sizes = [node, ...node.inputs].map(({ shape }) => sizeOf(withLengths(shape, lengths)));
  const inside =
    wide * Math.max(0, ...sizes) * bytesPerElement.float64 +
    (isScan(node) ? peakBytes(node.attributes.body, lengths) : 0);
  if (!repeats) return inside;
  return node.inputs.reduce((bytes, operand) => bytes + (isView(operand) ? tensorBytes(operand, lengths) : 0), inside);
}
