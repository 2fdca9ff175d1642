/** How are rows sorted, and summed up to each element, by an engine that only compares, chooses and adds? */
import { isFloat } from "../array/dtype.ts";
import { type Shape, withAxis } from "../array/shape.ts";
import { add, equal, less, lessEqual, logicalAnd, logicalOr, where } from "../tensor/elementwise.ts";
import { arange, broadcastTo, concat, expandDims, pad, reshape, slice } from "../tensor/movement.ts";
import { asTensor } from "../tensor/operand.ts";
import { sum } from "../tensor/reduction.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Up to this length it costs less to compare all pairs of a row than to sort or sum it in steps. */
const shortRow = 64;

/** The indices of the elements in order. */
export function sortedIndices(x: Tensor, axis: number, descending: boolean): Tensor {
  const length = x.shape[axis] as number;
  const before = orderOf(length, descending);
  return length <= shortRow ? byCounting(x, axis, before) : inSteps(x, axis, before);
}

/** Elements that are sorted, and where each stood: no two stand at the same index, so that the order is total. */
interface Entries {
  readonly keys: Tensor;
  readonly indices: Tensor;
}

/** Whether entries come before others at the same places. */
type Before = (left: Entries, right: Entries) => Tensor;

/** Each element's place is the number of those that come before it; at each place stands the index of which that is the place. */
function byCounting(x: Tensor, axis: number, before: Before): Tensor {
  const length = x.shape[axis] as number;
  const entriesAlong = (at: number): Entries => {
    const keys = expandDims(x, at === axis ? axis + 1 : axis);
    return { keys, indices: along(arange(length), keys, at) };
  };
  const [others, own] = [entriesAlong(axis), entriesAlong(axis + 1)];
  const places = sum(before(others, own), axis);
  const isHere = equal(expandDims(places, axis + 1), along(arange(length), own.keys, axis + 1));
  return sum(where(isHere, others.indices, 0), axis);
}

/**
 * A bitonic network (Batcher, 1968): sorted runs, every other one descending, are merged until there is one. For n elements that are
 * log2(n) (log2(n) + 1) / 2 steps, each of which compares pairs at one distance.
 */
function inSteps(x: Tensor, axis: number, before: Before): Tensor {
  const length = x.shape[axis] as number;
  const whole = 2 ** Math.ceil(Math.log2(length));
  let entries: Entries = {
    keys: lengthened(x, axis, whole),
    indices: broadcastTo(along(arange(whole), x, axis), withAxis(x.shape, axis, whole)),
  };
  for (let run = 2; run <= whole; run *= 2)
    for (let distance = run / 2; distance >= 1; distance /= 2)
      entries = compared(entries, axis, { run, distance }, before);
  return slice(entries.indices, [], stopsAt(axis, length));
}

/** Numbers come first, in order, then NaN, then what fills up the row; of equal ones that with the smaller index. */
function orderOf(length: number, descending: boolean): Before {
  const rankOf = ({ keys, indices }: Entries): Tensor => {
    const rank = isFloat(keys.dtype) ? where(equal(keys, keys), 0, 1) : asTensor(0);
    return where(less(indices, length), rank, 2);
  };
  return (left, right) => {
    const [first, second] = descending ? [right, left] : [left, right];
    const [rank, otherRank] = [rankOf(left), rankOf(right)];
    const isBelow = less(first.keys, second.keys);
    const isAbove = less(second.keys, first.keys);
    const isTied = logicalAnd(equal(isAbove, false), less(left.indices, right.indices));
    return where(equal(rank, otherRank), logicalOr(isBelow, isTied), less(rank, otherRank));
  };
}

/** One step: how long the runs are that it merges into, and how far the two elements of a pair are apart. */
interface Step {
  readonly run: number;
  readonly distance: number;
}

/** Each pair in order: ascending in the first of two runs, descending in the second. */
function compared({ keys, indices }: Entries, axis: number, { run, distance }: Step, before: Before): Entries {
  const { shape } = keys;
  const length = shape[axis] as number;
  const directions = Math.min(2, length / run);
  const grouped: Shape = [length / (run * directions), directions, run / (2 * distance), 2, distance];
  const [direction, member] = [axis + 1, axis + 3];
  const apart = (x: Tensor): [Tensor, Tensor] => {
    const pairs = reshape(x, shape.toSpliced(axis, 1, ...grouped));
    return [slice(pairs, [], stopsAt(member, 1)), slice(pairs, startsAt(member, 1))];
  };
  const [[leftKeys, rightKeys], [leftIndices, rightIndices]] = [apart(keys), apart(indices)];
  const isWrong = before({ keys: rightKeys, indices: rightIndices }, { keys: leftKeys, indices: leftIndices });
  const isSwapped = directions === 1 ? isWrong : equal(isWrong, equal(along(arange(2), isWrong, direction), 0));
  const joined = (left: Tensor, right: Tensor): Tensor =>
    reshape(concat([where(isSwapped, right, left), where(isSwapped, left, right)], member), shape);
  return { keys: joined(leftKeys, rightKeys), indices: joined(leftIndices, rightIndices) };
}

/** The sums up to each element, or from each on. */
export function runningSums(x: Tensor, axis: number, reverse: boolean): Tensor {
  return (x.shape[axis] as number) <= shortRow ? ofPairs(x, axis, reverse) : byDoubling(x, axis, reverse);
}

function ofPairs(x: Tensor, axis: number, reverse: boolean): Tensor {
  const others = expandDims(x, axis + 1);
  const place = along(arange(x.shape[axis] as number), x, axis);
  const [theirs, own] = [expandDims(place, axis + 1), expandDims(place, axis)];
  return sum(where(reverse ? lessEqual(own, theirs) : lessEqual(theirs, own), others, 0), axis);
}

/** Each step adds the sums of as many elements as all before it together. */
function byDoubling(x: Tensor, axis: number, reverse: boolean): Tensor {
  const length = x.shape[axis] as number;
  let sums = x;
  for (let distance = 1; distance < length; distance *= 2) {
    const rest = reverse ? slice(sums, startsAt(axis, distance)) : slice(sums, [], stopsAt(axis, length - distance));
    const widths = x.shape.map((_, index) => (index === axis ? distance : 0));
    const none = x.shape.map(() => 0);
    sums = add(sums, reverse ? pad(rest, none, widths) : pad(rest, widths, none));
  }
  return sums;
}

function lengthened(x: Tensor, axis: number, length: number): Tensor {
  const missing = length - (x.shape[axis] as number);
  return pad(
    x,
    x.shape.map(() => 0),
    x.shape.map((_, index) => (index === axis ? missing : 0)),
  );
}

/** A vector reshaped to lie along one axis of a tensor, with length 1 on the others. */
export function along(vector: Tensor, like: Tensor, axis: number): Tensor {
  return reshape(
    vector,
    like.shape.map((_, index) => (index === axis ? vector.shape[0]! : 1)),
  );
}

/** One entry for each axis up to this one, and only this one is set. */
function startsAt(axis: number, start: number): number[] {
  return Array.from({ length: axis + 1 }, (_, index) => (index === axis ? start : 0));
}

function stopsAt(axis: number, stop: number): (number | undefined)[] {
  return Array.from({ length: axis + 1 }, (_, index) => (index === axis ? stop : undefined));
}
