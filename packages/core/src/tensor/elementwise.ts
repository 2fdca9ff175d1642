/** Which functions work element by element? Their operands promote and broadcast as in NumPy. */
import type { DType } from "../array/dtype.ts";
import { checkDType } from "../array/type-check.ts";
import { type TensorLike, type Tensor, makeTensor } from "./tensor.ts";
import { asTensor, asTensors, broadcastTogether, toDType, toFloat } from "./operand.ts";
import type { BinaryOperation, UnaryOperation } from "./operation.ts";

const pairNames = ["x", "y"] as const;

/** x + y */
export function add(x: TensorLike, y: TensorLike): Tensor {
  return arithmetic("add", x, y);
}

/** x - y */
export function sub(x: TensorLike, y: TensorLike): Tensor {
  return arithmetic("sub", x, y);
}

/** x y */
export function mul(x: TensorLike, y: TensorLike): Tensor {
  return arithmetic("mul", x, y);
}

/** x / y; a quotient of integers is float32. */
export function div(x: TensorLike, y: TensorLike): Tensor {
  const [left, right] = broadcastTogether("div", pairNames, asTensors("div", { x, y }));
  return makeTensor("div", [toFloat(left!), toFloat(right!)], {});
}

/** x to the power y. */
export function pow(x: TensorLike, y: TensorLike): Tensor {
  return arithmetic("pow", x, y);
}

/** The larger of x and y; NaN if either is. If they are equal, each gets half of the gradient. */
export function maximum(x: TensorLike, y: TensorLike): Tensor {
  return arithmetic("maximum", x, y);
}

/** The smaller of x and y; NaN if either is. If they are equal, each gets half of the gradient. */
export function minimum(x: TensorLike, y: TensorLike): Tensor {
  return arithmetic("minimum", x, y);
}

/** Whether x = y; false for NaN. */
export function equal(x: TensorLike, y: TensorLike): Tensor {
  return binary("equal", x, y);
}

/** Whether x and y differ; true for NaN. */
export function notEqual(x: TensorLike, y: TensorLike): Tensor {
  return makeTensor("logicalNot", [binary("equal", x, y, "notEqual")], {});
}

/** Whether x < y; false for NaN. */
export function less(x: TensorLike, y: TensorLike): Tensor {
  return binary("less", x, y);
}

/** Whether x <= y; false for NaN. */
export function lessEqual(x: TensorLike, y: TensorLike): Tensor {
  return binary("lessEqual", x, y);
}

/** Whether x > y; false for NaN. */
export function greater(x: TensorLike, y: TensorLike): Tensor {
  const [left, right] = pair("greater", x, y);
  return makeTensor("less", [right, left], {});
}

/** Whether x >= y; false for NaN. */
export function greaterEqual(x: TensorLike, y: TensorLike): Tensor {
  const [left, right] = pair("greaterEqual", x, y);
  return makeTensor("lessEqual", [right, left], {});
}

/** Whether x and y are both true; a number is true if it is not 0. */
export function logicalAnd(x: TensorLike, y: TensorLike): Tensor {
  return logical("logicalAnd", x, y);
}

/** Whether x or y is true; a number is true if it is not 0. */
export function logicalOr(x: TensorLike, y: TensorLike): Tensor {
  return logical("logicalOr", x, y);
}

/** Whether x is false; a number is true if it is not 0. */
export function logicalNot(x: TensorLike): Tensor {
  return makeTensor("logicalNot", [toDType(asTensor(x, "logicalNot", "x"), "bool")], {});
}

/** -x */
export function neg(x: TensorLike): Tensor {
  return number("neg", x);
}

/** |x|; its derivative at 0 is 0. */
export function abs(x: TensorLike): Tensor {
  return number("abs", x);
}

/** -1, 0 or 1 if x is below, at or above 0; NaN for NaN. */
export function sign(x: TensorLike): Tensor {
  return number("sign", x);
}

/** max(x, 0); NaN for NaN; its derivative at 0 is 0. */
export function relu(x: TensorLike): Tensor {
  return number("relu", x);
}

/** e to the power x. */
export function exp(x: TensorLike): Tensor {
  return float("exp", x);
}

/** exp(x) - 1, exact near 0. */
export function expm1(x: TensorLike): Tensor {
  return float("expm1", x);
}

/** The natural logarithm of x. */
export function log(x: TensorLike): Tensor {
  return float("log", x);
}

/** log(1 + x), exact near 0. */
export function log1p(x: TensorLike): Tensor {
  return float("log1p", x);
}

/** The square root of x. */
export function sqrt(x: TensorLike): Tensor {
  return float("sqrt", x);
}

/** x x */
export function square(x: TensorLike): Tensor {
  const tensor = asTensor(x, "square", "x");
  return mul(tensor, tensor);
}

/** The hyperbolic tangent of x. */
export function tanh(x: TensorLike): Tensor {
  return float("tanh", x);
}

/** The error function of x: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export function erf(x: TensorLike): Tensor {
  return float("erf", x);
}

/**
 * The angle from -pi / 2 to pi / 2 whose tangent is x.
 * @example await evaluate(atan([0, 1, -Infinity]), { engine }) // [0, 0.785398, -1.570796]
 */
export function atan(x: TensorLike): Tensor {
  return float("atan", x);
}

/**
 * The logarithm of the absolute value of the gamma function, log((x - 1)!) of whole numbers; Infinity at its poles 0, -1, -2 and so on.
 * @example await evaluate(lgamma([1, 2, 5, 0.5, 0]), { engine }) // [0, 0, 3.178054, 0.572365, Infinity]
 */
export function lgamma(x: TensorLike): Tensor {
  return float("lgamma", x);
}

/**
 * The derivative of lgamma; NaN at its poles -1, -2 and so on, and at 0 an infinity with the sign of -1 / x.
 * @example await evaluate(digamma([1, 2, 0]), { engine }) // [-0.577216, 0.422784, -Infinity]
 */
export function digamma(x: TensorLike): Tensor {
  return float("digamma", x);
}

/** 1 / (1 + exp(-x)), accurate in both tails. */
export function sigmoid(x: TensorLike): Tensor {
  return float("sigmoid", x);
}

/** log(1 + exp(x)), without overflow and accurate in the left tail. */
export function softplus(x: TensorLike): Tensor {
  return float("softplus", x);
}

/** Whether x is NaN. */
export function isNaN(x: TensorLike): Tensor {
  const tensor = asTensor(x, "isNaN", "x");
  return notEqual(tensor, tensor);
}

/**
 * x where the condition holds, else y. The side that is not selected does not affect the value, and its gradient is 0; but if its
 * own derivative is infinite, 0 times infinity is NaN: select the operand instead, `where(c, x, 1).log()`.
 */
export function where(condition: TensorLike, x: TensorLike, y: TensorLike): Tensor {
  const choice = toDType(asTensor(condition, "where", "condition"), "bool");
  const [left, right] = asTensors("where", { x, y });
  return makeTensor("where", broadcastTogether("where", ["condition", "x", "y"], [choice, left!, right!]), {});
}

/** The elements converted to another dtype: to int32 they are truncated and saturated (NaN becomes 0), to bool they become `x != 0`. */
export function cast(x: TensorLike, dtype: DType): Tensor {
  checkDType("cast", dtype);
  return toDType(asTensor(x, "cast", "x"), dtype);
}

/** x limited to the range from `low` to `high`. */
export function clip(x: TensorLike, low: TensorLike, high: TensorLike): Tensor {
  return minimum(maximum(x, low), high);
}

/**
 * weights times values, but 0 if the weight is 0 and the value infinite: 0 log 0 = 0. NaN is carried.
 * The gradient with respect to the values is the weights; with respect to a weight it is the value, or 0 in that same case.
 */
export function weightedBy(values: TensorLike, weights: TensorLike): Tensor {
  const [x, w] = broadcastTogether("weightedBy", ["values", "weights"], asTensors("weightedBy", { values, weights }));
  const dropped = logicalAnd(equal(w!, 0), equal(abs(x!), Infinity));
  return mul(w!, where(dropped, 0, x!));
}

function pair(operation: string, x: TensorLike, y: TensorLike): [Tensor, Tensor] {
  return broadcastTogether(operation, pairNames, asTensors(operation, { x, y })) as [Tensor, Tensor];
}

function binary(operation: BinaryOperation, x: TensorLike, y: TensorLike, caller: string = operation): Tensor {
  return makeTensor(operation, pair(caller, x, y), {});
}

/** Arithmetic on two bools is done in int32. */
function arithmetic(operation: BinaryOperation, x: TensorLike, y: TensorLike): Tensor {
  const [left, right] = pair(operation, x, y);
  const dtype = left.dtype === "bool" ? "int32" : left.dtype;
  return makeTensor(operation, [toDType(left, dtype), toDType(right, dtype)], {});
}

function logical(operation: "logicalAnd" | "logicalOr", x: TensorLike, y: TensorLike): Tensor {
  const operands = [toDType(asTensor(x, operation, "x"), "bool"), toDType(asTensor(y, operation, "y"), "bool")];
  return makeTensor(operation, broadcastTogether(operation, pairNames, operands), {});
}

function number(operation: UnaryOperation, x: TensorLike): Tensor {
  const tensor = asTensor(x, operation, "x");
  return makeTensor(operation, [tensor.dtype === "bool" ? toDType(tensor, "int32") : tensor], {});
}

function float(operation: UnaryOperation, x: TensorLike): Tensor {
  return makeTensor(operation, [toFloat(asTensor(x, operation, "x"))], {});
}
