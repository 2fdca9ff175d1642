/** For each operation: what is it for each slice of a batch at once? And what is a graph? The batch is always the first axis. */
import type { Dimension, Shape } from "../array/shape.ts";
import { reshape, transpose } from "../tensor/movement.ts";
import { expand, placeholder } from "../tensor/operand.ts";
import type { AnyOperation, Attributes } from "../tensor/operation.ts";
import { type NodeOf, type Tensor, makeTensor } from "../tensor/tensor.ts";
import { topologicalOrder } from "./graph.ts";
import { type ScanNode, type ScanResults, groupScans, isScan, makeScan, scanResult } from "./recurrence.ts";

/** A tensor of the graph for a batch: with a first axis for the batch, or the same for each of it. */
export interface Batched {
  readonly tensor: Tensor;
  readonly hasBatch: boolean;
}

/** What the tensors are for a batch of this size, if these that they depend on are as given, each with the batch. */
export function batch(
  tensors: readonly Tensor[],
  given: ReadonlyMap<Tensor, Batched>,
  size: Dimension,
): readonly Batched[] {
  const known = new Map(given);
  const order = topologicalOrder(tensors);
  const scans = new BatchedScans(order, size, known);
  for (const node of order) {
    if (known.has(node)) continue;
    const operands = node.inputs.map((input) => known.get(input)!);
    known.set(node, batchNode(node, operands, { size, known, scans }));
  }
  return tensors.map((tensor) => known.get(tensor)!);
}

/** The tensor with a first axis for the batch, along which it is repeated if it had none. */
export function withBatch({ tensor, hasBatch }: Batched, size: Dimension): Tensor {
  if (hasBatch) return tensor;
  return expand(reshape(tensor, [1, ...tensor.shape]), [size, ...tensor.shape]);
}

interface BatchContext {
  readonly size: Dimension;
  /** What is known of the graph. */
  readonly known: ReadonlyMap<Tensor, Batched>;
  readonly scans: BatchedScans;
}

function batchNode(node: Tensor, operands: readonly Batched[], context: BatchContext): Batched {
  if (!operands.some(({ hasBatch }) => hasBatch)) return { tensor: node, hasBatch: false };
  if (isScan(node)) return context.scans.resultOf(node, operands);
  const rule = rules[node.operation as keyof typeof rules] as Rule<AnyOperation>;
  return { tensor: rule(node as NodeOf<AnyOperation>, operands, context), hasBatch: true };
}

/** The node for a batch; at least one of the operands has it. */
type Rule<O extends AnyOperation> = (node: NodeOf<O>, operands: readonly Batched[], context: BatchContext) => Tensor;

/** The same operation, with these attributes, of operands that all have the batch. */
function sameOf<O extends AnyOperation>(attributes: (node: NodeOf<O>, size: Dimension) => Attributes[O]): Rule<O> {
  return (node, operands, { size }) =>
    makeTensor(
      node.operation,
      operands.map((operand) => withBatch(operand, size)),
      attributes(node, size),
    );
}

const elementwise: Rule<AnyOperation> = sameOf(({ attributes }) => attributes);

/** The same operation along an axis, which has moved. */
function alongAxis<O extends AnyOperation>(): Rule<O> {
  return sameOf<O>(({ attributes }) => {
    const { axis } = attributes as unknown as { readonly axis: number };
    return { ...attributes, axis: axis + 1 };
  });
}

const overAxes = ({ attributes }: { readonly attributes: { readonly axes: readonly number[] } }) => ({
  axes: attributes.axes.map((axis) => axis + 1),
});

/** What is no operand of anything in a batch. */
const source: Rule<AnyOperation> = (node, _, { size }) => withBatch({ tensor: node, hasBatch: false }, size);

const rules: { readonly [O in Exclude<AnyOperation, "scan">]: Rule<O> } = {
  input: source,
  constant: source,
  iota: source,
  dimensionSize: ({ attributes: { axes, dtype } }, [x], { size }) => {
    const length = makeTensor("dimensionSize", [x!.tensor], { axes: axes.map((axis) => axis + 1), dtype });
    return withBatch({ tensor: length, hasBatch: false }, size);
  },

  neg: elementwise,
  abs: elementwise,
  sign: elementwise,
  exp: elementwise,
  expm1: elementwise,
  log: elementwise,
  log1p: elementwise,
  sqrt: elementwise,
  tanh: elementwise,
  erf: elementwise,
  atan: elementwise,
  lgamma: elementwise,
  digamma: elementwise,
  sigmoid: elementwise,
  softplus: elementwise,
  relu: elementwise,
  logicalNot: elementwise,

  add: elementwise,
  sub: elementwise,
  mul: elementwise,
  div: elementwise,
  pow: elementwise,
  maximum: elementwise,
  minimum: elementwise,
  equal: elementwise,
  less: elementwise,
  lessEqual: elementwise,
  logicalAnd: elementwise,
  logicalOr: elementwise,
  where: elementwise,
  cast: elementwise,

  sum: sameOf(overAxes),
  max: sameOf(overAxes),
  argmax: alongAxis(),
  logSumExp: alongAxis(),
  softmax: alongAxis(),
  logSoftmax: alongAxis(),
  argsort: alongAxis(),
  cumsum: alongAxis(),
  takeAlongAxis: alongAxis(),
  scatterAdd: alongAxis(),
  concat: alongAxis(),

  reshape: sameOf(({ attributes }, size) => ({ shape: [size, ...attributes.shape] })),
  transpose: sameOf(({ attributes }) => ({ permutation: [0, ...attributes.permutation.map((axis) => axis + 1)] })),
  broadcastTo: ({ inputs: [x], attributes: { shape } }, [operand], { size }) => {
    // Shapes are aligned at the last axis, and the batch stays the first.
    const added = shape.slice(x!.rank).map(() => 1);
    return expand(reshape(operand!.tensor, [size, ...added, ...x!.shape]), [size, ...shape]);
  },
  slice: sameOf(({ attributes: { starts, stops } }, size) => ({ starts: [0, ...starts], stops: [size, ...stops] })),
  pad: sameOf(({ attributes: { before, after } }) => ({ before: [0, ...before], after: [0, ...after] })),

  matmul: (_, [x, y], { size }) => batchProduct(x!, y!, size),

  identity: elementwise,
  stopGradient: elementwise,
  check: elementwise,
  customGradient: ({ shape, dtype, attributes: { gradient } }, operands, { size, known }) =>
    makeTensor(
      "customGradient",
      operands.map((operand) => withBatch(operand, size)),
      {
        gradient: (cotangent) => {
          const single = placeholder("cotangent", shape, dtype);
          const given = new Map([...known, [single, { tensor: cotangent, hasBatch: true }] as const]);
          return batch(gradient(single), given, size).map((flow) => withBatch(flow, size));
        },
      },
    ),
};

/** Products of matrices: where all of a batch share one side, they are one product of larger matrices. */
function batchProduct(x: Batched, y: Batched, size: Dimension): Tensor {
  const product = (left: Tensor, right: Tensor): Tensor => makeTensor("matmul", [left, right], {});
  const isPlain = (shared: Batched, other: Batched): boolean =>
    !shared.hasBatch && shared.tensor.rank === 2 && other.tensor.shape.every((length) => typeof length === "number");
  if (isPlain(y, x)) {
    const [rows, length] = x.tensor.shape.slice(1) as [number, number];
    const flat = product(reshape(x.tensor, [(size as number) * rows, length]), y.tensor);
    return reshape(flat, [size, rows, y.tensor.shape[1]!]);
  }
  if (isPlain(x, y)) {
    const [length, columns] = y.tensor.shape.slice(1) as [number, number];
    const side = reshape(transpose(y.tensor, [1, 0, 2]), [length, (size as number) * columns]);
    return transpose(reshape(product(x.tensor, side), [x.tensor.shape[0]!, size, columns]), [1, 0, 2]);
  }
  return product(withBatch(x, size), withBatch(y, size));
}

/** The results of each scan of a graph, which are made together. */
class BatchedScans {
  readonly #first: ReadonlyMap<Tensor, Tensor>;
  readonly #made = new Map<Tensor, readonly Batched[]>();
  readonly #size: Dimension;
  readonly #known: ReadonlyMap<Tensor, Batched>;

  constructor(order: readonly Tensor[], size: Dimension, known: ReadonlyMap<Tensor, Batched>) {
    this.#first = new Map(
      [...groupScans(order).values()].flatMap((group) => group.map((node) => [node, group[0]!] as const)),
    );
    this.#size = size;
    this.#known = known;
  }

  resultOf(node: ScanNode, operands: readonly Batched[]): Batched {
    const first = this.#first.get(node)!;
    let results = this.#made.get(first);
    if (results === undefined) this.#made.set(first, (results = batchScan(node, operands, this.#known, this.#size)));
    return results[node.attributes.output]!;
  }
}

/** Every result of a scan for a batch: the final carries, the carries before each step, and the outputs of each step. */
function batchScan(
  node: ScanNode,
  operands: readonly Batched[],
  known: ReadonlyMap<Tensor, Batched>,
  size: Dimension,
): readonly Batched[] {
  const { body, carries: count, sequences, length, reverse } = node.attributes;
  const inputs = batchedCarries(node, operands, known, size);
  const outputs = batch(body.outputs, new Map([...known, ...inputs]), size);
  const input = (index: number): Batched => inputs.get(body.inputs[index]!)!;
  const { final, stacked } = makeScan({
    carries: operands.slice(0, count).map((operand, index) => {
      const { tensor, hasBatch } = input(index);
      const full = (of: Batched): Tensor => (hasBatch ? withBatch(of, size) : of.tensor);
      return { input: tensor, next: full(outputs[index]!), initial: full(operand) };
    }),
    slices: operands.slice(count, count + sequences).map((operand, index) => ({
      input: input(count + index).tensor,
      // A step takes a slice for the whole batch.
      sequence: operand.hasBatch ? swapFirstAxes(operand.tensor) : operand.tensor,
    })),
    outputs: outputs.slice(count).map(({ tensor }) => tensor),
    length,
    reverse,
  });
  const ofSteps = (tensor: Tensor, { hasBatch }: Batched): Batched => ({
    tensor: hasBatch ? swapFirstAxes(tensor) : tensor,
    hasBatch,
  });
  return [
    ...final.map((tensor, index) => ({ tensor, hasBatch: input(index).hasBatch })),
    ...final.map((_, index) => ofSteps(beforeSteps(final, count + index), input(index))),
    ...stacked.map((tensor, index) => ofSteps(tensor, outputs[count + index]!)),
  ];
}

function beforeSteps([first]: ScanResults["final"], output: number): Tensor {
  return scanResult(first as ScanNode, output);
}

/** What the body takes. A carry has the batch if it has it before the first step, or gets it in any step. */
function batchedCarries(
  { attributes: { body, carries: count, sequences } }: ScanNode,
  operands: readonly Batched[],
  known: ReadonlyMap<Tensor, Batched>,
  size: Dimension,
): ReadonlyMap<Tensor, Batched> {
  const flags = operands.map(({ hasBatch }) => hasBatch);
  for (;;) {
    const inputs = new Map(
      body.inputs.map((input, index) => {
        // What all steps share is computed outside.
        if (index >= count + sequences) return [input, operands[index]!] as const;
        const hasBatch = flags[index]!;
        const shape: Shape = hasBatch ? [size, ...input.shape] : input.shape;
        return [input, { tensor: placeholder(`batched${index}`, shape, input.dtype), hasBatch }] as const;
      }),
    );
    const outputs = batch(body.outputs.slice(0, count), new Map([...known, ...inputs]), size);
    const late = outputs.findIndex(({ hasBatch }, index) => hasBatch && !flags[index]);
    if (late === -1) return inputs;
    flags[late] = true;
  }
}

function swapFirstAxes(x: Tensor): Tensor {
  return transpose(x, [1, 0, ...x.shape.slice(2).map((_, axis) => axis + 2)]);
}
