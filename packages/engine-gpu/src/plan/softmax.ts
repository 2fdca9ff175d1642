/** How are softmax and its kin computed so that sure answers keep their digits? With the largest term left out, which is 1. */
import { binaryCalls, truncate, unaryCalls, where } from "../kernel/formulas.ts";
import type { ReducingBuilder } from "./reduction.ts";
import type { Value } from "../kernel/node.ts";

/** Makes values, and remembers which are probabilities. */
export interface SoftmaxBuilder extends ReducingBuilder {
  /** What each softmax is made of. */
  readonly softmaxes: Map<Value, Softmax>;
  /** What each logarithm of a sum is made of. */
  readonly logSums: Map<Value, LogSum>;
}

/** A logarithm of a sum of exponentials: the largest exponent, and what the others add to it, which is small where it is sure. */
export interface LogSum {
  readonly largest: Value;
  readonly rest: Value;
}

/** What softmax and its logarithm are made of: each with x's shape where it is of elements, and without the axis where it is of rows. */
export interface Softmax {
  readonly x: Value;
  readonly axis: number;
  /** x - its largest. */
  readonly shifted: Value;
  /** exp(shifted). */
  readonly powers: Value;
  /** Whether x is the largest. */
  readonly isLargest: Value;
  /** The largest. */
  readonly largest: Value;
  /** How many are the largest. */
  readonly count: Value;
  /** The sum of the powers, less 1: that of a largest one is exactly 1. */
  readonly others: Value;
  /** The sum of the powers. */
  readonly total: Value;
}

/** log(sum(exp(x))) as the largest and the logarithm of what the others add to its 1. */
export function logSumExp(builder: SoftmaxBuilder, x: Value, axis: number): Value {
  const { largest, others } = describeSoftmax(builder, x, axis);
  const rest = builder.map(unaryCalls.log1p, [others]);
  const result = builder.map(binaryCalls.add, [largest, rest]);
  builder.logSums.set(result, { largest, rest });
  return result;
}

export function logSoftmax(builder: SoftmaxBuilder, x: Value, axis: number): Value {
  const { shifted, others } = describeSoftmax(builder, x, axis);
  return builder.map(binaryCalls.sub, [shifted, along(builder, builder.map(unaryCalls.log1p, [others]), x, axis)]);
}

export function softmax(builder: SoftmaxBuilder, x: Value, axis: number): Value {
  const parts = describeSoftmax(builder, x, axis);
  const result = builder.map(binaryCalls.div, [parts.powers, along(builder, parts.total, x, axis)]);
  builder.softmaxes.set(result, parts);
  return result;
}

/** 1 - softmax(x). */
export function softmaxComplement(builder: SoftmaxBuilder, parts: Softmax): Value {
  const { x, axis, isLargest, others, total, powers } = parts;
  const sum = along(builder, total, x, axis);
  const rest = builder.map(where, [
    isLargest,
    along(builder, others, x, axis),
    builder.map(binaryCalls.sub, [sum, powers]),
  ]);
  return builder.map(binaryCalls.div, [rest, sum]);
}

/** Repeated along the axis that a reduction has dropped. */
export function along({ reshape, broadcastTo }: ReducingBuilder, x: Value, like: Value, axis: number): Value {
  return broadcastTo(reshape(x, like.shape.with(axis, 1)), like.shape);
}

function describeSoftmax(builder: SoftmaxBuilder, x: Value, axis: number): Softmax {
  const { map, literal, reduceInParts } = builder;
  const largest = reduceInParts("max", x, [axis]);
  const shifted = map(binaryCalls.sub, [x, along(builder, largest, x, axis)]);
  const powers = map(unaryCalls.exp, [shifted]);
  const isLargest = map(binaryCalls.equal, [shifted, literal(0, x.shape)]);
  const total = reduceInParts("sum", powers, [axis]);
  const smaller = reduceInParts("sum", map(where, [isLargest, literal(0, x.shape), powers]), [axis]);
  // Each of the largest has added 1.
  const ofLargest = map(binaryCalls.sub, [total, smaller]);
  const count = map(truncate, [map(binaryCalls.add, [ofLargest, literal(0.5, total.shape)])]);
  const others = map(binaryCalls.add, [map(binaryCalls.sub, [count, literal(1, total.shape)]), smaller]);
  return { x, axis, shifted, powers, isLargest, largest, count, others, total };
}
