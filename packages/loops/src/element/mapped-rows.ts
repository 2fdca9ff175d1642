/** Which operations map each row of an array in memory, in a program of their own, and what does it need? */
import type { NodeOf, Tensor } from "@symloss/core/engine";
import { lengthOf, sizeOfShape } from "../program/length.ts";
import type { Buffer, RowOperation, Rows } from "../program/program.ts";
import { union } from "./builder.ts";
import type { Affine, Element } from "./element.ts";
import { rowMajor, termLabels } from "./index-expression.ts";
import { type Context, loadFrom } from "./store.ts";
import { isWhole } from "./window.ts";

type MappedRows = NodeOf<"argsort"> | NodeOf<"cumsum">;

/** Whether a tensor has the rows of its operand, mapped. */
export function isMappedRows(tensor: Tensor): tensor is MappedRows {
  return tensor.operation === "argsort" || tensor.operation === "cumsum";
}

/** An element of it, once it has been stored. */
export function loaded(node: MappedRows, index: readonly Affine[], context: Context): Element {
  return loadFrom(context.materialize(node), rowMajor(node, index), context);
}

export function storeMappedRows(context: Context, node: MappedRows, buffer: Buffer): void {
  const { builder, stores, indexOf } = context;
  const [x] = node.inputs as [Tensor];
  const source = bufferOf(context, x);
  const element = builder.load(source, rowMajor(x, indexOf(x)));
  const mapped = { operation: operationOf(node), source, element, dtype: x.dtype, rows: rowsOf(node) };
  const offset = rowMajor(node, indexOf(node));
  stores.push({ buffer, offset, element: builder.load(buffer, offset), mapped, labels: [] });
}

/** A buffer that holds the elements and nothing else: where they lie, or a copy. */
function bufferOf(context: Context, x: Tensor): Buffer {
  const window = context.materialize(x);
  const size = sizeOfShape(x.shape);
  if (isWhole(window, size)) return window.buffer;
  const index = context.indexOf(x);
  const offset = rowMajor(x, index);
  const { dtype, unrounded } = window.buffer;
  const buffer = context.addBuffer({
    kind: "intermediate",
    dtype,
    size,
    ...(unrounded === undefined ? {} : { unrounded }),
  });
  const element = loadFrom(window, offset, context);
  context.stores.push({ buffer, offset, element, labels: union(index.map(termLabels)) });
  return buffer;
}

function operationOf(node: MappedRows): RowOperation {
  return node.operation === "argsort"
    ? { kind: "argsort", descending: node.attributes.descending }
    : { kind: "cumsum", reverse: node.attributes.reverse };
}

function rowsOf({ shape, attributes: { axis } }: MappedRows): Rows {
  return {
    outer: sizeOfShape(shape.slice(0, axis)),
    length: lengthOf(shape[axis]!),
    inner: sizeOfShape(shape.slice(axis + 1)),
  };
}
