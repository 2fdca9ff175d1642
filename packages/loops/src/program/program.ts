/** What is a loop program? Typed data that a target prints: one outer loop nest with the scalar statements around it. */
import type { BinaryOperation, DType, UnaryOperation } from "@symloss/core/engine";

/** What a graph became: programs that run one after the other, and the buffers that they read and write. */
export interface LoopPlan {
  readonly buffers: readonly Buffer[];
  readonly programs: readonly Program[];
}

/** An array of one element type. */
export interface Buffer {
  /** Another for each buffer of a plan. */
  readonly id: number;
  /**
   * `input` and `output` are given in the graph's order, `constant` is known now, `intermediate` carries values from one program
   * to the next, `scratch` is a row or tile inside one program.
   */
  readonly kind: "input" | "constant" | "output" | "intermediate" | "scratch";
  readonly dtype: DType;
  /** The dtype of what it holds with all digits, before that is rounded. */
  readonly unrounded?: DType;
  readonly size: number;
  /** The graph's input or output that it is. */
  readonly position?: number;
  readonly data?: ArrayLike<number>;
}

/** One pass over its data. */
export interface Program {
  readonly body: readonly Statement[];
}

/** A number that is written once; accumulators and positions are written again and again. */
export type Register = number;

/** What stands where a number is needed without computing one. */
export type Atom =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "register"; readonly register: Register }
  | { readonly kind: "index"; readonly index: number };

/** Where in a buffer: a constant, a base that was computed further out, and what each loop index and each atom adds. */
export interface Place {
  readonly constant: number;
  readonly terms: readonly { readonly atom: Atom; readonly stride: number }[];
}

/** What one element becomes. Core's scalar operations, of which relu may have |x| as a second operand, and those that only programs have. */
export type ScalarOperation =
  | UnaryOperation
  | BinaryOperation
  | "where"
  /** Rounds to float32: operands of comparisons, so that numbers tie where they tie as float32. */
  | "round"
  /** To an integer: truncated, saturated, 0 for NaN. */
  | "toInt32"
  | "toBool"
  /** The same number as another dtype, which holds it. */
  | "convert"
  /** (x, y): x where x <= y, else y, so that y is taken against NaN. */
  | "lesser"
  /** As lesser, for x from 0 and a positive constant y. */
  | "limit"
  /** exp(x) for x to 0. */
  | "decay"
  /** (condition): the factor -1 where it holds, else 1. */
  | "flip"
  /** log(1 + x) for x from 0 to 1. */
  | "log1pOfUnit"
  /** (x, y, index, target): whether x at the index, and not y at the target, is the first largest, so far as these two can tell. */
  | "beats"
  /** (index, last): the index, at least 0 and at most the last. */
  | "clampIndex";

/** How a number comes about. */
export type Expression =
  | { readonly kind: "apply"; readonly operation: ScalarOperation; readonly operands: readonly Atom[] }
  | { readonly kind: "load"; readonly buffer: Buffer; readonly place: Place }
  | { readonly kind: "place"; readonly place: Place };

/**
 * How many numbers become one: `sum` adds them in the order of their indices, whatever loops go on around it, and `total`, where all that
 * there is becomes one number, in any order; `sumLog1p` is the sum of log(1 + x) for x from 0 to 1, `any` tells whether one is not 0.
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
      readonly value: Atom;
      readonly position: { readonly register: Register; readonly index: Atom } | undefined;
      /** Of a loop that takes two turns at once: the first, or the second. */
      readonly turn?: 0 | 1;
    }
  | { readonly kind: "loop"; readonly index: number; readonly extent: number; readonly body: readonly Statement[] }
  /** The same everywhere. */
  | { readonly kind: "fill"; readonly buffer: Buffer; readonly value: number }
  | { readonly kind: "store"; readonly buffer: Buffer; readonly place: Place; readonly value: Atom }
  /** Adds to, or takes the maximum with, what the buffer holds; nothing where `within` is given and the atom is not from 0 to below its size. */
  | {
      readonly kind: "update";
      readonly buffer: Buffer;
      readonly place: Place;
      readonly reduction: "sum" | "max";
      readonly value: Atom;
      readonly within: { readonly atom: Atom; readonly size: number } | undefined;
    }
  /** A product of matrices, in blocks: lines of both are computed and packed, multiplied, and what comes of it is used. */
  | {
      readonly kind: "multiply";
      readonly depth: number;
      readonly rows: Lines;
      readonly columns: Lines;
      readonly sums: Buffer;
      /** For each row, and there for each column, with the element of the product in a register. */
      readonly row: Nest;
      readonly column: Nest;
      readonly element: Register;
      readonly dtype: DType;
    };

/** The statements at each number of an index. */
export interface Nest {
  readonly index: number;
  readonly body: readonly Statement[];
}

/** A matrix as lines along the axis that is summed: the rows of the left one, the columns of the right one. */
export interface Lines {
  readonly count: number;
  /** For each line, and there for each number along it, after which the element is known. */
  readonly line: Nest;
  readonly depth: Nest;
  readonly element: Atom;
  /** Where the lines of a block lie packed. */
  readonly block: Buffer;
}

/** A block of a product, and the tile of it whose sums stay in registers. */
export const productBlock = { rows: 128, columns: 64, depth: 256, tile: 4 } as const;

/** How many elements a product's blocks hold: packed rows, packed columns, and sums. */
export interface BlockSizes {
  readonly rows: number;
  readonly columns: number;
  readonly sums: number;
}

export function blockSizes(rows: number, columns: number, depth: number): BlockSizes {
  const height = wholeTiles(Math.min(rows, productBlock.rows));
  const width = wholeTiles(Math.min(columns, productBlock.columns));
  const length = Math.min(depth, productBlock.depth);
  return { rows: height * length, columns: width * length, sums: height * width };
}

/** As many lines as the tiles have that hold so many. */
export function wholeTiles(count: number): number {
  return Math.ceil(count / productBlock.tile) * productBlock.tile;
}

/** All statements, those inside others included; what a statement reads by itself stands before it. */
export function allStatements(statements: readonly Statement[]): Statement[] {
  const all: Statement[] = [];
  gather(statements, all);
  return all;
}

function gather(statements: readonly Statement[], all: Statement[]): void {
  for (const statement of statements) {
    if (statement.kind === "multiply") {
      const { rows, columns } = statement;
      for (const { line, depth } of [rows, columns]) for (const { body } of [line, depth]) gather(body, all);
    }
    all.push(statement);
    if (statement.kind === "loop") gather(statement.body, all);
    if (statement.kind === "multiply") for (const { body } of [statement.row, statement.column]) gather(body, all);
  }
}

/** The buffers that a statement reads or writes by itself. */
export function buffersOf(statement: Statement): readonly Buffer[] {
  switch (statement.kind) {
    case "let":
      return statement.expression.kind === "load" ? [statement.expression.buffer] : [];
    case "fill":
    case "store":
    case "update":
      return [statement.buffer];
    case "multiply":
      return [statement.rows.block, statement.columns.block, statement.sums];
    case "accumulator":
    case "accumulate":
    case "loop":
      return [];
  }
}
