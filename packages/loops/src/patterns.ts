/** Which values have a form that can be computed better? */
import type { DType } from "@symloss/core/engine";
import type { Value, Values } from "./value.ts";

export function rounded(value: Value, values: Values): Value {
  return value.exact ? value : values.apply("round", [value], value.dtype);
}

export function isNonNegative(value: Value): boolean {
  return (
    value.kind === "apply" && (value.operation === "abs" || value.operation === "exp" || value.operation === "relu")
  );
}

export function isPositiveConstant(value: Value): boolean {
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

/** The value, or that of which it may be the negative. */
export function withoutSign(value: Value): Value {
  return value.kind === "apply" && value.operation === "negateIf" ? value.operands[1]! : value;
}

/** exp(-|x|) */
export function decay(x: Value, dtype: DType, values: Values): Value {
  return values.apply("decay", [values.apply("neg", [values.apply("abs", [withoutSign(x)], dtype)], dtype)], dtype);
}
