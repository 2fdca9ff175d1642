/** How is a loop program written as WebAssembly, statement by statement? */
import type { DType } from "@symloss/core/engine";
import {
  type Address,
  type Expression,
  type Length,
  type Register,
  type Statement,
  type StatementOf,
  multiplyLengths,
} from "@symloss/loops";
import { type Expression as WasmExpression, doubles, floats, i32, i32x4, int, ints } from "../assembler/expression.ts";
import { accumulate, beginAccumulator } from "./accumulate.ts";
import { formulas } from "./formulas.ts";
import { finishReductions, writeLoop } from "./loop.ts";
import { elementBytes, isScalar, loadElements, storeElements } from "./memory-access.ts";
import { type Context, type Position, setValue, valueOf, weighted } from "./position.ts";
import { writeMapRows } from "./rows.ts";
import { writeMultiply } from "./tiled-matmul.ts";
import { writeUpdate } from "./update.ts";
import { type Value, held, integers, scalarOf, uniformInteger } from "./value.ts";

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
    case "mapRows":
      writeMapRows(statement, position.context);
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
    case "load": {
      const value = loadElements(expression.buffer, expression.address, position);
      // Where a maximum of integers begins at -Infinity, all of them are kept as doubles.
      const isKept = dtype === "int32" && value.kind === "double";
      return isKept ? formulas.toInt32([value], { position, result: "integer", dtype }) : value;
    }
    case "address":
      return valueOfAddress(expression.address, position);
    case "apply": {
      const operands = expression.operands.map((operand) => valueOf(operand, position));
      const result = position.context.registers.get(register)!;
      if (expression.operation === "mul" && result === "single")
        position.vector?.products.set(register, operands as [Value, Value]);
      return formulas[expression.operation](operands, { position, result, dtype });
    }
  }
}

function valueOfAddress({ constant, terms }: Address, position: Position): Value {
  const parts = terms.map(({ operand, stride }) => [valueOf(operand, position), stride] as const);
  if (parts.every(([value]) => isScalar(value)))
    return uniformInteger(
      weighted(
        parts.map(([value, stride]) => [scalarOf(value), stride]),
        constant,
        position.context,
      ),
    );
  const everywhere = (length: Length): WasmExpression<"v128"> =>
    typeof length === "number" ? ints(length) : i32x4.splat(position.context.length(length));
  const lanes = parts.map(([value, stride]) => i32x4.mul(integers(value), everywhere(stride)));
  return { kind: "integer", lanes: lanes.reduce((left, right) => i32x4.add(left, right), everywhere(constant)) };
}

/** Sets all elements of a buffer: a length of whole vectors, which its allocation is rounded up to. */
function writeFill({ buffer, value }: StatementOf<"fill">, context: Context): void {
  const { writer, buffers } = context;
  const representation = buffers.get(buffer);
  if (buffer.size === 0) return;
  const size = context.length(multiplyLengths(buffer.size, elementBytes(buffer, representation)));
  const bytes = i32.and(i32.add(size, int(15)), int(-16));
  const begin = context.baseOf(buffer);
  if (value === 0) {
    writer.fillBytes(begin, int(0), bytes);
    return;
  }
  const lanes = {
    single: floats(value),
    double: doubles(value),
    integer: ints(Math.max(value, -0x80000000)),
    mask: ints(value === 0 ? 0 : -1),
  }[representation ?? "single"];
  const pointer = writer.define(begin);
  const end = writer.define(i32.add(begin, bytes));
  writer.repeat(
    () => {
      writer.store("v128.store", pointer, lanes);
      writer.set(pointer, i32.add(pointer, int(16)));
    },
    () => i32.lt_u(pointer, end),
  );
}
