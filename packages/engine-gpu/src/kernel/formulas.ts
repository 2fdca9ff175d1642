/** How is each elementwise operation computed from single elements, in a kernel and on the host? */
import { type BinaryOperation, type UnaryOperation, binaryScalar, castNumber, unaryScalar } from "@symloss/core/engine";
import { type Expression, binary, call, integer, negation } from "./expression.ts";

/** How one element is computed from the operands' elements. */
export interface Formula {
  readonly name: string;
  /** In a kernel. */
  readonly express: (...operands: readonly Expression[]) => Expression;
  /** For a comparison: one of two further operands, depending on its outcome. */
  readonly choose?: (...operands: readonly Expression[]) => Expression;
  /** On the host, in float64. */
  readonly compute: (...operands: readonly number[]) => number;
  /** The cost, roughly in additions: an expensive result is not computed twice. */
  readonly cost: number;
}

type Express = Formula["express"];

const formula = (name: string, express: Express, compute: Formula["compute"], cost: number): Formula => ({
  name,
  express,
  compute,
  cost,
});

const callOf =
  (name: string): Express =>
  (...operands) =>
    call(name, ...operands);

const operatorOf =
  (operator: "+" | "-" | "*" | "/"): Express =>
  (x, y) =>
    binary(operator, x!, y!);

const comparison = (operation: "equal" | "less" | "lessEqual", express: string, choose: string): Formula => ({
  name: operation,
  express: callOf(express),
  choose: callOf(choose),
  compute: binaryScalar[operation],
  cost: 1,
});

export const unaryFormulas: Record<UnaryOperation, Formula> = {
  neg: formula("neg", (x) => negation(x!), unaryScalar.neg, 1),
  abs: formula("abs", callOf("Math.abs"), unaryScalar.abs, 1),
  sign: formula("sign", callOf("signOf"), unaryScalar.sign, 2),
  exp: formula("exp", callOf("Math.exp"), unaryScalar.exp, 8),
  expm1: formula("expm1", callOf("expm1Of"), unaryScalar.expm1, 16),
  log: formula("log", callOf("logOf"), unaryScalar.log, 16),
  log1p: formula("log1p", callOf("log1pOf"), unaryScalar.log1p, 16),
  sqrt: formula("sqrt", callOf("Math.sqrt"), unaryScalar.sqrt, 4),
  tanh: formula("tanh", callOf("tanhOf"), unaryScalar.tanh, 16),
  erf: formula("erf", callOf("erfOf"), unaryScalar.erf, 32),
  atan: formula("atan", callOf("atanOf"), unaryScalar.atan, 24),
  lgamma: formula("lgamma", callOf("lgammaOf"), unaryScalar.lgamma, 64),
  digamma: formula("digamma", callOf("digammaOf"), unaryScalar.digamma, 64),
  sigmoid: formula("sigmoid", callOf("sigmoidOf"), unaryScalar.sigmoid, 12),
  softplus: formula("softplus", callOf("softplusOf"), unaryScalar.softplus, 24),
  relu: formula("relu", (x) => call("Math.max", x!, integer(0)), unaryScalar.relu, 1),
  logicalNot: formula("logicalNot", (x) => binary("-", integer(1), x!), unaryScalar.logicalNot, 1),
};

export const binaryFormulas: Record<BinaryOperation, Formula> = {
  add: formula("add", operatorOf("+"), binaryScalar.add, 1),
  sub: formula("sub", operatorOf("-"), binaryScalar.sub, 1),
  mul: formula("mul", operatorOf("*"), binaryScalar.mul, 1),
  div: formula("div", operatorOf("/"), binaryScalar.div, 4),
  pow: formula("pow", callOf("powerOf"), binaryScalar.pow, 48),
  maximum: formula("maximum", callOf("Math.max"), binaryScalar.maximum, 1),
  minimum: formula("minimum", callOf("Math.min"), binaryScalar.minimum, 1),
  equal: comparison("equal", "isEqual", "chooseEqual"),
  less: comparison("less", "isLess", "chooseLess"),
  lessEqual: comparison("lessEqual", "isLessOrEqual", "chooseLessOrEqual"),
  logicalAnd: formula("logicalAnd", operatorOf("*"), binaryScalar.logicalAnd, 1),
  logicalOr: formula("logicalOr", callOf("Math.max"), binaryScalar.logicalOr, 1),
};

export const where: Formula = formula("where", callOf("choose"), (condition, x, y) => (condition !== 0 ? x! : y!), 1);
export const truncate: Formula = formula("truncate", callOf("truncated"), (x) => castNumber(x!, "int32"), 2);
export const isNotZero: Formula = formula("isNotZero", callOf("isNotZero"), (x) => castNumber(x!, "bool"), 1);
