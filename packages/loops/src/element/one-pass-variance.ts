/**
 * How are deviations from a mean summed? The mean is taken from the first element, so that equal elements deviate by exactly 0, whatever
 * they are and however many.
 */
import { type NodeOf, Tensor } from "@symloss/core/engine";
import { type Length, assumeLength, isSameLength, productOf, sizeOfShape } from "../program/length.ts";
import { withoutMovement } from "./movement.ts";
import { elementsUnder } from "./elements-under.ts";
import type { ElementBuilder } from "./builder.ts";
import type { Element, ElementOf, Label } from "./element.ts";

/** For each mean that deviations in the graph are taken from, the sum that it is a quotient of. */
export type Centers = ReadonlyMap<Tensor, NodeOf<"sum">>;

/** The means, as quotients of sums, that are subtracted from the elements they are means of. */
export function findCenters(order: readonly Tensor[]): Centers {
  const centers = new Map<Tensor, NodeOf<"sum">>();
  for (const node of order) {
    if (node.operation !== "sub") continue;
    const [x, y] = node.inputs as [Tensor, Tensor];
    for (const [operand, other] of [
      [x, y],
      [y, x],
    ] as const) {
      const mean = withoutMovement(other);
      const sum = sumOfMean(mean, operand);
      if (sum !== undefined) centers.set(mean, sum);
    }
  }
  return centers;
}

/** The sum of this operand of which a tensor is the mean. */
function sumOfMean({ operation, inputs }: Tensor, operand: Tensor): NodeOf<"sum"> | undefined {
  if (operation !== "div" && operation !== "mul") return undefined;
  const [dividend, factor] = inputs as [Tensor, Tensor];
  const sum = sumFrom(dividend, operand);
  const source = withoutMovement(factor);
  if (sum === undefined || source.rank !== 0) return undefined;
  const size = sizeOfShape(sum.attributes.axes.map((axis) => operand.shape[axis]!));
  if (source.operation === "dimensionSize")
    return operation === "div" && isSameLength(size, sizeIn(source as NodeOf<"dimensionSize">)) ? sum : undefined;
  if (source.operation !== "constant" || typeof size !== "number") return undefined;
  const value = (source.attributes as { readonly data: ArrayLike<number> }).data[0]!;
  return (operation === "div" ? value === size : value * size === 1) ? sum : undefined;
}

/** The number of elements along the axes of a tensor that it counts. */
function sizeIn({ inputs: [x], attributes: { axes } }: NodeOf<"dimensionSize">): Length {
  return sizeOfShape(axes.map((axis) => x!.shape[axis]!));
}

/** The tensor as a sum of this operand; a sum of sums may have been made one. */
function sumFrom(tensor: Tensor, operand: Tensor): NodeOf<"sum"> | undefined {
  if (tensor.operation !== "sum") return undefined;
  if (tensor.inputs[0] === operand) return tensor as NodeOf<"sum">;
  if (operand.operation !== "sum" || tensor.inputs[0] !== operand.inputs[0]) return undefined;
  const [all, inner] = [tensor, operand].map((each) => (each as NodeOf<"sum">).attributes.axes) as [number[], number[]];
  if (!inner.every((axis) => all.includes(axis))) return undefined;
  const kept = [...operand.inputs[0]!.shape.keys()].filter((axis) => !inner.includes(axis));
  const axes = kept.flatMap((axis, position) => (all.includes(axis) ? [position] : []));
  return new Tensor("sum", [operand], { axes }, tensor.shape, tensor.dtype) as NodeOf<"sum">;
}

/** The mean over labels, from the first element, or from 0 if that is infinite: s + (sum of x - s) / n. */
export function meanFromFirst(
  x: Element,
  over: readonly Label[],
  kind: "sum" | "total",
  builder: ElementBuilder,
): Element {
  const first = firstOf(x, over, builder);
  const { dtype } = x;
  const total = builder.reduce(kind, builder.apply("sub", [x, first], dtype), over, dtype);
  const share = builder.apply(
    "div",
    [total, builder.length(productOf(over.map(({ extent }) => extent)), dtype)],
    dtype,
  );
  return builder.apply("add", [first, share], dtype);
}

/** With fewer elements than this the second pass finds them all in the cache. */
const fewest = 4096;

/** An element that costs more than this is not computed again for the first one. */
const cheap = 8;

/**
 * The sum over labels of (x - mean x)^2 in the pass that finds the mean: that of (x - s)^2 minus (the sum of x - s)^2 / n, with the
 * first element s. The difference loses little: as s is one of the x, the (x - s)^2 add up to at most n + 1 times the result.
 */
export function sumOfDeviations(
  operand: ElementOf<"apply">,
  over: readonly Label[],
  kind: "sum" | "total",
  builder: ElementBuilder,
): Element | undefined {
  const size = productOf(over.map(({ extent }) => extent));
  if (assumeLength(size) < fewest || operand.operation !== "mul") return undefined;
  const [deviation, same] = operand.operands as [Element, Element];
  if (deviation !== same || deviation.kind !== "apply" || deviation.operation !== "sub") return undefined;
  const [x, center] = deviation.operands as [Element, Element];
  if (x.cost > cheap || center !== meanFromFirst(x, over, kind, builder)) return undefined;
  const { dtype } = operand;
  const shifted = builder.apply("sub", [x, firstOf(x, over, builder)], dtype);
  const squares = builder.reduce(kind, builder.apply("mul", [shifted, shifted], dtype), over, dtype);
  const total = builder.reduce(kind, shifted, over, dtype);
  const square = builder.apply("mul", [total, total], dtype);
  return builder.apply("sub", [squares, builder.apply("div", [square, builder.length(size, dtype)], dtype)], dtype);
}

/** The element where each of these labels is 0, unless that is infinite. */
function firstOf(x: Element, over: readonly Label[], builder: ElementBuilder): Element {
  const first = elementAtFirst(x, over, builder);
  const size = builder.apply("abs", [first], x.dtype);
  const isInfinite = builder.apply("equal", [size, builder.constant(Infinity, x.dtype)], "bool");
  return builder.apply("where", [isInfinite, builder.constant(0, x.dtype), first], x.dtype);
}

/** The element where each of these labels is 0; labels that a sum inside goes over are left alone. */
function elementAtFirst(x: Element, over: readonly Label[], builder: ElementBuilder): Element {
  const fixed = new Map<Element, Element>();
  for (const element of elementsUnder([x], ({ kind }) => kind === "reduce")) {
    const changes = element.labels.some((label) => over.includes(label));
    fixed.set(element, changes ? fixedAt(element, (part) => fixed.get(part)!, over, builder) : element);
  }
  return fixed.get(x)!;
}

function fixedAt(
  element: Element,
  fixed: (part: Element) => Element,
  over: readonly Label[],
  builder: ElementBuilder,
): Element {
  switch (element.kind) {
    case "index":
      return builder.constant(0, element.dtype);
    case "load": {
      const terms = element.offset.terms.filter(({ label }) => !over.includes(label));
      const others = element.offset.others.map((other) => ({ ...other, element: fixed(other.element) }));
      return builder.load(element.buffer, { ...element.offset, terms, others });
    }
    case "apply":
      return builder.apply(element.operation, element.operands.map(fixed), element.dtype);
    case "reduce": {
      const open = over.filter((label) => !element.over.includes(label));
      return builder.reduce(
        element.reduction,
        elementAtFirst(element.operand, open, builder),
        element.over,
        element.dtype,
      );
    }
    case "constant":
    case "length":
      return element;
  }
}
