/** How is each elementwise operation written in a kernel, and computed on the host? */
import { type BinaryOperation, type UnaryOperation, binaryScalar, castNumber, unaryScalar } from "@symloss/core/engine";
import { type Call, makeCall } from "./functions.ts";
import { callSource, source } from "./source.ts";

const call = (name: string, write: Call["write"], compute: Call["compute"], cost: number): Call =>
  makeCall({ name, write, compute, cost });

const ofFunction =
  (native: string): Call["write"] =>
  (...operands) =>
    callSource(native, operands);

const comparison = (operation: "equal" | "less" | "lessEqual", write: string, choose: string): Call =>
  makeCall({
    name: operation,
    write: ofFunction(write),
    choose: ofFunction(choose),
    compute: binaryScalar[operation],
    cost: 1,
  });

export const unaryCalls: Record<UnaryOperation, Call> = {
  neg: call("neg", (x) => source`(-${x!})`, unaryScalar.neg, 1),
  abs: call("abs", ofFunction("Math.abs"), unaryScalar.abs, 1),
  sign: call("sign", ofFunction("signOf"), unaryScalar.sign, 2),
  exp: call("exp", ofFunction("Math.exp"), unaryScalar.exp, 8),
  expm1: call("expm1", ofFunction("expm1Of"), unaryScalar.expm1, 16),
  log: call("log", ofFunction("logOf"), unaryScalar.log, 16),
  log1p: call("log1p", ofFunction("log1pOf"), unaryScalar.log1p, 16),
  sqrt: call("sqrt", ofFunction("Math.sqrt"), unaryScalar.sqrt, 4),
  tanh: call("tanh", ofFunction("tanhOf"), unaryScalar.tanh, 16),
  sigmoid: call("sigmoid", ofFunction("sigmoidOf"), unaryScalar.sigmoid, 12),
  softplus: call("softplus", ofFunction("softplusOf"), unaryScalar.softplus, 24),
  relu: call("relu", (x) => source`Math.max(${x!}, 0)`, unaryScalar.relu, 1),
  logicalNot: call("logicalNot", (x) => source`(1 - ${x!})`, unaryScalar.logicalNot, 1),
};

export const binaryCalls: Record<BinaryOperation, Call> = {
  add: call("add", (x, y) => source`(${x!} + ${y!})`, binaryScalar.add, 1),
  sub: call("sub", (x, y) => source`(${x!} - ${y!})`, binaryScalar.sub, 1),
  mul: call("mul", (x, y) => source`(${x!} * ${y!})`, binaryScalar.mul, 1),
  div: call("div", (x, y) => source`(${x!} / ${y!})`, binaryScalar.div, 4),
  pow: call("pow", ofFunction("powerOf"), binaryScalar.pow, 48),
  maximum: call("maximum", ofFunction("Math.max"), binaryScalar.maximum, 1),
  minimum: call("minimum", ofFunction("Math.min"), binaryScalar.minimum, 1),
  equal: comparison("equal", "isEqual", "chooseEqual"),
  less: comparison("less", "isLess", "chooseLess"),
  lessEqual: comparison("lessEqual", "isLessOrEqual", "chooseLessOrEqual"),
  logicalAnd: call("logicalAnd", (x, y) => source`(${x!} * ${y!})`, binaryScalar.logicalAnd, 1),
  logicalOr: call("logicalOr", ofFunction("Math.max"), binaryScalar.logicalOr, 1),
};

export const where: Call = call("where", ofFunction("choose"), (condition, x, y) => (condition !== 0 ? x! : y!), 1);
export const truncate: Call = call("truncate", ofFunction("truncated"), (x) => castNumber(x!, "int32"), 2);
export const isNotZero: Call = call("isNotZero", ofFunction("isNotZero"), (x) => castNumber(x!, "bool"), 1);
