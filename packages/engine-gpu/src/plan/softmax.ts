/** How are softmax and related functions computed so that confident answers keep their digits? Without the largest term, which is 1. */
import { binaryFormulas, truncate, unaryFormulas, where } from "../kernel/formulas.ts";
import type { ReducingBuilder } from "./reduction.ts";
import type { KernelNode } from "../kernel/node.ts";

/** Creates nodes, and remembers which are probabilities. */
export interface SoftmaxBuilder extends ReducingBuilder {
  /** The parts of each softmax. */
  readonly softmaxes: Map<KernelNode, Softmax>;
  /** The parts of each log-sum-exp. */
  readonly logSums: Map<KernelNode, LogSum>;
}

/** A log-sum-exp: the largest exponent, and what the others add to it, which is small for a confident answer. */
export interface LogSum {
  readonly largest: KernelNode;
  readonly rest: KernelNode;
}

/** The parts of softmax and its logarithm, in x's shape for elements, and without the axis for rows. */
export interface Softmax {
  readonly x: KernelNode;
  readonly axis: number;
  /** x minus its largest. */
  readonly shifted: KernelNode;
  /** exp(shifted). */
  readonly powers: KernelNode;
  /** Whether x is the largest. */
  readonly isLargest: KernelNode;
  /** The largest. */
  readonly largest: KernelNode;
  /** How many elements are the largest. */
  readonly count: KernelNode;
  /** The sum of the powers, minus 1: the power of the largest is exactly 1. */
  readonly others: KernelNode;
  /** The sum of the powers. */
  readonly total: KernelNode;
}

/** log(sum(exp(x))) as the largest and the logarithm of 1 plus what the others add. */
export function logSumExp(builder: SoftmaxBuilder, x: KernelNode, axis: number): KernelNode {
  const { largest, others } = describeSoftmax(builder, x, axis);
  const rest = builder.map(unaryFormulas.log1p, [others]);
  const result = builder.map(binaryFormulas.add, [largest, rest]);
  builder.logSums.set(result, { largest, rest });
  return result;
}

export function logSoftmax(builder: SoftmaxBuilder, x: KernelNode, axis: number): KernelNode {
  const { shifted, others } = describeSoftmax(builder, x, axis);
  return builder.map(binaryFormulas.sub, [
    shifted,
    along(builder, builder.map(unaryFormulas.log1p, [others]), x, axis),
  ]);
}

export function softmax(builder: SoftmaxBuilder, x: KernelNode, axis: number): KernelNode {
  const parts = describeSoftmax(builder, x, axis);
  const result = builder.map(binaryFormulas.div, [parts.powers, along(builder, parts.total, x, axis)]);
  builder.softmaxes.set(result, parts);
  return result;
}

/** 1 - softmax(x). */
export function softmaxComplement(builder: SoftmaxBuilder, parts: Softmax): KernelNode {
  const { x, axis, isLargest, others, total, powers } = parts;
  const sum = along(builder, total, x, axis);
  const rest = builder.map(where, [
    isLargest,
    along(builder, others, x, axis),
    builder.map(binaryFormulas.sub, [sum, powers]),
  ]);
  return builder.map(binaryFormulas.div, [rest, sum]);
}

/** Broadcast along the axis that a reduction removed. */
export function along(
  { reshape, broadcastTo }: ReducingBuilder,
  x: KernelNode,
  like: KernelNode,
  axis: number,
): KernelNode {
  return broadcastTo(reshape(x, like.shape.with(axis, 1)), like.shape);
}

function describeSoftmax(builder: SoftmaxBuilder, x: KernelNode, axis: number): Softmax {
  const { map, literal, reduceInParts } = builder;
  const largest = reduceInParts("max", x, [axis]);
  const shifted = map(binaryFormulas.sub, [x, along(builder, largest, x, axis)]);
  const powers = map(unaryFormulas.exp, [shifted]);
  const isLargest = map(binaryFormulas.equal, [shifted, literal(0, x.shape)]);
  const total = reduceInParts("sum", powers, [axis]);
  const smaller = reduceInParts("sum", map(where, [isLargest, literal(0, x.shape), powers]), [axis]);
  // Each of the largest has added 1.
  const ofLargest = map(binaryFormulas.sub, [total, smaller]);
  const count = map(truncate, [map(binaryFormulas.add, [ofLargest, literal(0.5, total.shape)])]);
  const others = map(binaryFormulas.add, [map(binaryFormulas.sub, [count, literal(1, total.shape)]), smaller]);
  return { x, axis, shifted, powers, isLargest, largest, count, others, total };
}
