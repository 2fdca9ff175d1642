/** How is a loop program printed as JavaScript? */
import type { DType } from "@symloss/core/engine";
import type { Buffer, Expression, Program, Statement, StatementOf } from "@symloss/loops";
import { printAccumulate, printAccumulator, printLargest } from "./accumulate.ts";
import { findConditions } from "./conditions.ts";
import { type Formula, type Site, formulas } from "./formulas.ts";
import { type LengthNames, lengthPrinter } from "./lengths.ts";
import { printLoop } from "./loop.ts";
import {
  type Context,
  type Position,
  outermost,
  printAddress,
  printElement,
  printOperand,
  printRegister,
} from "./position.ts";
import { printMapRows } from "./rows.ts";
import { literal, name } from "./text.ts";
import { printMultiply } from "./tiled-matmul.ts";

/** A program as the text of a function. */
export interface PrintedProgram {
  /** A function of the buffers and of lengths, in their order; uses the names of the library and the arrays `S` and `H`. */
  readonly source: string;
  readonly buffers: readonly Buffer[];
  /** The positions of the lengths that it is given after the buffers. */
  readonly lengths: readonly number[];
  /** What `S` holds before the first run. */
  readonly slots: readonly number[];
}

/** The program in JavaScript. */
export function printProgram(program: Program, names: LengthNames): PrintedProgram {
  const lengths = new Set<number>();
  const buffers = new Map<Buffer, string>();
  const slots: number[] = [];
  const length = lengthPrinter(names, (position) => lengths.add(position));
  const body = printAll(program.body, outermost(makeContext(program, buffers, length, slots)));
  const parameters = [...buffers.values(), ...[...lengths].map((position) => name("n", position))];
  return {
    source: `function(${parameters.join()}){\n${body}}`,
    buffers: [...buffers.keys()],
    lengths: [...lengths],
    slots,
  };
}

/** The context of a program; it records the buffers and slots that are used. */
function makeContext(
  { body }: Program,
  buffers: Map<Buffer, string>,
  length: Context["length"],
  slots: number[],
): Context {
  let names = 0;
  return {
    bufferName(buffer) {
      if (!buffers.has(buffer)) buffers.set(buffer, name("b", buffer.id));
      return buffers.get(buffer)!;
    },
    length,
    predictable: new Set(),
    conditions: findConditions(body),
    comparisons: new Map(),
    name: () => `t${names++}`,
    slots(initial) {
      slots.push(...initial);
      return slots.length - initial.length;
    },
  };
}

function printAll(statements: readonly Statement[], position: Position): string {
  return statements.map((statement) => print(statement, position)).join("");
}

function print(statement: Statement, position: Position): string {
  switch (statement.kind) {
    case "let":
      return printLet(statement, position);
    case "accumulator":
      return printAccumulator(statement);
    case "accumulate":
      return printAccumulate(statement, position);
    case "loop":
      return printLoop(statement, position, printAll);
    case "fill":
      return `${position.context.bufferName(statement.buffer)}.fill(${literal(statement.value)});\n`;
    case "store":
      return `${printElement(statement.buffer, statement.address, position)}=${printOperand(statement.value, position)};\n`;
    case "mapRows":
      return printMapRows(statement, position);
    case "multiply":
      return printMultiply(statement, position, printAll);
    case "update":
      return printUpdate(statement, position);
  }
}

function printLet({ register, expression, dtype }: StatementOf<"let">, position: Position): string {
  const { before, result, test } = printExpression(expression, dtype, position);
  const own = printRegister(register, position);
  const { conditions, predictable, comparisons } = position.context;
  const isInline = conditions.inline.has(register);
  const said = isInline ? `(${test ?? result})` : own;
  if (conditions.predictable.has(register)) predictable.add(said);
  if (!isInline) return `${before}const ${own}=${result};\n`;
  comparisons.set(own, said);
  return "";
}

function printExpression(expression: Expression, dtype: DType, position: Position): Formula {
  switch (expression.kind) {
    case "load": {
      const element = printElement(expression.buffer, expression.address, position);
      return { before: "", result: expression.buffer.dtype === "bool" ? `(${element}!==0)|0` : element };
    }
    case "address":
      return { before: "", result: printAddress(expression.address, position) };
    case "apply": {
      const operands = expression.operands.map((operand) => printOperand(operand, position));
      return formulas[expression.operation](operands, siteAt(position, dtype));
    }
  }
}

function siteAt({ hot, context }: Position, dtype: DType): Site {
  const { name, slots, predictable } = context;
  return { dtype, hot, name, slots, isPredictable: (condition) => predictable.has(condition) };
}

function printUpdate(statement: StatementOf<"update">, position: Position): string {
  const { buffer, address, reduction, value, within } = statement;
  const at = position.context.name();
  const operand = printOperand(value, position);
  const element = `${position.context.bufferName(buffer)}[${at}]`;
  const update = reduction === "sum" ? `${element}+=${operand};\n` : printLargest(element, operand);
  const index = within === undefined ? "" : printOperand(within.operand, position);
  const inside = within === undefined ? "" : `if(${index}>=0&&${index}<${position.context.length(within.size)})`;
  return `const ${at}=${printAddress(address, position)};${inside}${update}`;
}
