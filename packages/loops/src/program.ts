/** What is a loop program? Typed data that a target prints: one outer loop nest with the scalar statements around it. */
import type { BinaryOperation, DType, UnaryOperation } from "@symloss/core/engine";

/** What a graph became: programs that run one after the other, and the buffers that they read and write. */
export interface LoopPlan {
  readonly buffers: readonly Buffer[];
  readonly programs: readonly Program[];
}

/** An array of one element type, by its position in the plan. */
export interface Buffer {
  readonly id: number;
  /**
   * `input` and `output` are given in the graph's order, `constant` is known now, `intermediate` carries values from one program
   * to the next, `scratch` is a row or tile inside one program.
   */
  readonly kind: "input" | "constant" | "output" | "intermediate" | "scratch";
  readonly dtype: DType;
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

/** What one element becomes. Core's scalar operations, and those that only programs have. */
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
  /** (condition, x): -x where the condition holds, else x. */
  | "negateIf"
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

/** How many numbers become one: `sumLog1p` is the sum of log(1 + x) for x from 0 to 1, `any` tells whether one is not 0. */
export type Reduction = "sum" | "sumLog1p" | "max" | "argmax" | "any";

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
  /** A product of matrices, as a blocked nest that the target writes for itself; the result is row-major. */
  | {
      readonly kind: "multiply";
      readonly buffer: Buffer;
      readonly place: Place;
      readonly x: Matrix;
      readonly y: Matrix;
    };

/** A matrix as lines along the axis that is summed: the rows of the left one, the columns of the right one. */
export interface Matrix {
  readonly buffer: Buffer;
  readonly place: Place;
  readonly lines: number;
  readonly depth: number;
  /** How far it is from one line to the next, and from one element of a line to the next. */
  readonly lineStride: number;
  readonly depthStride: number;
}
