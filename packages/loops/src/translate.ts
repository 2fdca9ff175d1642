/** What is each element of a graph's outputs, as a value of loop indices, and where is it written? */
import { type Graph, type Tensor, type TypedArray, topologicalOrder } from "@symloss/core/engine";
import { elementOf } from "./elements.ts";
import { axisIndex, termLabels, rowMajor } from "./indexing.ts";
import { isLargeProduct, storeProduct } from "./products.ts";
import type { Store, Context } from "./store.ts";
import { labelAxes } from "./labels.ts";
import type { Buffer } from "./program.ts";
import { type Linear, type Value, type Values, indexKey, makeValues, union } from "./value.ts";

/** A graph as what is written where. */
interface Translation {
  readonly buffers: Buffer[];
  readonly stores: readonly Store[];
  readonly values: Values;
}

/** The stores that fill the outputs of a graph, and the buffers that lie between. */
export function translate(graph: Graph): Translation {
  const order = topologicalOrder([...graph.inputs, ...graph.outputs]);
  const context = makeContext(graph, order);
  // Operands first, so that no expression is followed to its depth.
  for (const tensor of order) context.element(tensor, context.indexOf(tensor));
  for (const [position, tensor] of graph.outputs.entries()) context.output(tensor, position);
  return { buffers: context.buffers, stores: context.stores, values: context.values };
}

function makeContext(graph: Graph, order: readonly Tensor[]): Context {
  const values = makeValues();
  const labels = labelAxes(order);
  const buffers: Buffer[] = [];
  const stores: Store[] = [];
  const stored = new Map<Tensor, Buffer>();
  const elements = new Map<Tensor, Map<string, Value>>();
  const indices = new Map<Tensor, readonly Linear[]>();
  const loops = new Map<Tensor, boolean>();
  const addBuffer = (buffer: Omit<Buffer, "id">): Buffer => {
    buffers.push({ id: buffers.length, ...buffer });
    return buffers.at(-1)!;
  };
  for (const [position, { dtype, size }] of graph.inputs.entries()) addBuffer({ kind: "input", dtype, size, position });
  for (const [position, { dtype, size }] of graph.outputs.entries())
    addBuffer({ kind: "output", dtype, size, position });
  for (const [position, input] of graph.inputs.entries()) stored.set(input, buffers[position]!);
  const outputBuffer = (position: number): Buffer => buffers[graph.inputs.length + position]!;

  const context: Context = {
    values,
    labels,
    buffers,
    stores,
    element(tensor, index) {
      let known = elements.get(tensor);
      if (known === undefined) elements.set(tensor, (known = new Map()));
      const key = indexKey(index);
      let value = known.get(key);
      if (value === undefined) known.set(key, (value = elementOf(context, tensor, index, stored.get(tensor))));
      return value;
    },
    indexOf(tensor) {
      let index = indices.get(tensor);
      if (index === undefined) {
        index = tensor.shape.map((_, axis) => axisIndex(labels.of(tensor, axis)));
        indices.set(tensor, index);
      }
      return index;
    },
    output(tensor, position) {
      if (stored.get(tensor) !== outputBuffer(position)) storeAll(context, tensor, outputBuffer(position));
    },
    materialize(tensor) {
      let buffer = stored.get(tensor);
      if (buffer !== undefined) return buffer;
      const { dtype, size } = tensor;
      if (tensor.operation === "constant") {
        buffer = addBuffer({ kind: "constant", dtype, size, data: (tensor.attributes as { data: TypedArray }).data });
        stored.set(tensor, buffer);
        return buffer;
      }
      const position = graph.outputs.indexOf(tensor);
      buffer = position === -1 ? addBuffer({ kind: "intermediate", dtype, size }) : outputBuffer(position);
      storeAll(context, tensor, buffer);
      stored.set(tensor, buffer);
      elements.delete(tensor);
      return buffer;
    },
    isStored: (tensor) => stored.has(tensor) || (tensor.operation === "constant" && tensor.rank > 0),
    takesLoop(tensor) {
      if (context.isStored(tensor)) return false;
      let takes = loops.get(tensor);
      if (takes === undefined) {
        takes = reducing.has(tensor.operation) || tensor.inputs.some(context.takesLoop);
        loops.set(tensor, takes);
      }
      return takes;
    },
    sums: new Map(),
    addBuffer,
  };
  for (const tensor of order) context.takesLoop(tensor);
  return context;
}

const reducing: ReadonlySet<string> = new Set(["sum", "max", "argmax", "matmul", "scatterAdd"]);

/** One operand's part of a concatenation after the other; anything else at once. */
function storeAll(context: Context, tensor: Tensor, buffer: Buffer): void {
  if (isLargeProduct(tensor)) {
    storeProduct(context, tensor, buffer);
    return;
  }
  if (tensor.operation !== "concat") {
    const index = context.indexOf(tensor);
    context.stores.push({
      buffer,
      offset: rowMajor(tensor, index),
      value: context.element(tensor, index),
      labels: union(index.map(termLabels)),
    });
    return;
  }
  const { axis } = tensor.attributes as { axis: number };
  let start = 0;
  for (const operand of tensor.inputs) {
    const index = context.indexOf(operand);
    const moved = index.map((entry, at) => (at === axis ? { ...entry, constant: entry.constant + start } : entry));
    context.stores.push({
      buffer,
      offset: rowMajor(tensor, moved),
      value: context.element(operand, index),
      labels: union(index.map(termLabels)),
    });
    start += operand.shape[axis] as number;
  }
}
