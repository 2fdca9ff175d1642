/** What is a loop program? Typed data that a target prints: one outer loop nest with the scalar statements around it. */
import type { DType } from "@symloss/core/engine";
import type { Length } from "./length.ts";
import type { ScalarOperation } from "./scalar-operation.ts";

/** An array of one element type. `L` is here and below what a length may be: a number for engines that need to know all of them. */
export interface Buffer<L extends Length = Length> {
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
  readonly size: L;
  /** The position of the graph's input or output. */
  readonly position?: number;
  readonly data?: ArrayLike<number>;
  /** The lasting buffer in whose memory it lies: what is written here is read there in another step. */
  readonly shares?: Buffer<L>;
}

/** One pass over its data. */
export interface Program<L extends Length = Length> {
  readonly body: readonly Statement<L>[];
}

/** A number that is written once; accumulators and positions are written again and again. */
export type Register = number;

/** A number that is available without computing it. */
export type Operand<L extends Length = Length> =
  | { readonly kind: "constant"; readonly value: L }
  | { readonly kind: "register"; readonly register: Register }
  | { readonly kind: "index"; readonly index: number };

/** A position in a buffer: a constant plus each operand times its stride. */
export interface Address<L extends Length = Length> {
  readonly constant: L;
  readonly terms: readonly { readonly operand: Operand<L>; readonly stride: L }[];
}

/** How a number is computed. */
export type Expression<L extends Length = Length> =
  | { readonly kind: "apply"; readonly operation: ScalarOperation; readonly operands: readonly Operand<L>[] }
  | { readonly kind: "load"; readonly buffer: Buffer<L>; readonly address: Address<L> }
  | { readonly kind: "address"; readonly address: Address<L> };

/**
 * How many numbers become one: `sum` adds them in the order of their indices, whatever the loops around it, and `total`, in which all
 * elements of a tensor become one number, in any order; `sumLog1p` is the sum of log(1 + x) for x from 0 to 1, `any` tells whether one is not 0.
 */
export type Reduction = "sum" | "total" | "sumLog1p" | "max" | "argmax" | "any";

/** A step of a program. */
export type Statement<L extends Length = Length> =
  | { readonly kind: "let"; readonly register: Register; readonly expression: Expression<L>; readonly dtype: DType }
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
      readonly value: Operand<L>;
      readonly position: { readonly register: Register; readonly index: Operand<L> } | undefined;
      /** Which of two iterations, in a loop that was unrolled and jammed. */
      readonly iteration?: 0 | 1;
    }
  | { readonly kind: "loop"; readonly index: number; readonly extent: L; readonly body: readonly Statement<L>[] }
  /** Sets all elements. */
  | { readonly kind: "fill"; readonly buffer: Buffer<L>; readonly value: number }
  | { readonly kind: "store"; readonly buffer: Buffer<L>; readonly address: Address<L>; readonly value: Operand<L> }
  /** Adds to, or takes the maximum with, what the buffer holds; nothing if `within` is given and its operand is not from 0 to below its size. */
  | {
      readonly kind: "update";
      readonly buffer: Buffer<L>;
      readonly address: Address<L>;
      readonly reduction: "sum" | "max";
      readonly value: Operand<L>;
      readonly within: { readonly operand: Operand<L>; readonly size: L } | undefined;
    }
  /** A tiled product of matrices: panels of both are computed and packed, multiplied tile by tile, and each element is passed to the epilogue. */
  | {
      readonly kind: "multiply";
      readonly depth: L;
      readonly rows: Panel<L>;
      readonly columns: Panel<L>;
      /** Where a block of the product is summed. */
      readonly sums: Buffer<L>;
      readonly epilogue: Epilogue<L>;
    }
  /** Each row of an array along an axis becomes the same row of another. */
  | {
      readonly kind: "mapRows";
      readonly operation: RowOperation;
      readonly source: Buffer<L>;
      /** The dtype that the numbers of the source are rounded to, and those of the result if it is their sums. */
      readonly dtype: DType;
      readonly target: Buffer<L>;
      readonly rows: Rows<L>;
      /** What a row takes while it is mapped, if anything. */
      readonly scratch: Buffer<L> | undefined;
    };

/** `argsort`: the indices of the elements in order, as core defines it; `cumsum`: the sums up to each element, or from each on. */
export type RowOperation =
  | { readonly kind: "argsort"; readonly descending: boolean }
  | { readonly kind: "cumsum"; readonly reverse: boolean };

/** The rows of an array along an axis: element i of row (o, n) is at (o length + i) inner + n. */
export interface Rows<L extends Length = Length> {
  /** How many indices the axes before have together. */
  readonly outer: L;
  readonly length: L;
  /** How many those after have: elements of a row are so far apart. */
  readonly inner: L;
}

/** A statement of one kind. */
export type StatementOf<K extends Statement["kind"], L extends Length = Length> = Extract<
  Statement<L>,
  { readonly kind: K }
>;

/** The body of a loop whose length is given elsewhere. */
export interface LoopBody<L extends Length = Length> {
  readonly index: number;
  readonly body: readonly Statement<L>[];
}

/** A matrix as lines along the axis that is summed: the rows of the left operand, the columns of the right one. */
export interface Panel<L extends Length = Length> {
  readonly count: L;
  /** For each line, and there for each number along it, after which the element is known. */
  readonly line: LoopBody<L>;
  readonly depth: LoopBody<L>;
  readonly element: Operand<L>;
  /** Where the lines of a block are packed. */
  readonly buffer: Buffer<L>;
}

/** What is done for each row, and there for each column, with the element of the product in a register. */
export interface Epilogue<L extends Length = Length> {
  readonly row: LoopBody<L>;
  readonly column: LoopBody<L>;
  readonly element: Register;
  readonly dtype: DType;
}
