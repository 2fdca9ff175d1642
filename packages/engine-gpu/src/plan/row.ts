/**
 * How are rows sorted, and summed up to each element? Short rows by comparing all pairs, in one loop; others in steps over whole rows, which
 * are one kernel: what tells them apart is read from a texture.
 */
import { binaryFormulas, truncate, unaryFormulas, where } from "../kernel/formulas.ts";
import type { KernelNode } from "../kernel/node.ts";
import type { ReducingBuilder } from "./reduction.ts";
import type { SourceArray } from "./source-array.ts";

/** Creates nodes, and constant arrays. */
export interface RowBuilder extends ReducingBuilder {
  readonly addSource: (source: SourceArray) => KernelNode;
}

/** Up to this length all pairs of a row are compared. */
const shortRow = 32;

/** The indices of the elements in order; of equal ones the smaller index comes first. */
export function argsort(builder: RowBuilder, x: KernelNode, axis: number, descending: boolean): KernelNode {
  const length = x.shape[axis]!;
  const row: Row = { builder, keys: builder.stored(x), axis, length, descending };
  return length <= shortRow ? sortByCounting(row) : sortInSteps(row);
}

/** Rows that are sorted. */
interface Row {
  readonly builder: RowBuilder;
  readonly keys: KernelNode;
  readonly axis: number;
  readonly length: number;
  readonly descending: boolean;
}

/** Elements, and where each stands: no two stand at the same index, so that the order is total. */
interface Entries {
  readonly keys: KernelNode;
  readonly indices: KernelNode;
}

/** Whether entries come before others: numbers in order, then NaN, then what is beyond the row. */
function before({ builder, length, descending }: Row, left: Entries, right: Entries): KernelNode {
  const { equal, less, and, or, not, choose } = formulasOf(builder);
  const rankOf = ({ keys, indices }: Entries): KernelNode => {
    const number = (value: number): KernelNode => builder.literal(value, keys.shape);
    const isInside = less(indices, number(length));
    return choose(isInside, choose(equal(keys, keys), number(0), number(1)), number(2));
  };
  const [first, second] = descending ? [right, left] : [left, right];
  const [rank, otherRank] = [rankOf(left), rankOf(right)];
  const isTied = and(not(less(second.keys, first.keys)), less(left.indices, right.indices));
  return choose(equal(rank, otherRank), or(less(first.keys, second.keys), isTied), less(rank, otherRank));
}

/** Each element's place is the number of those that come before it; at each place stands the index of which that is the place. */
function sortByCounting(row: Row): KernelNode {
  const { builder, keys, axis, length } = row;
  const { equal, choose } = formulasOf(builder);
  const pairs = keys.shape.toSpliced(axis, 0, length);
  const spread = (x: KernelNode, at: number): KernelNode =>
    builder.broadcastTo(builder.reshape(x, x.shape.toSpliced(at, 0, 1)), pairs);
  const entries = (along: number, others: number): Entries => ({
    keys: spread(keys, others),
    indices: indicesAlong(builder, pairs, along),
  });
  const [others, own] = [entries(axis, axis + 1), entries(axis + 1, axis)];
  const places = builder.reduceInParts("sum", before(row, others, own), [axis]);
  const isHere = equal(spread(places, axis + 1), indicesAlong(builder, pairs, axis + 1));
  const index = choose(isHere, indicesAlong(builder, pairs, axis), builder.literal(0, pairs));
  return builder.reduceInParts("sum", index, [axis]);
}

/**
 * A bitonic network (Batcher, 1968): sorted runs, every other one descending, are merged until there is one, in steps that compare pairs
 * at one distance.
 */
function sortInSteps(row: Row): KernelNode {
  const { builder, keys, axis, length } = row;
  const whole = 2 ** Math.ceil(Math.log2(length));
  const shape = keys.shape.with(axis, whole);
  let order = indicesAlong(builder, shape, axis);
  for (let run = 2; run <= whole; run *= 2)
    for (let distance = run / 2; distance >= 1; distance /= 2)
      order = builder.stored(inPairs(row, order, { run, distance }));
  return builder.slice(
    order,
    shape.map(() => 0),
    keys.shape,
  );
}

/** One step: how long the runs are that it merges into, and how far the two elements of a pair are apart. */
interface Step {
  readonly run: number;
  readonly distance: number;
}

function inPairs(row: Row, order: KernelNode, step: Step): KernelNode {
  const { builder, keys, axis } = row;
  const { equal, choose, add, sub } = formulasOf(builder);
  const { shape } = order;
  const [run, distance] = settings(builder, [step.run, step.distance], shape);
  const place = indicesAlong(builder, shape, axis);
  const isFirst = isEven(builder, place, distance!);
  const partner = choose(isFirst, add(place, distance!), sub(place, distance!));
  const other = builder.gather(order, partner, axis);
  const entriesAt = (indices: KernelNode): Entries => ({ keys: builder.gather(keys, indices, axis), indices });
  const isOtherBefore = before(row, entriesAt(other), entriesAt(order));
  const takesSmaller = equal(isFirst, isEven(builder, place, run!));
  return choose(equal(takesSmaller, isOtherBefore), other, order);
}

/** Whether the stretch of this length in which a place lies is the first of two. */
function isEven(builder: RowBuilder, place: KernelNode, length: KernelNode): KernelNode {
  const { equal, div, sub, truncated } = formulasOf(builder);
  const stretch = truncated(div(place, length));
  const half = builder.map(binaryFormulas.mul, [stretch, builder.literal(0.5, place.shape)]);
  return equal(sub(half, truncated(half)), builder.literal(0, place.shape));
}

/** The sums up to each element, or from each on. */
export function cumsum(builder: RowBuilder, x: KernelNode, axis: number, reverse: boolean): KernelNode {
  return x.shape[axis]! <= shortRow ? sumPairs(builder, x, axis, reverse) : sumInSteps(builder, x, axis, reverse);
}

function sumPairs(builder: RowBuilder, x: KernelNode, axis: number, reverse: boolean): KernelNode {
  const { choose } = formulasOf(builder);
  const pairs = x.shape.toSpliced(axis, 0, x.shape[axis]!);
  const [place, own] = [indicesAlong(builder, pairs, axis), indicesAlong(builder, pairs, axis + 1)];
  const isAdded = builder.map(binaryFormulas.lessEqual, reverse ? [own, place] : [place, own]);
  const spread = builder.broadcastTo(builder.reshape(x, x.shape.toSpliced(axis + 1, 0, 1)), pairs);
  return builder.reduceInParts("sum", choose(isAdded, spread, builder.literal(0, pairs)), [axis]);
}

/** Each step adds the sums of as many elements as all steps before it together. */
function sumInSteps(builder: RowBuilder, x: KernelNode, axis: number, reverse: boolean): KernelNode {
  const { less, choose, add, sub } = formulasOf(builder);
  const { shape } = x;
  const place = indicesAlong(builder, shape, axis);
  const zero = builder.literal(0, shape);
  let sums = builder.stored(x);
  for (let distance = 1; distance < shape[axis]!; distance *= 2) {
    const [by] = settings(builder, [distance], shape);
    const from = reverse ? add(place, by!) : sub(place, by!);
    const isOutside = reverse ? less(builder.literal(shape[axis]! - 1, shape), from) : less(from, zero);
    sums = builder.stored(add(sums, choose(isOutside, zero, builder.gather(sums, from, axis))));
  }
  return sums;
}

/** The index along an axis, everywhere in a shape. */
function indicesAlong(builder: RowBuilder, shape: readonly number[], axis: number): KernelNode {
  const alone = shape.map((length, index) => (index === axis ? length : 1));
  return builder.broadcastTo(builder.reshape(builder.iota(shape[axis]!), alone), shape);
}

/** Numbers that are not part of a kernel, each everywhere in a shape. */
function settings(builder: RowBuilder, values: readonly number[], shape: readonly number[]): readonly KernelNode[] {
  const source = builder.addSource({ shape: [values.length], dtype: "float32", data: Float32Array.from(values) });
  return values.map((_, index) => builder.broadcastTo(builder.slice(source, [index], [1]), shape));
}

type Combine = (...operands: readonly KernelNode[]) => KernelNode;

function formulasOf({ map }: RowBuilder) {
  const of =
    (formula: Parameters<typeof map>[0]): Combine =>
    (...operands) =>
      map(formula, operands);
  return {
    equal: of(binaryFormulas.equal),
    less: of(binaryFormulas.less),
    and: of(binaryFormulas.logicalAnd),
    or: of(binaryFormulas.logicalOr),
    not: of(unaryFormulas.logicalNot),
    choose: of(where),
    add: of(binaryFormulas.add),
    sub: of(binaryFormulas.sub),
    div: of(binaryFormulas.div),
    truncated: of(truncate),
  };
}
