/** How are sums and differences with a probability computed where they cancel? With its complement, which keeps its digits. */
import { binaryFormulas, unaryFormulas, where } from "../kernel/formulas.ts";
import { type LogSum, type Softmax, type SoftmaxBuilder, along, softmaxComplement } from "./softmax.ts";
import type { KernelNode, ViewNode } from "../kernel/node.ts";

export function addition(builder: SoftmaxBuilder, x: KernelNode, y: KernelNode): KernelNode {
  return (
    tailOf(builder, x, y, 1) ??
    tailOf(builder, y, x, 1) ??
    withMultiple(builder, x, multipleOf(builder, y)) ??
    withMultiple(builder, y, multipleOf(builder, x)) ??
    builder.map(binaryFormulas.add, [x, y])
  );
}

export function difference(builder: SoftmaxBuilder, x: KernelNode, y: KernelNode): KernelNode {
  return (
    tailOf(builder, x, y, -1) ??
    withMultiple(builder, x, negative(multipleOf(builder, y))) ??
    negated(builder, withMultiple(builder, y, negative(multipleOf(builder, x)))) ??
    withLogSum(builder, x, y) ??
    builder.map(binaryFormulas.sub, [x, y])
  );
}

/** A difference with a log-sum-exp: the large terms cancel first, exactly if the other operand is the largest exponent. */
function withLogSum(builder: SoftmaxBuilder, x: KernelNode, y: KernelNode): KernelNode | undefined {
  const [left, right] = [logSumOf(builder, x), logSumOf(builder, y)];
  if (left === undefined && right === undefined) return undefined;
  const { map } = builder;
  const large = map(binaryFormulas.sub, [left?.largest ?? x, right?.largest ?? y]);
  const withLeft = left === undefined ? large : map(binaryFormulas.add, [large, left.rest]);
  return right === undefined ? withLeft : map(binaryFormulas.sub, [withLeft, right.rest]);
}

/** softplus(x) is a log-sum-exp too: the logarithm of 1 + exp(x). */
function logSumOf(builder: SoftmaxBuilder, value: KernelNode): LogSum | undefined {
  const known = builder.logSums.get(value);
  if (known !== undefined) return known;
  const [x] = value.inputs;
  const { map } = builder;
  if (value.kind === "map" && value.formula === unaryFormulas.softplus) {
    const distance = map(unaryFormulas.neg, [map(unaryFormulas.abs, [x!])]);
    return { largest: map(unaryFormulas.relu, [x!]), rest: map(unaryFormulas.softplus, [distance]) };
  }
  if (!isRepeated(value)) return undefined;
  const inner = logSumOf(builder, x!);
  return inner && { largest: repeat(builder, inner.largest, value), rest: repeat(builder, inner.rest, value) };
}

type Sign = 1 | -1;

/** 1 - sigmoid(x), and 1 - tanh(x) and 1 + tanh(x), the factors of the derivative of tanh, without cancelling far from 0. */
function tailOf(builder: SoftmaxBuilder, one: KernelNode, y: KernelNode, sign: Sign): KernelNode | undefined {
  if (one.kind !== "literal" || one.value !== 1 || y.kind !== "map") return undefined;
  const [x] = y.inputs as [KernelNode];
  const tail = (steepness: number): KernelNode =>
    builder.map(unaryFormulas.sigmoid, [builder.map(binaryFormulas.mul, [x, builder.literal(steepness, x.shape)])]);
  if (y.formula === unaryFormulas.sigmoid && sign === -1) return tail(-1);
  if (y.formula !== unaryFormulas.tanh) return undefined;
  return builder.map(binaryFormulas.mul, [tail(2 * sign), builder.literal(2, x.shape)]);
}

/** A softmax times a sign and a factor. */
interface Multiple {
  readonly softmax: KernelNode;
  readonly parts: Softmax;
  readonly sign: Sign;
  readonly factor: KernelNode;
}

/**
 * value + p factor, as value (1 - p) + p (value + factor): if p is nearly 1, the first term is what is left of the sum, and
 * the second is small. Undefined if there is no softmax.
 */
function withMultiple(
  builder: SoftmaxBuilder,
  value: KernelNode,
  multiple: Multiple | undefined,
): KernelNode | undefined {
  if (multiple === undefined) return undefined;
  const { softmax, parts, sign, factor } = multiple;
  const { map } = builder;
  const withinRow = isNegativeSum(builder, multiple, value);
  const weighted = withinRow ? multipleOf(builder, value) : undefined;
  if (weighted?.softmax === softmax) return deviation(builder, weighted);
  const rest = withinRow
    ? negated(builder, sumOfOthers(builder, value, parts))
    : map(sign === 1 ? binaryFormulas.add : binaryFormulas.sub, [value, factor]);
  const main = map(binaryFormulas.mul, [value, softmaxComplement(builder, parts)]);
  return map(binaryFormulas.add, [main, map(binaryFormulas.mul, [softmax, rest])]);
}

function multipleOf(builder: SoftmaxBuilder, term: KernelNode): Multiple | undefined {
  const parts = builder.softmaxes.get(term);
  if (parts !== undefined) return { softmax: term, parts, sign: 1, factor: builder.literal(1, term.shape) };
  if (term.kind !== "map") return undefined;
  const [x, y] = term.inputs as [KernelNode, KernelNode];
  if (term.formula === unaryFormulas.neg) return negative(multipleOf(builder, x));
  if (term.formula !== binaryFormulas.mul) return undefined;
  return productOf(builder, x, y) ?? productOf(builder, y, x);
}

function productOf({ softmaxes }: SoftmaxBuilder, softmax: KernelNode, factor: KernelNode): Multiple | undefined {
  const parts = softmaxes.get(softmax);
  return parts && { softmax, parts, sign: 1, factor };
}

function negative(multiple: Multiple | undefined): Multiple | undefined {
  return multiple && { ...multiple, sign: multiple.sign === 1 ? -1 : 1 };
}

/** Whether the factor is -sum(value) along the softmax's axis, as in the gradients of softmax and of its logarithm. */
function isNegativeSum(
  builder: SoftmaxBuilder,
  { parts: { x, axis }, sign, factor }: Multiple,
  value: KernelNode,
): boolean {
  const [sumSign, sum] = splitSign(builder, factor);
  const [valueSign, unsigned] = splitSign(builder, value);
  if (sign * sumSign !== -valueSign) return false;
  const row = builder.reduceInParts("sum", unsigned, [axis]);
  return sum === along(builder, row, x, axis) || (axis === 0 && sum === builder.broadcastTo(row, x.shape));
}

/** The sign in front of a value, even a broadcast one, and the value without it. */
function splitSign(builder: SoftmaxBuilder, value: KernelNode): [sign: Sign, unsigned: KernelNode] {
  const [x] = value.inputs;
  if (value.kind === "map" && value.formula === unaryFormulas.neg) {
    const [sign, unsigned] = splitSign(builder, x!);
    return [sign === 1 ? -1 : 1, unsigned];
  }
  if (!isRepeated(value)) return [1, value];
  const [sign, unsigned] = splitSign(builder, x!);
  return [sign, repeat(builder, unsigned, value)];
}

/** Whether a value is another one reshaped. */
function isRepeated(value: KernelNode): value is ViewNode {
  return value.kind === "view" && (value.name === "reshape" || value.name === "broadcast");
}

function repeat({ reshape, broadcastTo }: SoftmaxBuilder, x: KernelNode, { name, shape }: ViewNode): KernelNode {
  return name === "reshape" ? reshape(x, shape) : broadcastTo(x, shape);
}

/**
 * p (g - sum(p g)), the gradient of softmax: g is taken relative to its value at the largest, which then contributes nothing to the sum.
 */
function deviation(builder: SoftmaxBuilder, { softmax, parts, sign, factor }: Multiple): KernelNode {
  const { map, reduceInParts } = builder;
  const { x, axis, count } = parts;
  const center = map(binaryFormulas.div, [sumOfLargest(builder, factor, parts), count]);
  const centered = map(binaryFormulas.sub, [factor, along(builder, center, x, axis)]);
  const mean = reduceInParts("sum", map(binaryFormulas.mul, [softmax, centered]), [axis]);
  const result = map(binaryFormulas.mul, [softmax, map(binaryFormulas.sub, [centered, along(builder, mean, x, axis)])]);
  return sign === 1 ? result : negated(builder, result);
}

/** The sum of the row's other values: at the largest, its own value is not added and subtracted again. */
function sumOfOthers(builder: SoftmaxBuilder, value: KernelNode, parts: Softmax): KernelNode {
  const { map, literal, reduceInParts } = builder;
  const { x, axis, isLargest } = parts;
  const atLargest = along(builder, sumOfLargest(builder, value, parts), x, axis);
  const smaller = reduceInParts("sum", map(where, [isLargest, literal(0, x.shape), value]), [axis]);
  const rest = along(builder, smaller, x, axis);
  return map(where, [
    isLargest,
    map(binaryFormulas.add, [map(binaryFormulas.sub, [atLargest, value]), rest]),
    map(binaryFormulas.sub, [map(binaryFormulas.add, [atLargest, rest]), value]),
  ]);
}

/** The sum of the values where x is the largest. */
function sumOfLargest(
  { map, literal, reduceInParts }: SoftmaxBuilder,
  value: KernelNode,
  { x, axis, isLargest }: Softmax,
): KernelNode {
  return reduceInParts("sum", map(where, [isLargest, value, literal(0, x.shape)]), [axis]);
}

function negated(builder: SoftmaxBuilder, value: KernelNode): KernelNode;
function negated(builder: SoftmaxBuilder, value: KernelNode | undefined): KernelNode | undefined;
function negated(builder: SoftmaxBuilder, value: KernelNode | undefined): KernelNode | undefined {
  return value && builder.map(unaryFormulas.neg, [value]);
}
