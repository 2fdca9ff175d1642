/** What does a statement of a loop become in one of its iterations that is written out? */
import { addLengths, multiplyLengths } from "../program/length.ts";
import type { Address, Expression, Operand, Register, Statement } from "../program/program.ts";

/** An iteration that is written out, alone or with others. */
export interface Iteration {
  /** The index of the loop. */
  readonly index: number;
  readonly number: number;
  /** How many iterations one of what is left of the loop has; 0 if nothing is left of it. */
  readonly step: number;
  /** The registers that have another name in this iteration. */
  readonly renamed: ReadonlyMap<Register, Register>;
}

/** A statement as it is in an iteration. Loops, products, updates that may be out of range, and fills can't be written out. */
export function inIteration(statement: Statement, iteration: Iteration): Statement {
  switch (statement.kind) {
    case "let": {
      const { register, expression } = statement;
      return {
        ...statement,
        register: registerIn(register, iteration),
        expression: expressionIn(expression, iteration),
      };
    }
    case "accumulator": {
      const { register, position } = statement;
      const moved = position === undefined ? undefined : registerIn(position, iteration);
      return { ...statement, register: registerIn(register, iteration), position: moved };
    }
    case "accumulate": {
      const { register, value, position } = statement;
      return {
        ...statement,
        register: registerIn(register, iteration),
        value: operandIn(value, iteration),
        position: position === undefined ? undefined : { ...position, index: operandIn(position.index, iteration) },
      };
    }
    case "store":
    case "update":
      return {
        ...statement,
        address: addressIn(statement.address, iteration),
        value: operandIn(statement.value, iteration),
      };
    case "fill":
    case "loop":
    case "mapRows":
    case "multiply":
      throw new Error(`loops: a ${statement.kind} must not stand in a loop that is written out.`);
  }
}

function registerIn(register: Register, { renamed }: Iteration): Register {
  return renamed.get(register) ?? register;
}

function operandIn(operand: Operand, iteration: Iteration): Operand {
  if (operand.kind === "register") return { kind: "register", register: registerIn(operand.register, iteration) };
  return isIndex(operand, iteration.index) && iteration.step === 0
    ? { kind: "constant", value: iteration.number }
    : operand;
}

function expressionIn(expression: Expression, iteration: Iteration): Expression {
  return expression.kind === "apply"
    ? { ...expression, operands: expression.operands.map((operand) => operandIn(operand, iteration)) }
    : { ...expression, address: addressIn(expression.address, iteration) };
}

function addressIn({ constant, terms }: Address, { index, number, step, renamed }: Iteration): Address {
  const ofLoop = terms.filter(({ operand }) => isIndex(operand, index));
  const left = terms.flatMap(({ operand, stride }) => {
    if (!isIndex(operand, index)) return [{ operand: operandIn(operand, { index, number, step, renamed }), stride }];
    return step === 0 ? [] : [{ operand, stride: multiplyLengths(step, stride) }];
  });
  return {
    constant: ofLoop.reduce((sum, { stride }) => addLengths(sum, multiplyLengths(number, stride)), constant),
    terms: left,
  };
}

/** Whether an operand is the index of this loop. */
export function isIndex(operand: Operand, index: number): boolean {
  return operand.kind === "index" && operand.index === index;
}

/** Whether an operand differs from iteration to iteration of this loop, in which these registers do. */
export function isOwn(operand: Operand, index: number, own: ReadonlySet<Register>): boolean {
  return isIndex(operand, index) || (operand.kind === "register" && own.has(operand.register));
}
