/** What is each element of a graph's outputs, as an expression of loop indices, and where is it written? */
import { type Graph, type Tensor, type TypedArray, topologicalOrder } from "@symloss/core/engine";
import { type Length, addLengths, lengthOf, sizeOfShape } from "../program/length.ts";
import type { Buffer } from "../program/program.ts";
import { indexKey, moved } from "./affine.ts";
import { findBatches, isNeverBatch } from "./batches.ts";
import { makeElementBuilder, union } from "./builder.ts";
import type { Affine, Element } from "./element.ts";
import { makeLimit, noteComputed } from "./expression-limits.ts";
import { alongLoops, axisIndex, rowMajor, termLabels } from "./index-expression.ts";
import { labelAxes } from "./labels.ts";
import { isMappedRows, storeMappedRows } from "./mapped-rows.ts";
import { findFactors } from "./movement.ts";
import { findCenters } from "./one-pass-variance.ts";
import { elementOf } from "./operations.ts";
import { type Context, type Store, loadFrom } from "./store.ts";
import { isTiledProduct, storeProduct } from "./tiled-matmul.ts";
import type { SumOrder } from "./sum-order.ts";
import { findUnitAxes } from "./unit-axes.ts";
import { type Window, isWhole, placeIn, whole } from "./window.ts";

/** Where the inputs and outputs of a graph lie, and what else its translation needs to know. */
export interface Places {
  readonly inputs: readonly Window[];
  readonly outputs: readonly Window[];
  /** Those of the plan; more are added. */
  readonly buffers: Buffer[];
  /** Whether the axis of an input always has its length, and is not a batch; undefined if it is only broadcast. */
  readonly isFixed: (input: Tensor, axis: number) => boolean | undefined;
}

/** The stores that fill the outputs of a graph. */
export function translate(graph: Graph, sums: SumOrder, places: Places): readonly Store[] {
  const order = topologicalOrder([...graph.inputs, ...graph.outputs]);
  const progress = makeProgress();
  const context = makeContext(graph, sums, order, progress, places);
  const limit = makeLimit(context, progress.computed);
  // Operands first, so that no expression is followed to its depth.
  for (const tensor of order) {
    limit(tensor);
    context.element(tensor, context.indexOf(tensor));
  }
  for (const [position, tensor] of graph.outputs.entries()) context.output(tensor, position);
  return context.stores;
}

/** What is known so far of each tensor. */
interface Progress {
  readonly stored: Map<Tensor, Window>;
  /** What is computed as part of some tensor that is stored because others need all of its elements. */
  readonly computed: Set<Tensor>;
  readonly elements: Map<Tensor, Map<string, Element>>;
  readonly indices: Map<Tensor, readonly Affine[]>;
  readonly takingLoops: Map<Tensor, boolean>;
}

function makeProgress(): Progress {
  return { stored: new Map(), computed: new Set(), elements: new Map(), indices: new Map(), takingLoops: new Map() };
}

/** The outputs of a graph, and where they go. */
interface Outputs {
  /** By position. */
  readonly windows: readonly Window[];
  /** The first position at which each stands. */
  readonly positions: ReadonlyMap<Tensor, number>;
  /** Those that have been filled. */
  readonly written: Set<Window>;
}

function makeContext(
  graph: Graph,
  sums: SumOrder,
  order: readonly Tensor[],
  progress: Progress,
  { inputs, outputs: windows, buffers, isFixed }: Places,
): Context {
  const { stored, computed, indices, takingLoops } = progress;
  const addBuffer = (buffer: Omit<Buffer, "id">): Buffer => {
    buffers.push({ id: buffers.length, ...buffer });
    return buffers.at(-1)!;
  };
  for (const [position, input] of graph.inputs.entries()) stored.set(input, inputs[position]!);
  const outputs: Outputs = {
    windows,
    positions: new Map([...graph.outputs.entries()].toReversed().map(([position, tensor]) => [tensor, position])),
    written: new Set(),
  };
  const labels = labelAxes(order, sums === "inLanes" ? findBatches(order, isFixed) : isNeverBatch);
  const context: Context = {
    builder: makeElementBuilder(),
    labels,
    buffers,
    stores: [],
    element: (tensor, index) =>
      elementAt(context, progress, tensor, sums === "inLanes" ? alongLoops(tensor, index, labels) : index),
    indexOf: (tensor) => once(indices, tensor, () => tensor.shape.map((_, axis) => axisIndex(labels.of(tensor, axis)))),
    output: (tensor, position) => {
      const window = outputs.windows[position]!;
      if (!outputs.written.has(window)) storeAll(context, window, partsOf(context, tensor));
    },
    materialize: (tensor) => {
      if (!stored.has(tensor)) noteComputed(tensor, computed, context);
      return context.store(tensor);
    },
    store: (tensor) => once(stored, tensor, () => storeTensor(context, progress, outputs, tensor)),
    isStored: (tensor) => stored.has(tensor) || (tensor.operation === "constant" && tensor.rank > 0),
    takesLoop: (tensor) => !context.isStored(tensor) && once(takingLoops, tensor, () => takesLoop(context, tensor)),
    isTiled: (tensor) => isTiledProduct(tensor, sums, labels.hasLoop),
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

function takesLoop({ takesLoop }: Context, { operation, inputs }: Tensor): boolean {
  // It is known from the lengths alone.
  if (operation === "dimensionSize") return false;
  return reducing.has(operation) || inputs.some((input) => takesLoop(input));
}

const reducing: ReadonlySet<string> = new Set(["sum", "max", "argmax", "matmul", "scatterAdd"]);

/**
 * A tensor that is read at more indices than this is stored: otherwise, in a chain of such reads, expressions would multiply. A reduction is
 * at the second: it would be computed again, and in other loops its sum in lanes may be another, which is not even equal to itself.
 */
function mostIndicesOf({ operation, inputs }: Tensor): number {
  if (inputs.length === 0) return Infinity;
  return reducing.has(operation) ? 1 : 4;
}

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
  if (known.size >= mostIndicesOf(tensor)) context.materialize(tensor);
  element = elementOf(context, tensor, index, stored.get(tensor));
  known.set(key, element);
  return element;
}

/** The window that is filled with all elements of a tensor. */
function storeTensor(context: Context, progress: Progress, outputs: Outputs, tensor: Tensor): Window {
  const { dtype, shape } = tensor;
  const size = sizeOfShape(shape);
  if (tensor.operation === "constant") {
    const { data } = tensor.attributes as { readonly data: TypedArray };
    return whole(context.addBuffer({ kind: "constant", dtype, size, data }));
  }
  const position = outputs.positions.get(tensor);
  const output = position === undefined ? undefined : outputs.windows[position]!;
  if (output !== undefined) outputs.written.add(output);
  const window = storeElements(context, tensor, output);
  // From now on its elements are loaded.
  progress.elements.delete(tensor);
  return window;
}

/** Stores all elements of a tensor, in the window of an output if it is one whose dtype holds them exactly. */
function storeElements(context: Context, tensor: Tensor, output: Window | undefined): Window {
  const { addBuffer } = context;
  const { dtype, shape } = tensor;
  const size = sizeOfShape(shape);
  if (isMappedRows(tensor)) {
    const isDirect = output !== undefined && isWhole(output, size);
    const window = isDirect ? output : whole(addBuffer({ kind: "intermediate", dtype, size }));
    storeMappedRows(context, tensor, window.buffer);
    if (output !== undefined && !isDirect) copyTo(context, output, tensor, window);
    return window;
  }
  if (context.isTiled(tensor)) {
    const window = output ?? whole(addBuffer({ kind: "intermediate", dtype, size }));
    storeProduct(context, tensor, window);
    return window;
  }
  const parts = partsOf(context, tensor);
  if (parts.every(({ element }) => element.exact)) {
    const window = output ?? whole(addBuffer({ kind: "intermediate", dtype, size }));
    storeAll(context, window, parts);
    return window;
  }
  // Rounded to float32 it would differ from the same element computed elsewhere.
  const window = whole(addBuffer({ kind: "intermediate", dtype: "float64", unrounded: dtype, size }));
  storeAll(context, window, parts);
  if (output !== undefined) storeAll(context, output, parts);
  return window;
}

function copyTo(context: Context, target: Window, tensor: Tensor, window: Window): void {
  const index = context.indexOf(tensor);
  const offset = rowMajor(tensor, index);
  storeAll(context, target, [
    { offset, element: loadFrom(window, offset, context), labels: union(index.map(termLabels)) },
  ]);
}

/** Elements that are each written to one position of a buffer. */
type Part = Pick<Store, "offset" | "element" | "labels">;

/** The elements of a tensor: one part for each operand of a concatenation, else one part. */
function partsOf(context: Context, tensor: Tensor): Part[] {
  if (tensor.operation !== "concat") return [partOf(context, tensor, tensor, 0, -1)];
  const { axis } = tensor.attributes as { axis: number };
  let start: Length = 0;
  return tensor.inputs.map((operand) => {
    const part = partOf(context, tensor, operand, start, axis);
    start = addLengths(start, lengthOf(operand.shape[axis]!));
    return part;
  });
}

/** The elements of a source, which begin at this position of the tensor along the axis. */
function partOf(context: Context, tensor: Tensor, source: Tensor, start: Length, axis: number): Part {
  const index = context.indexOf(source);
  const target = index.map((entry, at) => (at === axis ? moved(entry, start) : entry));
  return {
    offset: rowMajor(tensor, target),
    element: context.element(source, index),
    labels: union(index.map(termLabels)),
  };
}

function storeAll(context: Context, window: Window, parts: readonly Part[]): void {
  for (const part of parts) {
    const offset = placeIn(window, part.offset, context.builder);
    context.stores.push({ ...part, buffer: window.buffer, offset });
  }
}
