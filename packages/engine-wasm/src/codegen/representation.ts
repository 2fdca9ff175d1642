/** How does each number of a program lie in vectors: float32 as such, or as float64 if it comes from a sum? */
import type { DType } from "@symloss/core/engine";
import {
  type Buffer,
  type Expression,
  type Operand,
  type Program,
  type Register,
  type Statement,
  allStatements,
} from "@symloss/loops";
import type { Representation } from "./value.ts";

/** How the numbers of a plan lie in registers and memory. */
export interface Representations {
  /** Of each program: the numbers of registers are unique in a program, not in a plan. */
  readonly registers: readonly ReadonlyMap<Register, Representation>[];
  /** Of buffers that are not the user's. */
  readonly buffers: ReadonlyMap<Buffer, Representation>;
}

type Known = Map<Register, Representation>;

/**
 * Sums and what is computed from sums alone are doubles; what has a single among its operands is a single. This depends on
 * where a number comes from and not on which loops are around it, so that it has the same bits in any batch.
 */
export function findRepresentations(programs: readonly Program[]): Representations {
  const buffers = new Map<Buffer, Representation>();
  return { registers: programs.map(({ body }) => findRegisters(body, buffers)), buffers };
}

function findRegisters(body: readonly Statement[], buffers: Map<Buffer, Representation>): Known {
  const registers: Known = new Map();
  const of = (operand: Operand): Representation | undefined => representationOf(operand, registers);
  for (const statement of allStatements(body)) {
    switch (statement.kind) {
      case "let":
        registers.set(statement.register, ofExpression(statement.expression, statement.dtype, registers, buffers));
        break;
      case "accumulator":
        if (statement.reduction !== "max" && statement.reduction !== "argmax")
          registers.set(statement.register, statement.reduction === "any" ? "mask" : "double");
        if (statement.position !== undefined) registers.set(statement.position, "integer");
        break;
      case "accumulate":
        if (statement.reduction === "max" || statement.reduction === "argmax")
          join(registers, statement.register, of(statement.value));
        break;
      case "store":
        if (!isUsers(statement.buffer)) join(buffers, statement.buffer, stored(statement.buffer, of(statement.value)));
        break;
      case "update":
        if (!isUsers(statement.buffer))
          join(buffers, statement.buffer, statement.reduction === "sum" ? "double" : of(statement.value));
        break;
      case "multiply": {
        const { rows, columns, epilogue } = statement;
        const isSingle = [rows, columns].every(({ element }) => (of(element) ?? "single") === "single");
        for (const { buffer } of [rows, columns]) join(buffers, buffer, isSingle ? "single" : "double");
        join(buffers, statement.sums, "double");
        registers.set(epilogue.element, epilogue.dtype === "float32" ? "single" : "double");
        break;
      }
      // The target holds numbers of its dtype.
      case "mapRows":
      case "fill":
      case "loop":
        break;
    }
  }
  return registers;
}

/** Whether numbers lie in a buffer as in the user's arrays, by their dtype alone. */
function isUsers({ kind }: Buffer): boolean {
  return kind !== "intermediate" && kind !== "scratch";
}

/** What is kept in a buffer between programs: exact numbers of its dtype, or anything. */
function stored({ dtype }: Buffer, value: Representation | undefined): Representation {
  return dtype === "float64" ? (value ?? "double") : ofDType(dtype);
}

/** The wider of both; an array that once holds doubles holds nothing else. */
function join<K>(known: Map<K, Representation>, key: K, value: Representation = "single"): void {
  const before = known.get(key);
  known.set(key, before === undefined || before === value ? value : "double");
}

function representationOf(operand: Operand, registers: Known): Representation | undefined {
  switch (operand.kind) {
    case "constant":
      return undefined;
    case "index":
      return "integer";
    case "register": {
      const known = registers.get(operand.register);
      if (known === undefined) throw new Error(`wasm: register ${operand.register} must be written before it is read.`);
      return known;
    }
  }
}

/** How numbers of a dtype lie in an array of that dtype. */
export function ofDType(dtype: DType): Representation {
  return byDType[dtype];
}

const byDType: { readonly [D in DType]: Representation } = {
  float32: "single",
  float64: "double",
  int32: "integer",
  bool: "mask",
};

function ofExpression(
  expression: Expression,
  dtype: DType,
  registers: Known,
  buffers: ReadonlyMap<Buffer, Representation>,
): Representation {
  switch (expression.kind) {
    case "address":
      return "integer";
    case "load":
      if (dtype === "int32") return "integer";
      return buffers.get(expression.buffer) ?? ofDType(expression.buffer.dtype);
    case "apply": {
      if (dtype !== "float32") return ofDType(dtype);
      if (expression.operation === "round" || expression.operation === "flip") return "single";
      const [condition, ...choices] = expression.operands;
      const numbers = expression.operation === "where" ? choices : [condition!, ...choices];
      const kinds = numbers.map((operand) => representationOf(operand, registers));
      if (kinds.includes("single")) return "single";
      if (kinds.includes("double") || kinds.includes("integer")) return "double";
      // Of constants alone: of the same digits as the sums that they are added to.
      return expression.operation !== "where" && !kinds.includes("mask") ? "double" : "single";
    }
  }
}
