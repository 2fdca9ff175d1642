/** What does a graph write, and what do the functions that translate it share? */
import type { DType, Tensor } from "@symloss/core/engine";
import type { Centers } from "./one-pass-variance.ts";
import type { Labels } from "./labels.ts";
import type { UnitAxes } from "./unit-axes.ts";
import type { Length } from "../program/length.ts";
import type { Buffer, RowOperation, Rows } from "../program/program.ts";
import type { ElementBuilder } from "./builder.ts";
import type { Affine, Element, Label } from "./element.ts";
import { type Window, placeIn } from "./window.ts";

/** An element that is written to memory. */
export interface Store {
  readonly buffer: Buffer;
  readonly offset: Affine;
  readonly element: Element;
  /** If given, the element is added to what the buffer holds, provided that the index is from 0 to below the size; else it is written. */
  readonly scatter?: { readonly index: Element; readonly size: Length };
  /** If given, a product of matrices is written; `element` is a load of it, which is how others read it. */
  readonly product?: Product;
  /** If given, rows are mapped; `element` is a load of what is written. */
  readonly mapped?: MappedRows;
  /** The labels of all elements that are written, some of which the element may not depend on; for a product those of its leading axes. */
  readonly labels: readonly Label[];
}

/** An array whose rows are mapped. */
export interface MappedRows {
  readonly operation: RowOperation;
  readonly source: Buffer;
  /** An element of the source. */
  readonly element: Element;
  readonly dtype: DType;
  readonly rows: Rows;
}

/** Two matrices, an element of each, and the labels that tell rows, columns and what is summed. */
export interface Product {
  readonly x: Element;
  readonly y: Element;
  readonly row: Label;
  readonly column: Label;
  readonly depth: Label;
}

export interface Context {
  readonly builder: ElementBuilder;
  readonly labels: Labels;
  readonly buffers: Buffer[];
  readonly stores: Store[];
  /** The element at this index, an entry for each axis. */
  readonly element: (tensor: Tensor, index: readonly Affine[]) => Element;
  /** The labels of the tensor's own axes. */
  readonly indexOf: (tensor: Tensor) => readonly Affine[];
  /** Fills the output. */
  readonly output: (tensor: Tensor, position: number) => void;
  /** Where all elements are stored, for a reader that needs all of them. */
  readonly materialize: (tensor: Tensor) => Window;
  /** The same, so that the expression of the tensor does not grow. */
  readonly store: (tensor: Tensor) => Window;
  /** Whether the elements lie in memory. */
  readonly isStored: (tensor: Tensor) => boolean;
  /** Whether an element takes a loop to compute. */
  readonly takesLoop: (tensor: Tensor) => boolean;
  /** Whether a product of matrices is a program of its own. */
  readonly isTiled: (tensor: Tensor) => boolean;
  readonly unitAxes: UnitAxes;
  /** The tensors that are only multiplied. */
  readonly factors: ReadonlySet<Tensor>;
  /** The means from which deviations are taken. */
  readonly centers: Centers;
  /** The sums of scatters, in float64. */
  readonly sums: Map<Tensor, Buffer>;
  readonly addBuffer: (buffer: Omit<Buffer, "id">) => Buffer;
}

/** The element at this offset in a window. */
export function loadFrom(window: Window, offset: Affine, { builder }: Context): Element {
  return builder.load(window.buffer, placeIn(window, offset, builder));
}
