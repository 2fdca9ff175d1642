/** What is each element of a graph's outputs, as an expression of loop indices, and where is it written? */
import { type Graph, type Tensor, type TypedArray, topologicalOrder } from "@symloss/core/engine";
import type { Buffer } from "../program/program.ts";
import { indexKey, moved } from "./affine.ts";
import { makeElementBuilder, union } from "./builder.ts";
import type { Affine, Element } from "./element.ts";
import { makeLimit } from "./expression-limits.ts";
import { axisIndex, rowMajor, termLabels } from "./index-expression.ts";
import { labelAxes } from "./labels.ts";
import { findFactors } from "./movement.ts";
import { findCenters } from "./one-pass-variance.ts";
import { elementOf } from "./operations.ts";
import type { Context, Store } from "./store.ts";
import { isLargeProduct, storeProduct } from "./tiled-matmul.ts";
import { findUnitAxes } from "./unit-axes.ts";

/** A graph as what is written where. */
interface Translation {
  readonly buffers: Buffer[];
  readonly stores: readonly Store[];
}

/** The stores that fill the outputs of a graph, and the buffers that lie between. */
export function translate(graph: Graph): Translation {
  const order = topologicalOrder([...graph.inputs, ...graph.outputs]);
  const context = makeContext(graph, order);
  const limit = makeLimit(context);
  // Operands first, so that no expression is followed to its depth.
  for (const tensor of order) {
    limit(tensor);
    context.element(tensor, context.indexOf(tensor));
  }
  for (const [position, tensor] of graph.outputs.entries()) context.output(tensor, position);
  return { buffers: context.buffers, stores: context.stores };
}

/** What is known so far of each tensor. */
interface Progress {
  /** The buffers of outputs, by position. */
  readonly outputs: readonly Buffer[];
  /** The first position at which each output stands. */
  readonly positions: ReadonlyMap<Tensor, number>;
  readonly stored: Map<Tensor, Buffer>;
  /** The outputs that have been filled. */
  readonly written: Set<Buffer>;
  readonly elements: Map<Tensor, Map<string, Element>>;
  readonly indices: Map<Tensor, readonly Affine[]>;
  readonly takingLoops: Map<Tensor, boolean>;
}

function makeContext(graph: Graph, order: readonly Tensor[]): Context {
  const buffers: Buffer[] = [];
  const addBuffer = (buffer: Omit<Buffer, "id">): Buffer => {
    buffers.push({ id: buffers.length, ...buffer });
    return buffers.at(-1)!;
  };
  const addGiven = (kind: "input" | "output", tensors: readonly Tensor[]): Buffer[] =>
    tensors.map(({ dtype, size }, position) => addBuffer({ kind, dtype, size, position }));
  const inputs = addGiven("input", graph.inputs);
  const progress: Progress = {
    outputs: addGiven("output", graph.outputs),
    positions: new Map([...graph.outputs.entries()].toReversed().map(([position, tensor]) => [tensor, position])),
    stored: new Map(graph.inputs.map((input, position) => [input, inputs[position]!])),
    written: new Set(),
    elements: new Map(),
    indices: new Map(),
    takingLoops: new Map(),
  };
  const labels = labelAxes(order);
  const context: Context = {
    builder: makeElementBuilder(),
    labels,
    buffers,
    stores: [],
    element: (tensor, index) => elementAt(context, progress, tensor, index),
    indexOf: (tensor) =>
      once(progress.indices, tensor, () => tensor.shape.map((_, axis) => axisIndex(labels.of(tensor, axis)))),
    output: (tensor, position) => {
      const buffer = progress.outputs[position]!;
      if (!progress.written.has(buffer)) storeAll(context, buffer, partsOf(context, tensor));
    },
    materialize: (tensor) => once(progress.stored, tensor, () => materialize(context, progress, tensor)),
    isStored: (tensor) => progress.stored.has(tensor) || (tensor.operation === "constant" && tensor.rank > 0),
    takesLoop: (tensor) =>
      !context.isStored(tensor) &&
      once(
        progress.takingLoops,
        tensor,
        () => reducing.has(tensor.operation) || tensor.inputs.some((input) => context.takesLoop(input)),
      ),
    unitAxes: findUnitAxes(order),
    factors: findFactors(graph, order),
    centers: findCenters(order),
    sums: new Map(),
    addBuffer,
  };
  for (const tensor of order) context.takesLoop(tensor);
  return context;
}

function once<K, V extends object | boolean>(known: Map<K, V>, key: K, make: () => V): V {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

const reducing: ReadonlySet<string> = new Set(["sum", "max", "argmax", "matmul", "scatterAdd"]);

/** What is read at so many indices is stored: else what reads it, and is read in turn, would be written out ever more often. */
const mostIndices = 4;

function elementAt(
  context: Context,
  { elements, stored }: Progress,
  tensor: Tensor,
  index: readonly Affine[],
): Element {
  const known = once(elements, tensor, () => new Map<string, Element>());
  const key = indexKey(index);
  let element = known.get(key);
  if (element !== undefined) return element;
  if (known.size >= mostIndices && tensor.inputs.length > 0) context.materialize(tensor);
  element = elementOf(context, tensor, index, stored.get(tensor));
  known.set(key, element);
  return element;
}

/** A buffer that is filled with all elements of a tensor. */
function materialize(context: Context, progress: Progress, tensor: Tensor): Buffer {
  const { addBuffer } = context;
  const { dtype, size } = tensor;
  if (tensor.operation === "constant")
    return addBuffer({ kind: "constant", dtype, size, data: (tensor.attributes as { data: TypedArray }).data });
  const position = progress.positions.get(tensor);
  const output = position === undefined ? undefined : progress.outputs[position]!;
  if (output !== undefined) progress.written.add(output);
  // What was read element by element before is read from the buffer from now on.
  const forget = (buffer: Buffer): Buffer => {
    progress.elements.delete(tensor);
    return buffer;
  };
  if (isLargeProduct(tensor)) {
    const buffer = output ?? addBuffer({ kind: "intermediate", dtype, size });
    storeProduct(context, tensor, buffer);
    return forget(buffer);
  }
  const parts = partsOf(context, tensor);
  if (parts.every(({ element }) => element.exact)) {
    const buffer = output ?? addBuffer({ kind: "intermediate", dtype, size });
    storeAll(context, buffer, parts);
    return forget(buffer);
  }
  // Rounded to float32 it would be another number than where it is computed again.
  const buffer = addBuffer({ kind: "intermediate", dtype: "float64", unrounded: dtype, size });
  storeAll(context, buffer, parts);
  if (output !== undefined) storeAll(context, output, parts);
  return forget(buffer);
}

/** Elements that are written to one place of a buffer each. */
type Part = Pick<Store, "offset" | "element" | "labels">;

/** The elements of a tensor: of a concatenation one operand's after the other, of anything else all at once. */
function partsOf(context: Context, tensor: Tensor): Part[] {
  if (tensor.operation !== "concat") return [partOf(context, tensor, tensor, 0, -1)];
  const { axis } = tensor.attributes as { axis: number };
  let start = 0;
  return tensor.inputs.map((operand) => {
    const part = partOf(context, tensor, operand, start, axis);
    start += operand.shape[axis] as number;
    return part;
  });
}

/** The elements of a source, which stand in the tensor from this start along the axis. */
function partOf(context: Context, tensor: Tensor, source: Tensor, start: number, axis: number): Part {
  const index = context.indexOf(source);
  const target = index.map((entry, at) => (at === axis ? moved(entry, start) : entry));
  return {
    offset: rowMajor(tensor, target),
    element: context.element(source, index),
    labels: union(index.map(termLabels)),
  };
}

function storeAll(context: Context, buffer: Buffer, parts: readonly Part[]): void {
  for (const part of parts) context.stores.push({ buffer, ...part });
}
