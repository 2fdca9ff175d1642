/** What is each element of a graph's outputs, as a value of loop indices, and where is it written? */
import { type Graph, type Tensor, type TypedArray, topologicalOrder } from "@symloss/core/engine";
import { findCenters } from "./one-pass-variance.ts";
import { elementOf } from "./operations.ts";
import { axisIndex, termLabels, rowMajor } from "./index-expression.ts";
import { isLargeProduct, storeProduct } from "./tiled-matmul.ts";
import type { Store, Context } from "./store.ts";
import { labelAxes } from "./labels.ts";
import { findFactors } from "./movement.ts";
import { findFixedOnes } from "./unit-axes.ts";
import type { Buffer } from "../program/program.ts";
import { type Linear, type Value, type Values, indexKey, makeValues, union } from "./element.ts";

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
  const limit = makeLimit(context);
  // Operands first, so that no expression is followed to its depth.
  for (const tensor of order) {
    limit(tensor);
    context.element(tensor, context.indexOf(tensor));
  }
  for (const [position, tensor] of graph.outputs.entries()) context.output(tensor, position);
  return { buffers: context.buffers, stores: context.stores, values: context.values };
}

function makeContext(graph: Graph, order: readonly Tensor[]): Context {
  const values = makeValues();
  const labels = labelAxes(order);
  const buffers: Buffer[] = [];
  const stores: Store[] = [];
  const stored = new Map<Tensor, Buffer>();
  const written = new Set<Buffer>();
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
      if (value !== undefined) return value;
      if (known.size >= mostIndices && tensor.inputs.length > 0) context.materialize(tensor);
      value = elementOf(context, tensor, index, stored.get(tensor));
      known.set(key, value);
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
      const buffer = outputBuffer(position);
      if (!written.has(buffer)) storeAll(context, buffer, partsOf(context, tensor));
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
      const output = position === -1 ? undefined : outputBuffer(position);
      const parts = isLargeProduct(tensor) ? [] : partsOf(context, tensor);
      if (parts.every(({ value }) => value.exact)) {
        buffer = output ?? addBuffer({ kind: "intermediate", dtype, size });
        if (isLargeProduct(tensor)) storeProduct(context, tensor, buffer);
        else storeAll(context, buffer, parts);
      } else {
        // Rounded to float32 it would be another number than where it is computed again.
        buffer = addBuffer({ kind: "intermediate", dtype: "float64", unrounded: dtype, size });
        storeAll(context, buffer, parts);
        if (output !== undefined) storeAll(context, output, parts);
      }
      if (output !== undefined) written.add(output);
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
    ones: findFixedOnes(order),
    factors: findFactors(graph, order),
    centers: findCenters(order),
    sums: new Map(),
    addBuffer,
  };
  for (const tensor of order) context.takesLoop(tensor);
  return context;
}

const reducing: ReadonlySet<string> = new Set(["sum", "max", "argmax", "matmul", "scatterAdd"]);

/** Elements that are written to one place of a buffer each. */
type Part = Pick<Store, "offset" | "value" | "labels">;

/** The elements of a tensor: of a concatenation one operand's after the other, of anything else all at once. */
function partsOf(context: Context, tensor: Tensor): Part[] {
  const partOf = (source: Tensor, start: number, axis: number): Part => {
    const index = context.indexOf(source);
    const moved = index.map((entry, at) => (at === axis ? { ...entry, constant: entry.constant + start } : entry));
    return {
      offset: rowMajor(tensor, moved),
      value: context.element(source, index),
      labels: union(index.map(termLabels)),
    };
  };
  if (tensor.operation !== "concat") return [partOf(tensor, 0, -1)];
  const { axis } = tensor.attributes as { axis: number };
  let start = 0;
  return tensor.inputs.map((operand) => {
    const part = partOf(operand, start, axis);
    start += operand.shape[axis] as number;
    return part;
  });
}

function storeAll(context: Context, buffer: Buffer, parts: readonly Part[]): void {
  for (const part of parts) context.stores.push({ buffer, ...part });
}

/** What is read at so many indices is stored: else what reads it, and is read in turn, would be written out ever more often. */
const mostIndices = 4;

/** So many operations on end, or so many in all, of which none is stored, make an expression that is computed by itself. */
const [longest, largest] = [400, 2000];

/**
 * Stores what would grow too large: a function of many thousands of statements is not optimised by JavaScript engines, and too deep
 * an expression is more than a call stack holds.
 */
function makeLimit(context: Context): (tensor: Tensor) => void {
  const lengths = new Map<Tensor, number>();
  /** At least as many operations as there are: those that are used twice may count twice. */
  const sizes = new Map<Tensor, number>();
  return (tensor) => {
    let [length, size] = [1, 1];
    for (const input of tensor.inputs) {
      if (context.isStored(input)) continue;
      length = Math.max(length, 1 + lengths.get(input)!);
      size += sizes.get(input)!;
    }
    if (size > largest) size = countOperations(tensor, context);
    if ((length > longest || size > largest) && !context.isStored(tensor)) {
      context.materialize(tensor);
      [length, size] = [0, 0];
    }
    lengths.set(tensor, length);
    sizes.set(tensor, size);
  };
}

function countOperations(tensor: Tensor, context: Context): number {
  // A set is walked while it grows.
  const met = new Set([tensor]);
  for (const node of met) for (const input of node.inputs) if (!context.isStored(input)) met.add(input);
  return met.size;
}
