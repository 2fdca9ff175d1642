/** How are sums split, so that each part is summed where it is cheapest? Always in the same way, however many rows there are. */
import type { DType } from "@symloss/core/engine";
import { type Length, productOf } from "../program/length.ts";
import { sumOfDeviations } from "./one-pass-variance.ts";
import { elementsUnder } from "./elements-under.ts";
import { type Source, sourcesOf } from "./sources.ts";
import type { ElementBuilder } from "./builder.ts";
import type { Element, ElementOf, Label } from "./element.ts";

/** A sum of elements. */
export interface Summation {
  readonly over: readonly Label[];
  readonly dtype: DType;
  readonly builder: ElementBuilder;
  /** Whether all elements of a tensor become one number, so that they may be added in any order. */
  readonly isTotal: boolean;
  /** Whether the sum is over one axis, or a total: its logarithms are then taken of products. */
  readonly ofProducts: boolean;
}

/** Below this depth factors and terms are left alone. */
const deepest = 64;

/**
 * The sum of elements. In float32 a constant factor is factored out, and these terms are summed separately: constants, logarithms of 1 + x,
 * and terms that read less than another term does, for they may not vary from row to row as that one does, and are then summed only once.
 */
export function sumOf(operand: Element, summation: Summation, depth = 0): Element {
  const { over, dtype, builder } = summation;
  const own = over.filter((label) => operand.labels.includes(label));
  const repeats = productOf(over.flatMap((label) => (own.includes(label) ? [] : [label.extent])));
  const sum = own.length === 0 ? operand : sumOfOwn(operand, { ...summation, over: own }, depth);
  return times(sum, repeats, dtype, builder);
}

function sumOfOwn(operand: Element, summation: Summation, depth: number): Element {
  const { over, dtype, builder, isTotal, ofProducts } = summation;
  const kind = isTotal ? "total" : "sum";
  if (operand.kind !== "apply" || dtype !== "float32" || depth > deepest)
    return builder.reduce(kind, operand, over, dtype);
  const [x, y] = operand.operands as [Element, Element];
  const deviations = sumOfDeviations(operand, over, kind, builder);
  if (deviations !== undefined) return deviations;
  if (operand.operation === "log1pOfUnit" && ofProducts) return builder.reduce("sumLog1p", x, over, dtype);
  if (isSum(operand)) {
    const { apart, together } = takeApart(operand, summation, depth);
    if (apart !== undefined) return added("add", apart, together && sumOf(together, summation, depth + 1), builder)!;
  }
  const isScaled = operand.operation === "mul" && y.kind === "constant" && Number.isFinite(y.value) && y.value !== 0;
  if (isScaled) return builder.apply("mul", [sumOf(x, summation, depth + 1), y], dtype);
  return builder.reduce(kind, operand, over, dtype);
}

function isSum(element: Element): element is ElementOf<"apply"> {
  return element.kind === "apply" && (element.operation === "add" || element.operation === "sub");
}

/** A sum of terms, split. */
interface Taken {
  /** The sums of those that are better summed separately. */
  readonly apart: Element | undefined;
  /** What is left of each element. */
  readonly together: Element | undefined;
}

function takeApart(sum: Element, summation: Summation, depth: number): Taken {
  const { builder, ofProducts } = summation;
  const parts = elementsUnder([sum], (element) => !isSum(element));
  const lesser = lesserTerms(sum, parts);
  const isApart = (term: Element): boolean =>
    term.kind === "constant" ||
    term.kind === "length" ||
    (ofProducts && term.kind === "apply" && term.operation === "log1pOfUnit") ||
    lesser.has(term);
  const taken = new Map<Element, Taken>();
  for (const part of parts) {
    if (!isSum(part)) {
      const apart = isApart(part) ? sumOf(part, summation, depth + 1) : undefined;
      taken.set(part, { apart, together: apart === undefined ? part : undefined });
      continue;
    }
    const operation = part.operation === "add" ? "add" : "sub";
    const [left, right] = part.operands.map((operand) => taken.get(operand)!) as [Taken, Taken];
    taken.set(part, {
      apart: added(operation, left.apart, right.apart, builder),
      together: added(operation, left.together, right.together, builder),
    });
  }
  return taken.get(sum)!;
}

/**
 * The terms that read less than another term does. Only terms that are added, for a difference of two sums could lose digits that a sum of
 * differences has.
 */
function lesserTerms(sum: Element, parts: readonly Element[]): ReadonlySet<Element> {
  const isAdded = new Map<Element, boolean>([[sum, true]]);
  for (const part of parts.toReversed()) {
    if (!isSum(part)) continue;
    const sign = isAdded.get(part)!;
    const [left, right] = part.operands as [Element, Element];
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
  left: Element | undefined,
  right: Element | undefined,
  builder: ElementBuilder,
): Element | undefined {
  if (right === undefined) return left;
  if (left !== undefined) return builder.apply(operation, [left, right], right.dtype);
  return operation === "add" ? right : builder.apply("neg", [right], right.dtype);
}

export function times(element: Element, factor: Length, dtype: DType, builder: ElementBuilder): Element {
  return factor === 1 ? element : builder.apply("mul", [element, builder.length(factor, dtype)], dtype);
}
