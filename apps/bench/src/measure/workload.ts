/** What is a workload? */
import type { Tensor } from "@symloss/core";

/** A typed array that goes in, with its shape. */
export interface WorkloadInput {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** Something to compute, on deterministic data. */
export interface Workload {
  readonly name: string;
  /** What is computed. */
  readonly title: string;
  readonly inputs: readonly WorkloadInput[];
  readonly compute: (...inputs: Tensor[]) => readonly Tensor[];
  /** Fills the outputs of `compute` by hand-written code, if there is any; the arrays stay the same from call to call. */
  readonly byHand?: (outputs: readonly Float32Array[]) => void;
}

/** A workload that can be made at any size. */
export interface WorkloadKind {
  readonly name: string;
  /** What is computed, without its size. */
  readonly title: string;
  /** Words that select it beside its name, from the wide to the narrow. */
  readonly groups: readonly string[];
  /** How many rows it has if nobody says, a row being one element of a flat one. */
  readonly rows: number;
  /** How many elements a row of its largest input has. */
  readonly rowElements: number;
  /** Its rows are a multiple of this. */
  readonly step: number;
  make(rows: number): Workload;
}

/** The workload with about this many elements in its largest input, or at its own size. */
export function makeSized(kind: WorkloadKind, elements?: number): Workload {
  return kind.make(rowsFor(kind, elements));
}

/** The rows that come nearest to a number of elements, or those of its own size. */
export function rowsFor({ rows, rowElements, step }: WorkloadKind, elements?: number): number {
  return elements === undefined ? rows : Math.max(1, Math.round(elements / rowElements / step)) * step;
}

/** How many elements the largest input has. */
export function elementsOf(workload: Workload): number {
  return largestInput(workload).data.length;
}

/** The shape of the largest input: `4096 x 1000`. */
export function shapeOf(workload: Workload): string {
  return largestInput(workload).shape.join(" x ");
}

function largestInput({ inputs }: Workload): WorkloadInput {
  return inputs.reduce((left, right) => (right.data.length > left.data.length ? right : left));
}
