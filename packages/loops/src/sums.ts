/** How are sums taken apart, so that each part is summed where it is cheapest? */
import type { DType } from "@symloss/core/engine";
import { sumOfDeviations } from "./deviations.ts";
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
    const deviations = sumOfDeviations(operand, over, values);
    if (deviations !== undefined) return deviations;
    if (operation === "log1pOfUnit") return values.reduce("sumLog1p", x, over, dtype);
    if (isSum(operand) && isApart(operand, operand.labels)) {
      const { apart, together } = taken(operand, operand.labels, (term) => sumOf(term, over, dtype, values), values);
      return added("add", apart, together && sumOf(together, over, dtype, values), values)!;
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

/** A sum of terms, taken apart. */
interface Taken {
  /** The sums of those that are better summed by themselves. */
  readonly apart: Value | undefined;
  /** What is left of each element. */
  readonly together: Value | undefined;
}

function taken(term: Value, labels: readonly Label[], sum: (term: Value) => Value, values: Values): Taken {
  if (!isApart(term, labels)) return { apart: undefined, together: term };
  if (!isSum(term) || term.labels.length < labels.length) return { apart: sum(term), together: undefined };
  const [left, right] = term.operands.map((part) => taken(part, labels, sum, values)) as [Taken, Taken];
  const operation = term.operation === "add" ? "add" : "sub";
  return {
    apart: added(operation, left.apart, right.apart, values),
    together: added(operation, left.together, right.together, values),
  };
}

/** The sum or the difference of two, of which either may be missing. */
function added(
  operation: "add" | "sub",
  left: Value | undefined,
  right: Value | undefined,
  values: Values,
): Value | undefined {
  if (right === undefined) return left;
  if (left !== undefined) return values.apply(operation, [left, right], right.dtype);
  return operation === "add" ? right : values.apply("neg", [right], right.dtype);
}

export function times(value: Value, factor: number, dtype: DType, values: Values): Value {
  return factor === 1 ? value : values.apply("mul", [value, values.constant(factor, dtype)], dtype);
}
