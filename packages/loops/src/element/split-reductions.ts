/** How are sums taken apart, so that each part is summed where it is cheapest? The same way however many rows there are beside one. */
import type { DType } from "@symloss/core/engine";
import { sumOfDeviations } from "./one-pass-variance.ts";
import { valuesUnder } from "./elements-under.ts";
import { type Source, sourcesOf } from "./sources.ts";
import type { Label, Value, ValueOf, Values } from "./element.ts";

/** A sum of elements. */
export interface Summation {
  readonly over: readonly Label[];
  readonly dtype: DType;
  readonly values: Values;
  /** Whether all that there is becomes one number, so that it may be added in any order. */
  readonly isTotal: boolean;
  /** Whether what is summed lies along one axis, or makes a total: logarithms are then taken of products. */
  readonly ofProducts: boolean;
}

/** Deeper than this, factors and terms stay where they are. */
const deepest = 64;

/**
 * The sum of elements. In float32 a constant factor is taken out, and terms are summed by themselves that are constants, logarithms of
 * 1 + x, or made of less than another term: where that term varies from row to row, they may not, and are then summed once for all.
 */
export function sumOf(operand: Value, summation: Summation, depth = 0): Value {
  const { over, dtype, values } = summation;
  const own = over.filter((label) => operand.labels.includes(label));
  const repeats = over.reduce((product, label) => (own.includes(label) ? product : product * label.extent), 1);
  const sum = own.length === 0 ? operand : sumOfOwn(operand, { ...summation, over: own }, depth);
  return times(sum, repeats, dtype, values);
}

function sumOfOwn(operand: Value, summation: Summation, depth: number): Value {
  const { over, dtype, values, isTotal, ofProducts } = summation;
  const kind = isTotal ? "total" : "sum";
  if (operand.kind !== "apply" || dtype !== "float32" || depth > deepest)
    return values.reduce(kind, operand, over, dtype);
  const [x, y] = operand.operands as [Value, Value];
  const deviations = sumOfDeviations(operand, over, kind, values);
  if (deviations !== undefined) return deviations;
  if (operand.operation === "log1pOfUnit" && ofProducts) return values.reduce("sumLog1p", x, over, dtype);
  if (isSum(operand)) {
    const { apart, together } = takeApart(operand, summation, depth);
    if (apart !== undefined) return added("add", apart, together && sumOf(together, summation, depth + 1), values)!;
  }
  const isScaled = operand.operation === "mul" && y.kind === "constant" && Number.isFinite(y.value) && y.value !== 0;
  if (isScaled) return values.apply("mul", [sumOf(x, summation, depth + 1), y], dtype);
  return values.reduce(kind, operand, over, dtype);
}

function isSum(value: Value): value is ValueOf<"apply"> {
  return value.kind === "apply" && (value.operation === "add" || value.operation === "sub");
}

/** A sum of terms, taken apart. */
interface Taken {
  /** The sums of those that are better summed by themselves. */
  readonly apart: Value | undefined;
  /** What is left of each element. */
  readonly together: Value | undefined;
}

function takeApart(sum: Value, summation: Summation, depth: number): Taken {
  const { values, ofProducts } = summation;
  const parts = valuesUnder([sum], (value) => !isSum(value));
  const lesser = lesserTerms(sum, parts);
  const isApart = (term: Value): boolean =>
    term.kind === "constant" ||
    (ofProducts && term.kind === "apply" && term.operation === "log1pOfUnit") ||
    lesser.has(term);
  const taken = new Map<Value, Taken>();
  for (const part of parts) {
    if (!isSum(part)) {
      const apart = isApart(part) ? sumOf(part, summation, depth + 1) : undefined;
      taken.set(part, { apart, together: apart === undefined ? part : undefined });
      continue;
    }
    const operation = part.operation === "add" ? "add" : "sub";
    const [left, right] = part.operands.map((operand) => taken.get(operand)!) as [Taken, Taken];
    taken.set(part, {
      apart: added(operation, left.apart, right.apart, values),
      together: added(operation, left.together, right.together, values),
    });
  }
  return taken.get(sum)!;
}

/**
 * The terms that are made of less than another is. Only such as are added, for a difference of two sums could lose what a sum of
 * differences has.
 */
function lesserTerms(sum: Value, parts: readonly Value[]): ReadonlySet<Value> {
  const isAdded = new Map<Value, boolean>([[sum, true]]);
  for (const part of parts.toReversed()) {
    if (!isSum(part)) continue;
    const sign = isAdded.get(part)!;
    const [left, right] = part.operands as [Value, Value];
    for (const [operand, own] of [
      [left, sign],
      [right, sign && part.operation === "add"],
    ] as const)
      isAdded.set(operand, own && isAdded.get(operand) !== false);
  }
  const terms = parts.filter((part) => !isSum(part) && isAdded.get(part) === true);
  const all = new Set(terms.map(sourcesOf));
  const isLess = (own: ReadonlySet<Source>): boolean =>
    [...all].some((other) => own.size < other.size && [...own].every((source) => other.has(source)));
  const less = new Set([...all].filter(isLess));
  return new Set(terms.filter((term) => less.has(sourcesOf(term))));
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
