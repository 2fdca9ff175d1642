/** How are squared deviations from a mean summed in the pass that finds the mean? */
import { sizeOf } from "@symloss/core/engine";
import { valuesUnder } from "./order.ts";
import type { Label, Linear, Value, Values } from "./value.ts";

/** Of fewer elements the second pass finds all in the cache. */
const fewest = 4096;

/** So many elements near which all others are expected. */
const sampleSize = 8;

/** What costs more is not computed again for each of the sample. */
const cheap = 8;

/**
 * The sum over labels of (x - mean x)^2, as that of (x - s)^2 less (the sum of x - s)^2 / n. What both lose to cancellation is
 * little, for s is the mean of eight x: where it is far from the mean, so are they, and all (x - s)^2 are at most n / 8 + 1 times
 * what is left.
 */
export function sumOfDeviations(operand: Value, over: readonly Label[], values: Values): Value | undefined {
  const size = sizeOf(over.map(({ extent }) => extent));
  if (size < fewest || operand.kind !== "apply" || operand.operation !== "mul") return undefined;
  const [deviation, same] = operand.operands as [Value, Value];
  if (deviation !== same || deviation.kind !== "apply" || deviation.operation !== "sub") return undefined;
  const [x, center] = deviation.operands as [Value, Value];
  if (x.cost > cheap || !isMean(center, x, over, size)) return undefined;
  const near = sampleMean(x, over, values);
  if (near === undefined) return undefined;
  const { dtype } = operand;
  const apply = (operation: "add" | "sub" | "mul", left: Value, right: Value): Value =>
    values.apply(operation, [left, right], dtype);
  const shifted = apply("sub", x, near);
  const [squares, total] = [apply("mul", shifted, shifted), shifted].map((each) =>
    values.reduce("sum", each, over, dtype),
  ) as [Value, Value];
  return apply("sub", squares, apply("mul", apply("mul", total, total), values.constant(1 / size, dtype)));
}

function isMean(value: Value, x: Value, over: readonly Label[], size: number): boolean {
  if (value.kind !== "apply") return false;
  const [total, count] = value.operands as [Value, Value];
  const isSum = total.kind === "reduce" && total.reduction === "sum" && total.operand === x;
  if (!isSum || total.over.length !== over.length || !total.over.every((label) => over.includes(label))) return false;
  if (count?.kind !== "constant") return false;
  return value.operation === "div" ? count.value === size : value.operation === "mul" && count.value * size === 1;
}

/** The mean of elements that lie apart. */
function sampleMean(x: Value, over: readonly Label[], values: Values): Value | undefined {
  const sample = Array.from({ length: sampleSize }, (_, number) => elementAt(x, over, number / sampleSize, values));
  const total = sample.reduce((left, right) => left && right && values.apply("add", [left, right], x.dtype));
  return total && values.apply("mul", [total, values.constant(1 / sampleSize, x.dtype)], x.dtype);
}

/** The value at this share of the way along each label; undefined where it takes a loop or an index that is not known yet. */
function elementAt(x: Value, over: readonly Label[], share: number, values: Values): Value | undefined {
  const positionOf = ({ extent }: Label): number => Math.floor(extent * share);
  const fixed = new Map<Value, Value>();
  for (const value of valuesUnder([x])) {
    if (!value.labels.some((label) => over.includes(label))) fixed.set(value, value);
    else if (value.kind === "index") fixed.set(value, values.constant(positionOf(value.label), value.dtype));
    else if (value.kind === "load" && value.offset.others.length === 0) {
      const { constant, terms } = value.offset;
      const isFixed = ({ label }: Linear["terms"][number]): boolean => over.includes(label);
      const moved = terms
        .filter(isFixed)
        .reduce((sum, { label, stride }) => sum + positionOf(label) * stride, constant);
      const offset: Linear = { constant: moved, terms: terms.filter((term) => !isFixed(term)), others: [] };
      fixed.set(value, values.load(value.buffer, offset));
    } else if (value.kind === "apply") {
      const operands = value.operands.map((operand) => fixed.get(operand)!);
      fixed.set(value, values.apply(value.operation, operands, value.dtype));
    } else return undefined;
  }
  return fixed.get(x);
}
