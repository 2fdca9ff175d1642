/** What does a graph write, and what do those who say it in elements share? */
import type { Tensor } from "@symloss/core/engine";
import type { Centers } from "./one-pass-variance.ts";
import type { Labels } from "./labels.ts";
import type { FixedOnes } from "./unit-axes.ts";
import type { Buffer } from "../program/program.ts";
import type { Label, Linear, Value, Values } from "./element.ts";

/** An element that is written to memory. */
export interface Store {
  readonly buffer: Buffer;
  readonly offset: Linear;
  readonly value: Value;
  /** Added to what the buffer holds, where the index is from 0 to below the size; else written. */
  readonly scatter?: { readonly index: Value; readonly size: number };
  /** Written is a product of matrices; `value` is its element, as those read it who need it. */
  readonly product?: Product;
  /** The labels of all elements that are written; some may not change the value. Of a product those of its leading axes. */
  readonly labels: readonly Label[];
}

/** Two matrices, an element of each, and the labels that tell rows, columns and what is summed. */
export interface Product {
  readonly x: Value;
  readonly y: Value;
  readonly row: Label;
  readonly column: Label;
  readonly depth: Label;
}

export interface Context {
  readonly values: Values;
  readonly labels: Labels;
  readonly buffers: Buffer[];
  readonly stores: Store[];
  /** The element at this index, an entry for each axis. */
  readonly element: (tensor: Tensor, index: readonly Linear[]) => Value;
  /** The labels of the tensor's own axes. */
  readonly indexOf: (tensor: Tensor) => readonly Linear[];
  /** Fills the output. */
  readonly output: (tensor: Tensor, position: number) => void;
  /** A buffer that holds all elements, row-major. */
  readonly materialize: (tensor: Tensor) => Buffer;
  /** Whether the elements lie in a buffer. */
  readonly isStored: (tensor: Tensor) => boolean;
  /** Whether an element takes a loop to compute. */
  readonly takesLoop: (tensor: Tensor) => boolean;
  readonly ones: FixedOnes;
  /** What is only multiplied. */
  readonly factors: ReadonlySet<Tensor>;
  /** Means from which deviations are taken. */
  readonly centers: Centers;
  /** The sums of scatters, in float64. */
  readonly sums: Map<Tensor, Buffer>;
  readonly addBuffer: (buffer: Omit<Buffer, "id">) => Buffer;
}
