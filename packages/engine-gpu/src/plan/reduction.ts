/** How is a reduction split, so that threads are many, none runs long, and the shader's integers can count what is reduced? */
import { type Builder, type Reducer, type Value, makeBuilder, reducedLength } from "../kernel/node.ts";

/** How many elements a thread puts together, or undefined where one thread does it all. */
export type SplitRule = (results: number, length: number) => number | undefined;

/** What rules splitting: the plan's wishes, and how many elements an index can tell apart. */
export interface SplitOptions {
  readonly split: SplitRule;
  readonly indices: number;
}

/** Makes values, and reductions in parts. */
export interface ReducingBuilder extends Builder {
  readonly reduceInParts: (reducer: Reducer, x: Value, axes: readonly number[]) => Value;
}

export function makeReducingBuilder(options: SplitOptions): ReducingBuilder {
  const builder = makeBuilder();
  return { ...builder, reduceInParts: (reducer, x, axes) => reduceInParts(builder, options, reducer, x, axes) };
}

/** By how much the number of an element may exceed the length: parts are equally long, the last may end beyond it. */
const longestPart = 1024;

function reduceInParts(
  builder: Builder,
  options: SplitOptions,
  reducer: Reducer,
  x: Value,
  axes: readonly number[],
): Value {
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  const length = reducedLength(x, axes);
  // Only a sum may be over nothing.
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
