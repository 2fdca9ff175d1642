/** What do all programs of a plan share while they are emitted? */
import type { Affine, Element, Label } from "../element/element.ts";
import { type Length, multiplyLengths } from "../program/length.ts";
import type { Buffer, Register } from "../program/program.ts";
import type { SortLabels, Stage } from "../schedule/stages.ts";
import type { Storage } from "../schedule/storage.ts";
import type { Blocks } from "./blocks.ts";
import type { RowScratch } from "./row-scratch.ts";

export interface Emission {
  readonly buffers: Buffer[];
  readonly storage: Storage;
  readonly sortLabels: SortLabels;
  readonly blocks: Blocks;
  readonly rowScratch: RowScratch;
  /** The stages that read each buffer. */
  readonly readers: ReadonlyMap<Buffer, readonly Stage[]>;
  /** The arrays in which elements are kept. */
  readonly arrays: Map<Element, KeptArray>;
  /** Where reductions are accumulated. */
  readonly accumulators: Map<Element, Accumulator>;
  /** The indices of loops over what may be a batch. */
  readonly batches: Set<number>;
  /** How many registers and indices there are so far. */
  registers: number;
  indices: number;
}

/** An array that keeps an element for each index of its labels. */
export interface KeptArray {
  readonly kind: "array";
  readonly buffer: Buffer;
  readonly offset: Affine;
  /** Whether it has been filled, so that it can be read. */
  isFilled: boolean;
}

/** A register in which a reduction is accumulated, or an array. */
export type Accumulator =
  | { readonly kind: "register"; readonly register: Register; readonly position: Register | undefined }
  | KeptArray;

export function nextRegister(emission: Emission): Register {
  return emission.registers++;
}

/** Row-major over these labels. */
export function offsetOf(labels: readonly Label[]): Affine {
  let stride: Length = 1;
  const terms = labels.toReversed().map((label) => {
    const term = { label, stride };
    stride = multiplyLengths(stride, label.extent);
    return term;
  });
  return { constant: 0, terms: terms.toReversed(), others: [] };
}
