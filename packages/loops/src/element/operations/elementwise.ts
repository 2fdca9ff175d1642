/** What is an element of an operation on single numbers? Some are expressed in a form that is cheaper or safer. */
import {
  type BinaryOperation,
  type DType,
  type NodeOf,
  type Tensor,
  type UnaryOperation,
  isFloat,
} from "@symloss/core/engine";
import { addLengths } from "../../program/length.ts";
import type { ScalarOperation } from "../../program/scalar-operation.ts";
import { affineOfElement } from "../affine.ts";
import type { Affine, Element } from "../element.ts";
import { withoutMovement } from "../movement.ts";
import { meanFromFirst } from "../one-pass-variance.ts";
import {
  combined,
  expOfMinusAbs,
  flipped,
  flippedBy,
  isNonNegative,
  isNonPositive,
  isPositiveConstant,
  mirrored,
  positivePart,
  rounded,
  vanishesWhere,
  withoutSign,
} from "../patterns.ts";
import type { Row } from "../row.ts";
import type { Context } from "../store.ts";
import { orderOf, reduced } from "./reduce.ts";

/** An operation that programs have as it is. */
type Elementwise = Extract<UnaryOperation | BinaryOperation, ScalarOperation>;

/** The operation, applied to the operands' elements at the same index. */
export function elementwise<O extends Elementwise>(operation: O): Row<O> {
  return (node, index, { builder, element }) =>
    builder.apply(
      operation,
      node.inputs.map((input) => element(input, index)),
      node.dtype,
    );
}

/** As elementwise, of numbers that are rounded first: a comparison must see what the dtype can hold. */
export function compared<O extends Elementwise>(operation: O): Row<O> {
  return (node, index, { builder, element }) =>
    builder.apply(
      operation,
      node.inputs.map((input) => rounded(element(input, index), builder)),
      node.dtype,
    );
}

export const abs: Row<"abs"> = ({ inputs: [x], dtype }, index, { builder, element }) =>
  builder.apply("abs", [withoutSign(element(x!, index))], dtype);

export const exp: Row<"exp"> = ({ inputs: [x], dtype }, index, { builder, element }) => {
  const power = element(x!, index);
  return builder.apply(isNonPositive(power) ? "expNonPositive" : "exp", [power], dtype);
};

export const sigmoid: Row<"sigmoid"> = ({ inputs: [x], dtype }, index, context) => {
  const { builder } = context;
  const element = context.element(x!, index);
  const small = expOfMinusAbs(element, dtype, builder);
  const one = builder.constant(1, dtype);
  const negative = builder.apply("less", [element, builder.constant(0, dtype)], "bool");
  const larger = builder.apply("where", [negative, small, one], dtype);
  return builder.apply("div", [larger, builder.apply("add", [small, one], dtype)], dtype);
};

export const softplus: Row<"softplus"> = ({ inputs: [x], dtype }, index, context) => {
  const { builder } = context;
  const element = context.element(x!, index);
  const rest = builder.apply("log1pOfUnit", [expOfMinusAbs(element, dtype, builder)], dtype);
  return builder.apply("add", [positivePart(element, dtype, builder), rest], dtype);
};

export const relu: Row<"relu"> = ({ inputs: [x], dtype }, index, { builder, element }) =>
  positivePart(element(x!, index), dtype, builder);

export const add: Row<"add"> = ({ inputs: [x, y], dtype }, index, { builder, element }) => {
  const [left, right] = [element(x!, index), element(y!, index)];
  return combined("add", left, right, builder) ?? builder.apply("add", [left, right], dtype);
};

export const sub: Row<"sub"> = ({ inputs: [x, y], dtype }, index, { builder, element }) => {
  const [left, right] = [element(x!, index), element(y!, index)];
  const [condition, negated] = (dtype === "float32" ? flippedBy(left, right) : undefined) ?? [];
  if (condition !== undefined && negated !== undefined) return flipped(condition, negated, builder);
  return combined("sub", left, right, builder) ?? builder.apply("sub", [left, right], dtype);
};

export const mul: Row<"mul"> = (node, index, context) =>
  centralMean(node, index, context) ?? elementwise<"mul">("mul")(node, index, context);

export const div: Row<"div"> = (node, index, context) => {
  const { builder } = context;
  const mean = centralMean(node, index, context);
  if (mean !== undefined) return mean;
  const { dtype } = node;
  const [dividend, divisor] = node.inputs.map((input) => context.element(input, index)) as [Element, Element];
  if (dtype !== "float32" || !isShare(node)) return builder.apply("div", [dividend, divisor], dtype);
  // The sum of a line is inverted once for all of it; in float64 the difference is far below what float32 holds.
  return builder.apply("mul", [dividend, builder.apply("div", [builder.constant(1, dtype), divisor], dtype)], dtype);
};

export const equal: Row<"equal"> = (node, index, context) => {
  const [x, y] = node.inputs as [Tensor, Tensor];
  if (x.operation === "argmax") return isFirstLargest(x as NodeOf<"argmax">, y, index, context);
  if (y.operation === "argmax") return isFirstLargest(y as NodeOf<"argmax">, x, index, context);
  return compared<"equal">("equal")(node, index, context);
};

export const where: Row<"where"> = (node, index, context) => {
  const [condition, x, y] = node.inputs as [Tensor, Tensor, Tensor];
  const { builder } = context;
  const [left, right] = [context.element(x, index), context.element(y, index)];
  if (condition.operation === "lessEqual" && condition.inputs[0] === x && condition.inputs[1] === y) {
    const isNonNegativeFactor =
      node.dtype === "float32" && context.factors.has(node) && isNonNegative(left) && isPositiveConstant(right);
    return builder.apply(isNonNegativeFactor ? "minNonNegative" : "lesser", [left, right], node.dtype);
  }
  const choice = context.element(condition, index);
  if (x.operation === "neg" && x.inputs[0] === y && isFloat(node.dtype)) return flipped(choice, right, builder);
  if (left.kind === "constant" && left.value === 0 && vanishesWhere(choice, right)) return right;
  return mirrored(choice, left, right, builder) ?? builder.apply("where", [choice, left, right], node.dtype);
};

export const cast: Row<"cast"> = ({ inputs: [x], attributes: { dtype } }, index, { builder, element }) => {
  const exact = rounded(element(x!, index), builder);
  return x!.dtype === dtype ? exact : builder.apply(conversion(x!.dtype, dtype), [exact], dtype);
};

function conversion(from: DType, to: DType): ScalarOperation {
  if (to === "bool") return "toBool";
  if (to === "int32" && isFloat(from)) return "toInt32";
  return to === "float32" && from !== "bool" ? "round" : "convert";
}

/** Whether elements are divided by a sum of themselves. */
function isShare({ inputs: [x, y] }: NodeOf<"div">): boolean {
  const { operation, inputs } = withoutMovement(y!);
  return operation === "sum" && inputs[0] === x;
}

/** The mean from which deviations are taken, if the node is one. */
function centralMean(node: Tensor, index: readonly Affine[], context: Context): Element | undefined {
  const sum = context.centers.get(node);
  if (sum === undefined) return undefined;
  const { operand, over } = reduced(sum, sum.attributes.axes, index, context);
  if (over.length === 0) return undefined;
  return meanFromFirst(operand, over, orderOf(sum).isTotal ? "total" : "sum", context.builder);
}

/** Whether a target is the index of the first largest element: a search for one that beats it ends as soon as there is one. */
function isFirstLargest(argmax: NodeOf<"argmax">, target: Tensor, index: readonly Affine[], context: Context): Element {
  const { builder } = context;
  const { axis } = argmax.attributes;
  const [x] = argmax.inputs as [Tensor];
  const position = context.element(target, index);
  const { operand, over } = reduced(argmax, [axis], index, context);
  const [label] = over;
  if (label === undefined || position.labels.includes(label)) {
    return builder.apply("equal", [context.element(argmax, index), position], "bool");
  }
  const last = builder.length(addLengths(label.extent, -1), "int32");
  const nearest = affineOfElement(builder.apply("clampIndex", [position, last], "int32"));
  const own = rounded(context.element(x, [...index.slice(0, axis), nearest, ...index.slice(axis)]), builder);
  const beaten = builder.apply("beats", [rounded(operand, builder), own, builder.index(label), position], "bool");
  const all = [
    builder.apply("lessEqual", [builder.constant(0, "int32"), position], "bool"),
    builder.apply("less", [position, builder.length(label.extent, "int32")], "bool"),
    builder.apply("logicalNot", [builder.reduce("any", beaten, over, "bool")], "bool"),
  ];
  return all.reduce((left, right) => builder.apply("logicalAnd", [left, right], "bool"));
}
