/** What does a kernel compute at one point? A tree of names, numbers and operations, so that its dependencies can be queried. */
import { type Source, integerSource, numberSource } from "./source.ts";

/** A variable of a kernel, by the letter of its kind and a number: an argument, index, sum, texel or value. */
export interface Name {
  readonly kind: "name";
  readonly letter: "a" | "i" | "s" | "t" | "v";
  readonly number: number;
}

/** A constant. */
export interface Literal {
  readonly kind: "literal";
  readonly text: Source;
}

/** An operation on other expressions. */
export type Operation =
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly Expression[] }
  | { readonly kind: "binary"; readonly operator: "+" | "-" | "*" | "/"; readonly operands: readonly Expression[] }
  /** The element of the first operand at the index given by the second. */
  | { readonly kind: "element" | "less" | "scaled"; readonly operands: readonly Expression[] }
  | { readonly kind: "negation" | "product"; readonly operands: readonly Expression[] }
  | { readonly kind: "sum"; readonly operands: readonly Expression[]; readonly constant: number };

export type Expression = Name | Literal | Operation;

/** An integer. Throws `EngineError` for anything else, which a graph made by hand may contain. */
export function integer(value: number): Literal {
  return { kind: "literal", text: integerSource(value) };
}

/** A number as float32. Throws `EngineError` if it is not a number. */
export function number(value: number): Literal {
  return { kind: "literal", text: numberSource(value) };
}

/** A call of a function of the shader or of gpu.js. */
export function call(name: string, ...operands: readonly Expression[]): Expression {
  return { kind: "call", name, operands };
}

export function binary(operator: "+" | "-" | "*" | "/", left: Expression, right: Expression): Expression {
  return { kind: "binary", operator, operands: [left, right] };
}

export function negation(operand: Expression): Expression {
  return { kind: "negation", operands: [operand] };
}

/** The element of an array, or the channel of a texel, at an index. */
export function element(of: Expression, index: Expression): Expression {
  return { kind: "element", operands: [of, index] };
}

/** Whether an index is less than a length. */
export function less(index: Expression, length: Expression): Expression {
  return { kind: "less", operands: [index, length] };
}

/** The product of conditions, which holds if all of them do. */
export function product(conditions: readonly Expression[]): Expression {
  return conditions.length === 1 ? conditions[0]! : { kind: "product", operands: conditions };
}

/** An index times a factor. */
export function scaled(index: Expression, factor: number): Expression {
  return factor === 1 ? index : { kind: "scaled", operands: [index, integer(factor)] };
}

/** The sum of indices and a constant. */
export function sumOf(indices: readonly Expression[], constant: number): Expression {
  if (indices.length === 0) return integer(constant);
  return indices.length === 1 && constant === 0 ? indices[0]! : { kind: "sum", operands: indices, constant };
}

/** Visits the names the expression depends on, once for each occurrence. */
export function visitNames(expression: Expression, visit: (name: Name) => void): void {
  if (expression.kind === "literal") return;
  if (expression.kind === "name") visit(expression);
  else for (const operand of expression.operands) visitNames(operand, visit);
}

/** The expression with names replaced; the same object if none changes. */
export function renameIn(expression: Expression, rename: (name: Name) => Name): Expression {
  if (expression.kind === "literal") return expression;
  if (expression.kind === "name") return rename(expression);
  const operands = expression.operands.map((operand) => renameIn(operand, rename));
  return operands.every((operand, index) => operand === expression.operands[index])
    ? expression
    : { ...expression, operands };
}
