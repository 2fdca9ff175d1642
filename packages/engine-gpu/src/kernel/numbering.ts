/** Which expressions are the same? Value numbering: expressions that compute the same from the same names share a number. */
import type { Expression } from "./expression.ts";

/** The number of an expression. */
export type Numbering = (expression: Expression) => number;

/** An empty numbering. */
export function makeNumbering(): Numbering {
  const known = new Map<string, number>();
  /** Trees share branches: each is visited once. */
  const seen = new Map<Expression, number>();
  const numberOf = (expression: Expression): number => {
    const found = seen.get(expression);
    if (found !== undefined) return found;
    const key = keyOf(expression, numberOf);
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    seen.set(expression, number);
    return number;
  };
  return numberOf;
}

function keyOf(expression: Expression, numberOf: Numbering): string {
  switch (expression.kind) {
    case "name":
      return `${expression.letter}${expression.number}`;
    case "literal":
      return `=${expression.text}`;
    default:
      return `${headOf(expression)}(${expression.operands.map(numberOf).join()})`;
  }
}

function headOf(operation: Exclude<Expression, { kind: "name" | "literal" }>): string {
  switch (operation.kind) {
    case "call":
      return `call ${operation.name}`;
    case "binary":
      return operation.operator;
    case "sum":
      return `sum ${operation.constant}`;
    default:
      return operation.kind;
  }
}
