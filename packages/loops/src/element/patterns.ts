/** Which elements have a form that is cheaper or safer to compute? */
import type { DType } from "@symloss/core/engine";
import type { ScalarOperation } from "../program/scalar-operation.ts";
import type { ElementBuilder } from "./builder.ts";
import type { Element, ElementOf } from "./element.ts";

export function rounded(element: Element, builder: ElementBuilder): Element {
  return element.exact ? element : builder.apply("round", [element], element.dtype);
}

export function isNonNegative(element: Element): boolean {
  return (
    element.kind === "apply" &&
    (element.operation === "abs" || element.operation === "exp" || element.operation === "relu")
  );
}

export function isPositiveConstant(element: Element): element is ElementOf<"constant"> {
  return element.kind === "constant" && element.value > 1e-30 && element.value < 1e30;
}

/** Whether it is -|x|, or x minus the largest of all x. */
export function isNonPositive(element: Element): boolean {
  if (element.kind !== "apply") return false;
  const [x, y] = element.operands;
  if (element.operation === "neg") return x!.kind === "apply" && x!.operation === "abs";
  return element.operation === "sub" && y!.kind === "reduce" && y!.reduction === "max" && y!.operand === x;
}

/** The condition and the x of where(c, 0, x) - where(c, x, 0), which is -x if c holds, else x. */
export function flippedBy(left: Element, right: Element): [Element, Element] | undefined {
  if (left.kind !== "apply" || right.kind !== "apply" || left.operation !== "where" || right.operation !== "where")
    return undefined;
  const [condition, nothing, element] = left.operands as [Element, Element, Element];
  const isFlipped = right.operands[0] === condition && right.operands[1] === element && right.operands[2] === nothing;
  return isFlipped && nothing.kind === "constant" && nothing.value === 0 ? [condition, element] : undefined;
}

/** -x if the condition holds, else x. */
export function flipped(condition: Element, x: Element, builder: ElementBuilder): Element {
  return builder.apply("mul", [x, builder.apply("flip", [condition], x.dtype)], x.dtype);
}

/** The element, or that of which it may be the negative. */
export function withoutSign(element: Element): Element {
  if (!isApplied(element, "mul")) return element;
  const [x, factor] = element.operands as [Element, Element];
  return isApplied(factor, "flip") ? x : element;
}

/** relu(x), with |x| as a second operand if x may be the negative of an element whose |x| is known. */
export function positivePart(x: Element, dtype: DType, builder: ElementBuilder): Element {
  const size = withoutSign(x);
  return builder.apply("relu", size === x ? [x] : [x, builder.apply("abs", [size], dtype)], dtype);
}

/** where(c, k - x, x), from the factor s, which is -1 if c holds: s x + k (1 - s) / 2. */
export function mirrored(
  condition: Element,
  left: Element,
  right: Element,
  builder: ElementBuilder,
): Element | undefined {
  if (right.dtype !== "float32" || !isApplied(left, "sub") || left.operands[1] !== right) return undefined;
  const [from] = left.operands as [Element];
  if (!isPositiveConstant(from)) return undefined;
  const { dtype } = right;
  const number = (value: number): Element => builder.constant(value, dtype);
  const factor = builder.apply("flip", [condition], dtype);
  const shift = builder.apply("mul", [builder.apply("sub", [factor, number(1)], dtype), number(from.value / 2)], dtype);
  return builder.apply("sub", [flipped(condition, right, builder), shift], dtype);
}

/** x k + y k or x k - y k, with one multiplication. */
export function combined(
  operation: "add" | "sub",
  left: Element,
  right: Element,
  builder: ElementBuilder,
): Element | undefined {
  const [first, second] = [scaled(left), scaled(right)];
  if (first === undefined || second === undefined || Math.abs(first.factor.value) !== Math.abs(second.factor.value))
    return undefined;
  const isSame = first.factor.value === second.factor.value;
  const total = builder.apply(isSame === (operation === "add") ? "add" : "sub", [first.x, second.x], left.dtype);
  return builder.apply("mul", [total, first.factor], left.dtype);
}

/** Whether a condition holds only if x rounds to 0, where the element is a multiple of x. */
export function vanishesWhere(condition: Element, element: Element): boolean {
  const multiple = scaled(element);
  if (multiple === undefined || !isApplied(condition, "logicalAnd")) return false;
  return condition.operands.some((part) => {
    if (!isApplied(part, "equal")) return false;
    const [x, y] = part.operands as [Element, Element];
    const operand = isApplied(x, "round") ? x.operands[0]! : x;
    return operand === multiple.x && y.kind === "constant" && y.value === 0;
  });
}

/** x and k of a float32 x k with a finite constant k. */
function scaled(element: Element): { readonly x: Element; readonly factor: ElementOf<"constant"> } | undefined {
  if (!isApplied(element, "mul") || element.dtype !== "float32") return undefined;
  const [x, factor] = element.operands as [Element, Element];
  return factor.kind === "constant" && Number.isFinite(factor.value) ? { x, factor } : undefined;
}

function isApplied(element: Element, operation: ScalarOperation): element is ElementOf<"apply"> {
  return element.kind === "apply" && element.operation === operation;
}

/** exp(-|x|) */
export function expOfMinusAbs(x: Element, dtype: DType, builder: ElementBuilder): Element {
  return builder.apply(
    "expNonPositive",
    [builder.apply("neg", [builder.apply("abs", [withoutSign(x)], dtype)], dtype)],
    dtype,
  );
}
