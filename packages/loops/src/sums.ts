/** How are sums taken apart, so that each part is summed where it is cheapest? */
import type { DType } from "@symloss/core/engine";
import type { Label, Value, ValueOf, Values } from "./value.ts";

/**
 * The sum over labels. In float32 terms that lack labels are summed by themselves, where they may be summed once for many,
 * and a constant factor is taken out.
 */
export function sumOf(operand: Value, over: readonly Label[], dtype: DType, values: Values): Value {
  const own = over.filter((label) => operand.labels.includes(label));
  const repeats = over.reduce((product, label) => (own.includes(label) ? product : product * label.extent), 1);
  return times(own.length === 0 ? operand : sumOfOwn(operand, own, dtype, values), repeats, dtype, values);
}

function sumOfOwn(operand: Value, over: readonly Label[], dtype: DType, values: Values): Value {
  if (operand.kind === "apply" && dtype === "float32") {
    const { operation, operands } = operand;
    const [x, y] = operands as [Value, Value];
    if (operation === "log1pOfUnit") return values.reduce("sumLog1p", x, over, dtype);
    if (isSum(operand) && operands.some((term) => isApart(term, operand.labels))) {
      return values.apply(operation, [sumOf(x, over, dtype, values), sumOf(y, over, dtype, values)], dtype);
    }
    const isScaled = operation === "mul" && y.kind === "constant" && Number.isFinite(y.value) && y.value !== 0;
    if (isScaled) return values.apply("mul", [sumOf(x, over, dtype, values), y], dtype);
  }
  return values.reduce("sum", operand, over, dtype);
}

function isSum(value: Value): value is ValueOf<"apply"> {
  return value.kind === "apply" && (value.operation === "add" || value.operation === "sub");
}

/** Whether a term, or a part of it, is better summed by itself. */
function isApart(term: Value, labels: readonly Label[]): boolean {
  if (term.labels.length < labels.length || (term.kind === "apply" && term.operation === "log1pOfUnit")) return true;
  return isSum(term) && term.operands.some((part) => isApart(part, labels));
}

export function times(value: Value, factor: number, dtype: DType, values: Values): Value {
  return factor === 1 ? value : values.apply("mul", [value, values.constant(factor, dtype)], dtype);
}
