/** What is a loop program? Typed data that a target prints: one outer loop nest with the scalar statements around it. */
import type { DType } from "@symloss/core/engine";
import type { ScalarOperation } from "./scalar-operation.ts";

/**
 * How many elements or iterations there are: for now a constant. A printer prints lengths in one place, so that a length that is a parameter
 * of the program, such as that of a batch, can become another case of this type.
 */
export type Length = number;

/** How far one step of an index moves in a buffer: like a length, for now a constant. */
export type Stride = number;

/** An array of one element type. */
export interface Buffer {
  /** Unique among the buffers of a plan. */
  readonly id: number;
  /**
   * `input` and `output` are given in the graph's order, `constant` is known now, `intermediate` carries values from one program
   * to the next, `scratch` is a row or tile inside one program. `lasting` carries values from one part of a plan, or from one step of
   * what is repeated, to others: nothing else may take its place. `counter` is one number, which whoever repeats something sets.
   */
  readonly kind: "input" | "constant" | "output" | "intermediate" | "scratch" | "lasting" | "counter";
  readonly dtype: DType;
  /** If it holds numbers that are not rounded yet, the dtype that they will be rounded to. */
  readonly unrounded?: DType;
  readonly size: Length;
  /** The position of the graph's input or output. */
  readonly position?: number;
  readonly data?: ArrayLike<number>;
  /** The lasting buffer in whose memory it lies: what is written here is read there in another step. */
  readonly shares?: Buffer;
}

/** One pass over its data. */
export interface Program {
  readonly body: readonly Statement[];
}

/** A number that is written once; accumulators and positions are written again and again. */
export type Register = number;

/** A number that is available without computing it. */
export type Operand =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "register"; readonly register: Register }
  | { readonly kind: "index"; readonly index: number };

/** A position in a buffer: a constant plus each operand times its stride. */
export interface Address {
  readonly constant: number;
  readonly terms: readonly { readonly operand: Operand; readonly stride: Stride }[];
}

/** How a number is computed. */
export type Expression =
  | { readonly kind: "apply"; readonly operation: ScalarOperation; readonly operands: readonly Operand[] }
  | { readonly kind: "load"; readonly buffer: Buffer; readonly address: Address }
  | { readonly kind: "address"; readonly address: Address };

/**
 * How many numbers become one: `sum` adds them in the order of their indices, whatever the loops around it, and `total`, in which all
 * elements of a tensor become one number, in any order; `sumLog1p` is the sum of log(1 + x) for x from 0 to 1, `any` tells whether one is not 0.
 */
export type Reduction = "sum" | "total" | "sumLog1p" | "max" | "argmax" | "any";

/** A step of a program. */
export type Statement =
  | { readonly kind: "let"; readonly register: Register; readonly expression: Expression; readonly dtype: DType }
  /** Begins at 0, or at -Infinity (max, argmax); `position` begins at 0 and is the index of the largest. */
  | {
      readonly kind: "accumulator";
      readonly register: Register;
      readonly reduction: Reduction;
      readonly position: Register | undefined;
    }
  | {
      readonly kind: "accumulate";
      readonly register: Register;
      readonly reduction: Reduction;
      readonly value: Operand;
      readonly position: { readonly register: Register; readonly index: Operand } | undefined;
      /** Which of two iterations, in a loop that was unrolled and jammed. */
      readonly iteration?: 0 | 1;
    }
  | { readonly kind: "loop"; readonly index: number; readonly extent: Length; readonly body: readonly Statement[] }
  /** Sets all elements. */
  | { readonly kind: "fill"; readonly buffer: Buffer; readonly value: number }
  | { readonly kind: "store"; readonly buffer: Buffer; readonly address: Address; readonly value: Operand }
  /** Adds to, or takes the maximum with, what the buffer holds; nothing if `within` is given and its operand is not from 0 to below its size. */
  | {
      readonly kind: "update";
      readonly buffer: Buffer;
      readonly address: Address;
      readonly reduction: "sum" | "max";
      readonly value: Operand;
      readonly within: { readonly operand: Operand; readonly size: Length } | undefined;
    }
  /** A tiled product of matrices: panels of both are computed and packed, multiplied tile by tile, and each element is passed to the epilogue. */
  | {
      readonly kind: "multiply";
      readonly depth: Length;
      readonly rows: Panel;
      readonly columns: Panel;
      /** Where a block of the product is summed. */
      readonly sums: Buffer;
      readonly epilogue: Epilogue;
    }
  /** Each row of an array along an axis becomes the same row of another. */
  | {
      readonly kind: "mapRows";
      readonly operation: RowOperation;
      readonly source: Buffer;
      /** The dtype that the numbers of the source are rounded to, and those of the result if it is their sums. */
      readonly dtype: DType;
      readonly target: Buffer;
      readonly rows: Rows;
      /** What a row takes while it is mapped, if anything. */
      readonly scratch: Buffer | undefined;
    };

/** `argsort`: the indices of the elements in order, as core defines it; `cumsum`: the sums up to each element, or from each on. */
export type RowOperation =
  | { readonly kind: "argsort"; readonly descending: boolean }
  | { readonly kind: "cumsum"; readonly reverse: boolean };

/** The rows of an array along an axis: element i of row (o, n) is at (o length + i) inner + n. */
export interface Rows {
  /** How many indices the axes before have together. */
  readonly outer: Length;
  readonly length: Length;
  /** How many those after have: elements of a row are so far apart. */
  readonly inner: Length;
}

/** A statement of one kind. */
export type StatementOf<K extends Statement["kind"]> = Extract<Statement, { readonly kind: K }>;

/** The body of a loop whose length is given elsewhere. */
export interface LoopBody {
  readonly index: number;
  readonly body: readonly Statement[];
}

/** A matrix as lines along the axis that is summed: the rows of the left operand, the columns of the right one. */
export interface Panel {
  readonly count: Length;
  /** For each line, and there for each number along it, after which the element is known. */
  readonly line: LoopBody;
  readonly depth: LoopBody;
  readonly element: Operand;
  /** Where the lines of a block are packed. */
  readonly buffer: Buffer;
}

/** What is done for each row, and there for each column, with the element of the product in a register. */
export interface Epilogue {
  readonly row: LoopBody;
  readonly column: LoopBody;
  readonly element: Register;
  readonly dtype: DType;
}
