/** How is a reduction split, so that there are many threads, none runs long, and the shader's integers can count the elements? */
import { type KernelNode, reducedLength } from "../kernel/node.ts";
import { type NodeBuilder, makeNodeBuilder } from "../kernel/node-builder.ts";
import type { Reducer } from "../kernel/statement.ts";
import { type Destination, mostElements } from "./host.ts";

/** How many elements a thread combines; undefined if one thread does it all. */
export type SplitRule = (results: number, length: number) => number | undefined;

/** A scalar for the host is left in parts, which the host adds in float64; anything else is split until there are many threads. */
export const splitRules: Readonly<Record<Destination, SplitRule>> = {
  host: (results, length) => (results === 1 ? splitForHost(length) : splitRows(results, length)),
  device: (results, length) =>
    results === 1 && length > 1024 ? chunkOf(length, length / 256) : splitRows(results, length),
};

function splitForHost(length: number): number | undefined {
  return length > mostElements ? chunkOf(length, mostElements) : undefined;
}

function splitRows(results: number, length: number): number | undefined {
  if (results >= 4096) return length > 4096 ? 1024 : undefined;
  return length >= 1024 ? 256 : undefined;
}

function chunkOf(length: number, parts: number): number {
  return Math.min(1024, Math.max(64, 4 * Math.ceil(length / parts / 4)));
}

/** What determines splitting: what the plan asks for, and how many elements an index can distinguish. */
export interface SplitOptions {
  readonly split: SplitRule;
  readonly indices: number;
}

/** Creates nodes, with reductions in parts. */
export interface ReducingBuilder extends NodeBuilder {
  readonly reduceInParts: (reducer: Reducer, x: KernelNode, axes: readonly number[]) => KernelNode;
}

export function makeReducingBuilder(options: SplitOptions): ReducingBuilder {
  const builder = makeNodeBuilder();
  return { ...builder, reduceInParts: (reducer, x, axes) => reduceInParts(builder, options, reducer, x, axes) };
}

/** How far the index of an element may exceed the length: parts are equally long, and the last may end beyond it. */
const longestPart = 1024;

function reduceInParts(
  builder: NodeBuilder,
  options: SplitOptions,
  reducer: Reducer,
  x: KernelNode,
  axes: readonly number[],
): KernelNode {
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  const length = reducedLength(x, axes);
  // Only a sum may have no elements.
  if (length === 0) return builder.literal(0, shape);
  if (length === 1) return builder.reshape(x, shape);
  if (length > options.indices - longestPart && axes.length > 1) {
    const longest = axes.reduce((most, next) => (x.shape[next]! > x.shape[most]! ? next : most));
    const rest = axes.flatMap((axis) => (axis === longest ? [] : [axis > longest ? axis - 1 : axis]));
    return reduceInParts(builder, options, reducer, reduceInParts(builder, options, reducer, x, [longest]), rest);
  }
  const chunk = options.split(x.size / length, length);
  if (chunk === undefined) return builder.reduce(reducer, x, axes);
  return reduceInParts(builder, options, reducer, builder.partial(reducer, x, axes, chunk), [0]);
}
