/** Which values have a form that can be computed better? */
import type { DType } from "@symloss/core/engine";
import type { ScalarOperation } from "../program/program.ts";
import type { Value, ValueOf, Values } from "./element.ts";

export function rounded(value: Value, values: Values): Value {
  return value.exact ? value : values.apply("round", [value], value.dtype);
}

export function isNonNegative(value: Value): boolean {
  return (
    value.kind === "apply" && (value.operation === "abs" || value.operation === "exp" || value.operation === "relu")
  );
}

export function isPositiveConstant(value: Value): value is ValueOf<"constant"> {
  return value.kind === "constant" && value.value > 1e-30 && value.value < 1e30;
}

/** -|x|, or x less the largest of all x. */
export function isNonPositive(value: Value): boolean {
  if (value.kind !== "apply") return false;
  const [x, y] = value.operands;
  if (value.operation === "neg") return x!.kind === "apply" && x!.operation === "abs";
  return value.operation === "sub" && y!.kind === "reduce" && y!.reduction === "max" && y!.operand === x;
}

/** The condition and the value of where(c, 0, x) - where(c, x, 0), which is -x where c holds, else x. */
export function flippedBy(left: Value, right: Value): [Value, Value] | undefined {
  if (left.kind !== "apply" || right.kind !== "apply" || left.operation !== "where" || right.operation !== "where")
    return undefined;
  const [condition, nothing, value] = left.operands as [Value, Value, Value];
  const isFlipped = right.operands[0] === condition && right.operands[1] === value && right.operands[2] === nothing;
  return isFlipped && nothing.kind === "constant" && nothing.value === 0 ? [condition, value] : undefined;
}

/** -x where the condition holds, else x. */
export function flipped(condition: Value, x: Value, values: Values): Value {
  return values.apply("mul", [x, values.apply("flip", [condition], x.dtype)], x.dtype);
}

/** The value, or that of which it may be the negative. */
export function withoutSign(value: Value): Value {
  if (!isApplied(value, "mul")) return value;
  const [x, factor] = value.operands as [Value, Value];
  return isApplied(factor, "flip") ? x : value;
}

/** relu(x), with |x| where that of which x may be the negative has it too. */
export function positivePart(x: Value, dtype: DType, values: Values): Value {
  const size = withoutSign(x);
  return values.apply("relu", size === x ? [x] : [x, values.apply("abs", [size], dtype)], dtype);
}

/** where(c, k - x, x), from the factor s that is -1 where c holds: s x + k (1 - s) / 2. */
export function mirrored(condition: Value, left: Value, right: Value, values: Values): Value | undefined {
  if (right.dtype !== "float32" || !isApplied(left, "sub") || left.operands[1] !== right) return undefined;
  const [from] = left.operands as [Value];
  if (!isPositiveConstant(from)) return undefined;
  const { dtype } = right;
  const number = (value: number): Value => values.constant(value, dtype);
  const factor = values.apply("flip", [condition], dtype);
  const shift = values.apply("mul", [values.apply("sub", [factor, number(1)], dtype), number(from.value / 2)], dtype);
  return values.apply("sub", [flipped(condition, right, values), shift], dtype);
}

/** x k + y k or x k - y k, said with one product. */
export function combined(operation: "add" | "sub", left: Value, right: Value, values: Values): Value | undefined {
  const [first, second] = [scaled(left), scaled(right)];
  if (first === undefined || second === undefined || Math.abs(first.factor.value) !== Math.abs(second.factor.value))
    return undefined;
  const isSame = first.factor.value === second.factor.value;
  const total = values.apply(isSame === (operation === "add") ? "add" : "sub", [first.x, second.x], left.dtype);
  return values.apply("mul", [total, first.factor], left.dtype);
}

/** Whether a condition holds only where x rounds to 0, of which the value is a multiple. */
export function vanishesWhere(condition: Value, value: Value): boolean {
  const multiple = scaled(value);
  if (multiple === undefined || !isApplied(condition, "logicalAnd")) return false;
  return condition.operands.some((part) => {
    if (!isApplied(part, "equal")) return false;
    const [x, y] = part.operands as [Value, Value];
    const operand = isApplied(x, "round") ? x.operands[0]! : x;
    return operand === multiple.x && y.kind === "constant" && y.value === 0;
  });
}

/** x and k of a float32 x k with a finite constant k. */
function scaled(value: Value): { readonly x: Value; readonly factor: ValueOf<"constant"> } | undefined {
  if (!isApplied(value, "mul") || value.dtype !== "float32") return undefined;
  const [x, factor] = value.operands as [Value, Value];
  return factor.kind === "constant" && Number.isFinite(factor.value) ? { x, factor } : undefined;
}

function isApplied(value: Value, operation: ScalarOperation): value is ValueOf<"apply"> {
  return value.kind === "apply" && value.operation === operation;
}

/** exp(-|x|) */
export function decay(x: Value, dtype: DType, values: Values): Value {
  return values.apply("decay", [values.apply("neg", [values.apply("abs", [withoutSign(x)], dtype)], dtype)], dtype);
}
