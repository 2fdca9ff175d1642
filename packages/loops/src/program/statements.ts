/** Which statements does a body contain, and what does each read and write? */
import type { Length } from "./length.ts";
import type { Address, Buffer, Operand, Register, Statement } from "./program.ts";

/** All statements, including those inside others; what a statement reads comes before it. */
export function allStatements<L extends Length>(statements: readonly Statement<L>[]): Statement<L>[] {
  const all: Statement<L>[] = [];
  gather(statements, all);
  return all;
}

function gather<L extends Length>(statements: readonly Statement<L>[], all: Statement<L>[]): void {
  for (const statement of statements) {
    if (statement.kind === "multiply") {
      for (const { line, depth } of [statement.rows, statement.columns])
        for (const { body } of [line, depth]) gather(body, all);
    }
    all.push(statement);
    if (statement.kind === "loop") gather(statement.body, all);
    if (statement.kind === "multiply")
      for (const { body } of [statement.epilogue.row, statement.epilogue.column]) gather(body, all);
  }
}

/** The buffers that a statement reads or writes by itself. */
export function buffersOf<L extends Length>(statement: Statement<L>): readonly Buffer<L>[] {
  switch (statement.kind) {
    case "let":
      return statement.expression.kind === "load" ? [statement.expression.buffer] : [];
    case "fill":
    case "store":
    case "update":
      return [statement.buffer];
    case "multiply":
      return [statement.rows.buffer, statement.columns.buffer, statement.sums];
    case "mapRows": {
      const { source, target, scratch } = statement;
      return scratch === undefined ? [source, target] : [source, target, scratch];
    }
    case "accumulator":
    case "accumulate":
    case "loop":
      return [];
  }
}

/** The operands that a statement reads by itself. */
export function operandsOf<L extends Length>(statement: Statement<L>): readonly Operand<L>[] {
  return [...valuesOf(statement), ...addressedBy(statement)];
}

/** Those of them that are numbers, not parts of addresses. */
export function valuesOf<L extends Length>(statement: Statement<L>): readonly Operand<L>[] {
  switch (statement.kind) {
    case "let":
      return statement.expression.kind === "apply" ? statement.expression.operands : [];
    case "accumulate":
      return statement.position === undefined ? [statement.value] : [statement.value, statement.position.index];
    case "store":
      return [statement.value];
    case "update":
      return statement.within === undefined ? [statement.value] : [statement.value, statement.within.operand];
    case "multiply":
      return [statement.rows.element, statement.columns.element];
    case "accumulator":
    case "fill":
    case "loop":
    case "mapRows":
      return [];
  }
}

/** The operands of addresses. */
function addressedBy<L extends Length>(statement: Statement<L>): readonly Operand<L>[] {
  const address = addressIn(statement);
  return address === undefined ? [] : address.terms.map(({ operand }) => operand);
}

function addressIn<L extends Length>(statement: Statement<L>): Address<L> | undefined {
  switch (statement.kind) {
    case "let":
      return statement.expression.kind === "apply" ? undefined : statement.expression.address;
    case "store":
    case "update":
      return statement.address;
    case "accumulator":
    case "accumulate":
    case "fill":
    case "loop":
    case "mapRows":
    case "multiply":
      return undefined;
  }
}

/** The registers that a statement defines. */
export function registersOf<L extends Length>(statement: Statement<L>): readonly Register[] {
  switch (statement.kind) {
    case "accumulator":
      return statement.position === undefined ? [statement.register] : [statement.register, statement.position];
    case "let":
      return [statement.register];
    case "multiply":
      return [statement.epilogue.element];
    case "accumulate":
    case "fill":
    case "loop":
    case "mapRows":
    case "store":
    case "update":
      return [];
  }
}

/** The largest register that these statements define, or -1. */
export function lastRegister<L extends Length>(statements: readonly Statement<L>[]): Register {
  let last = -1;
  for (const statement of allStatements(statements))
    for (const register of registersOf(statement)) last = Math.max(last, register);
  return last;
}
