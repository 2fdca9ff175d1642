/** How is a loop program written as WebAssembly, statement by statement? */
import type { DType } from "@symloss/core/engine";
import type { Expression, Register, Statement, StatementOf } from "@symloss/loops";
import { doubles, floats, i32, int, ints } from "../assembler/expression.ts";
import { accumulate, beginAccumulator } from "./accumulate.ts";
import { formulas } from "./formulas.ts";
import { finishReductions, writeLoop } from "./loop.ts";
import { elementBytes, loadElements, storeElements } from "./memory-access.ts";
import { type Context, type Position, setValue, valueOf, weighted } from "./position.ts";
import { writeMultiply } from "./tiled-matmul.ts";
import { writeUpdate } from "./update.ts";
import { type Value, held, scalarOf, uniformInteger } from "./value.ts";

export function writeAll(statements: readonly Statement[], position: Position): void {
  const begun = new Set<Register>();
  for (const statement of statements) {
    write(statement, position);
    if (statement.kind === "accumulator") begun.add(statement.register);
    else finishReductions(statement, begun, position);
  }
}

function write(statement: Statement, position: Position): void {
  switch (statement.kind) {
    case "let":
      setValue(statement.register, computed(statement, position), position);
      return;
    case "accumulator":
      beginAccumulator(statement, position.context);
      return;
    case "accumulate":
      accumulate(statement, position);
      return;
    case "loop":
      writeLoop(statement, { kind: "all", extent: statement.extent }, position, writeAll);
      return;
    case "fill":
      writeFill(statement, position.context);
      return;
    case "store":
      storeElements(statement.buffer, statement.address, valueOf(statement.value, position), position);
      return;
    case "multiply":
      writeMultiply(statement, position, writeAll);
      return;
    case "update":
      writeUpdate(statement, position);
  }
}

function computed({ register, expression, dtype }: StatementOf<"let">, position: Position): Value {
  return held(position.context.writer, valueOfExpression(register, expression, dtype, position));
}

function valueOfExpression(register: Register, expression: Expression, dtype: DType, position: Position): Value {
  switch (expression.kind) {
    case "load":
      return loadElements(expression.buffer, expression.address, position);
    case "address": {
      const { constant, terms } = expression.address;
      const parts = terms.map(({ operand, stride }) => [scalarOf(valueOf(operand, position)), stride] as const);
      return uniformInteger(weighted(parts, constant));
    }
    case "apply": {
      const operands = expression.operands.map((operand) => valueOf(operand, position));
      const result = position.context.representations.registers.get(register)!;
      return formulas[expression.operation](operands, { position, result, dtype });
    }
  }
}

/** Sets all elements of a buffer: a length of whole vectors, which its allocation is rounded up to. */
function writeFill({ buffer, value }: StatementOf<"fill">, context: Context): void {
  const { writer, representations } = context;
  const representation = representations.buffers.get(buffer);
  const bytes = Math.ceil((buffer.size * elementBytes(buffer, representation)) / 16) * 16;
  if (bytes === 0) return;
  const begin = context.baseOf(buffer);
  if (value === 0) {
    writer.fillBytes(begin, int(0), int(bytes));
    return;
  }
  const lanes = { single: floats(value), double: doubles(value), integer: ints(value), mask: ints(value === 0 ? 0 : -1) }[
    representation ?? "single"
  ];
  const pointer = writer.define(begin);
  const end = writer.define(i32.add(begin, int(bytes)));
  writer.repeat(
    () => {
      writer.store("v128.store", pointer, lanes);
      writer.set(pointer, i32.add(pointer, int(16)));
    },
    () => i32.lt_u(pointer, end),
  );
}

