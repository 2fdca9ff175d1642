/** In what context is a statement written, and what are its operands there? */
import type { Buffer, Length, Operand, Register, StatementOf } from "@symloss/loops";
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, i32, i32x4, int, vector } from "../assembler/expression.ts";
import type { FunctionWriter, Local } from "../assembler/function.ts";
import type { Accumulator } from "./accumulate.ts";
import type { Note } from "./notes.ts";
import type { Pointer } from "./memory-access.ts";
import { type Representation, type Value, uniformInteger } from "./value.ts";

/** What the statements of a program share. */
export interface Context {
  readonly writer: FunctionWriter;
  readonly arithmetic: Arithmetic;
  readonly registers: ReadonlyMap<Register, Representation>;
  /** How the elements of buffers lie that are not the user's. */
  readonly buffers: ReadonlyMap<Buffer, Representation>;
  /** Where a buffer begins in memory. */
  readonly baseOf: (buffer: Buffer) => Expression<"i32">;
  /** A length as a number. */
  readonly length: (length: Length) => Expression<"i32">;
  readonly values: Map<Register, Value>;
  /** The indices of the loops around. */
  readonly indices: Map<number, Expression<"i32">>;
  readonly accumulators: Map<Register, Accumulator>;
  /** The updates whose vectors are added up in variables. */
  readonly columns: Map<StatementOf<"update">, readonly Local<"v128">[]>;
  /** The indices of the loops that are written as contractions. */
  readonly contractions: ReadonlySet<number>;
  /** The indices of the loops over what may be a batch. */
  readonly batches: ReadonlySet<number>;
  /** What is told of each loop: whether it became vector code, or why not. */
  readonly notes: Note[];
}

/** The surroundings of a statement. */
export interface Position {
  readonly context: Context;
  /** Four iterations at once, in a loop that became vector code. */
  readonly vector: VectorPosition | undefined;
}

/** How many of four lanes are iterations of the loop; the others are computed and dropped. */
export type ActiveLanes = 1 | 2 | 3 | 4;

/** One of several vectors of an unrolled loop. */
export interface VectorPosition {
  readonly index: number;
  /** The index of the first lane of the first vector. */
  readonly counter: Expression<"i32">;
  /** Which vector it is. */
  readonly number: number;
  readonly active: ActiveLanes;
  /** What each vector has for itself. */
  readonly values: Map<Register, Value>;
  /** The factors of products of singles: added up, they may be rounded once. */
  readonly products: Map<Register, readonly [Value, Value]>;
  readonly pointers: ReadonlyMap<string, Pointer>;
  /** The registers that the body writes. */
  readonly own: ReadonlySet<Register>;
  /** In which variables this vector accumulates. */
  readonly accumulators: ReadonlyMap<Register, readonly Local<"v128">[]>;
}

export function valueOf(operand: Operand, { context, vector: lanes }: Position): Value {
  switch (operand.kind) {
    case "constant":
      return typeof operand.value === "number"
        ? { kind: "constant", value: operand.value }
        : uniformInteger(context.length(operand.value));
    case "register": {
      const value = lanes?.values.get(operand.register) ?? context.values.get(operand.register);
      if (value === undefined) throw new Error(`wasm: register ${operand.register} must be written before it is read.`);
      return value;
    }
    case "index":
      return lanes?.index === operand.index ? lanesOfIndex(lanes) : uniformInteger(indexOf(operand.index, context));
  }
}

export function setValue(register: Register, value: Value, { context, vector: lanes }: Position): void {
  (lanes?.values ?? context.values).set(register, value);
}

export function indexOf(index: number, { indices }: Context): Expression<"i32"> {
  const known = indices.get(index);
  if (known === undefined) throw new Error(`wasm: index ${index} must be that of a loop around its use.`);
  return known;
}

function lanesOfIndex({ counter, number }: VectorPosition): Value {
  const lanes = vector(Int32Array.from({ length: 4 }, (_, index) => 4 * number + index));
  return { kind: "integer", lanes: i32x4.add(i32x4.splat(counter), lanes) };
}

/** The sum of numbers, each times a length. */
export function weighted(
  parts: readonly (readonly [Expression<"i32">, Length])[],
  constant: Length,
  context: Pick<Context, "length">,
): Expression<"i32"> {
  const terms = parts.map(([part, factor]) => times(part, factor, context));
  if (constant !== 0 || terms.length === 0) terms.push(context.length(constant));
  return terms.reduce((left, right) => i32.add(left, right));
}

function times(x: Expression<"i32">, factor: Length, { length }: Pick<Context, "length">): Expression<"i32"> {
  if (factor === 1) return x;
  if (typeof factor !== "number") return i32.mul(x, length(factor));
  const power = Math.log2(factor);
  return Number.isInteger(power) ? i32.shl(x, int(power)) : i32.mul(x, int(factor));
}
