/** What does a kernel compute? A graph of values, each a function of positions; equal values are one. */
import { sizeOf } from "@symloss/core/engine";
import { type Call, isCall } from "./functions.ts";
import { type Index, type Position, constantIndex, flatten, shift, unflatten } from "./index-expression.ts";

/** How a reduction puts two elements together. */
export type Reducer = "sum" | "max";

interface Base {
  /** Operands have smaller numbers. */
  readonly id: number;
  readonly inputs: readonly Value[];
  readonly shape: readonly number[];
  readonly size: number;
}

/** An array that is there before the kernels run. */
export interface Source extends Base {
  readonly kind: "source";
  /** Which of the plan's sources. */
  readonly slot: number;
}

/** The same number everywhere. */
export interface Literal extends Base {
  readonly kind: "literal";
  readonly value: number;
}

/** The index along the only axis. */
export interface Iota extends Base {
  readonly kind: "iota";
}

/** A function of the operands' elements at the same position. */
export interface MapValue extends Base {
  readonly kind: "map";
  readonly call: Call;
}

/** The operand's elements at other positions. */
export interface View extends Base {
  readonly kind: "view";
  readonly source: (position: Position) => Position;
  /** Views with equal names of equal operands are equal. */
  readonly name: string;
}

/** Zero, but the operand from `before` on. */
export interface Pad extends Base {
  readonly kind: "pad";
  readonly before: readonly number[];
}

/** The operands one after the other along the axis. */
export interface Concat extends Base {
  readonly kind: "concat";
  readonly axis: number;
}

/** The first operand, at the position along the axis that the second holds. */
export interface Gather extends Base {
  readonly kind: "gather";
  readonly axis: number;
}

/** All elements along the axes put together. */
export interface Reduce extends Base {
  readonly kind: "reduce";
  readonly reducer: Reducer;
  readonly axes: readonly number[];
}

/** Along a new first axis, `chunk` elements put together each time, counted in row-major order of the axes. */
export interface Partial extends Base {
  readonly kind: "partial";
  readonly reducer: Reducer;
  readonly axes: readonly number[];
  readonly chunk: number;
}

export type Value = Source | Literal | Iota | MapValue | View | Pad | Concat | Gather | Reduce | Partial;

/** What a kind of value has beside what all have. */
type Own<V extends Value> = V extends Value
  ? Omit<V, "id" | "inputs" | "size"> & { readonly inputs?: readonly Value[] }
  : never;

/** Makes values, each once. */
export interface Builder {
  readonly source: (slot: number, shape: readonly number[]) => Value;
  readonly literal: (value: number, shape: readonly number[]) => Value;
  readonly iota: (size: number) => Value;
  readonly map: (call: Call, inputs: readonly Value[]) => Value;
  readonly reshape: (x: Value, shape: readonly number[]) => Value;
  readonly transpose: (x: Value, permutation: readonly number[]) => Value;
  readonly broadcastTo: (x: Value, shape: readonly number[]) => Value;
  readonly slice: (x: Value, starts: readonly number[], shape: readonly number[]) => Value;
  readonly pad: (x: Value, before: readonly number[], shape: readonly number[]) => Value;
  readonly concat: (inputs: readonly Value[], axis: number) => Value;
  readonly gather: (x: Value, indices: Value, axis: number) => Value;
  readonly reduce: (reducer: Reducer, x: Value, axes: readonly number[]) => Value;
  readonly partial: (reducer: Reducer, x: Value, axes: readonly number[], chunk: number) => Value;
}

export function makeBuilder(): Builder {
  const known = new Map<string, Value>();
  const make = <V extends Value>(own: Own<V>): Value => {
    const { inputs = [], shape, kind, ...rest } = own as Own<View>;
    const key = `${kind}(${inputs.map(({ id }) => id).join()})${shape.join()}|${Object.entries(rest)
      .filter(([, field]) => typeof field !== "function")
      .map(([name, field]) => `${name}=${fieldKey(field)}`)
      .join()}`;
    let value = known.get(key);
    if (value === undefined) {
      value = { ...own, inputs, id: known.size, size: sizeOf(shape) } as unknown as Value;
      known.set(key, value);
    }
    return value;
  };
  const view = (name: string, x: Value, shape: readonly number[], source: View["source"]): Value =>
    x.kind === "literal"
      ? builder.literal(x.value, shape)
      : make<View>({ kind: "view", inputs: [x], shape, source, name });

  const builder: Builder = {
    source: (slot, shape) => make<Source>({ kind: "source", slot, shape }),
    literal: (value, shape) => make<Literal>({ kind: "literal", value, shape }),
    iota: (size) => make<Iota>({ kind: "iota", shape: [size] }),
    map: (call, inputs) => {
      const numbers = inputs.flatMap((input) => (input.kind === "literal" ? [input.value] : []));
      if (numbers.length === inputs.length)
        return builder.literal(Math.fround(call.compute(...numbers)), inputs[0]!.shape);
      return make<MapValue>({ kind: "map", call, inputs, shape: inputs[0]!.shape });
    },
    reshape: (x, shape) => {
      const groups = axisGroups(x.shape, shape);
      return view("reshape", x, shape, (position) => reshapePosition(position, shape, x.shape, groups));
    },
    transpose: (x, permutation) =>
      view(
        `transpose ${permutation.join()}`,
        x,
        permutation.map((axis) => x.shape[axis]!),
        (position) => x.shape.map((_, axis) => position[permutation.indexOf(axis)]!),
      ),
    broadcastTo: (x, shape) => {
      const lead = shape.length - x.shape.length;
      return view("broadcast", x, shape, (position) =>
        x.shape.map((length, axis) => (length === 1 ? constantIndex(0) : position[lead + axis]!)),
      );
    },
    slice: (x, starts, shape) =>
      view(`slice ${starts.join()}`, x, shape, (position) =>
        position.map((index, axis) => shift(index, starts[axis]!)),
      ),
    pad: (x, before, shape) => make<Pad>({ kind: "pad", inputs: [x], before, shape }),
    concat: (inputs, axis) => {
      const shape = inputs[0]!.shape.with(
        axis,
        inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0),
      );
      return make<Concat>({ kind: "concat", inputs, axis, shape });
    },
    gather: (x, indices, axis) => make<Gather>({ kind: "gather", inputs: [x, indices], axis, shape: indices.shape }),
    reduce: (reducer, x, axes) =>
      make<Reduce>({ kind: "reduce", reducer, inputs: [x], axes, shape: without(x.shape, axes) }),
    partial: (reducer, x, axes, chunk) => {
      const length = reducedLength(x, axes);
      const shape = [Math.ceil(length / chunk), ...without(x.shape, axes)];
      return make<Partial>({ kind: "partial", reducer, inputs: [x], axes, chunk, shape });
    },
  };
  return builder;
}

/** How many elements each result of a reduction is made of. */
export function reducedLength(x: Value, axes: readonly number[]): number {
  return axes.reduce((length, axis) => length * x.shape[axis]!, 1);
}

/** The position in the operand of a reduction: the result's, with the reduced axes put in. */
export function insertAxes(outer: Position, axes: readonly number[], reduced: Position): Position {
  const position = [...outer];
  for (const [index, axis] of axes.entries()) position.splice(axis, 0, reduced[index]!);
  return position;
}

function without(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.filter((_, axis) => !axes.includes(axis));
}

function fieldKey(field: unknown): string {
  if (isCall(field)) return field.name;
  return Object.is(field, -0) ? "-0" : String(field);
}

/** Runs of axes on both sides that hold the same elements, the shortest there are. */
type AxisGroup = readonly [from: readonly number[], to: readonly number[]];

function axisGroups(source: readonly number[], target: readonly number[]): AxisGroup[] {
  const groups: AxisGroup[] = [];
  let from: number[] = [];
  let to: number[] = [];
  let [sourceSize, targetSize] = [1, 1];
  let [sourceAxis, targetAxis] = [0, 0];
  while (sourceAxis < source.length || targetAxis < target.length) {
    if (sourceAxis < source.length && (sourceSize <= targetSize || targetAxis === target.length)) {
      from.push(sourceAxis);
      sourceSize *= source[sourceAxis++]!;
    } else {
      to.push(targetAxis);
      targetSize *= target[targetAxis++]!;
    }
    if (sourceSize === targetSize) {
      groups.push([from, to]);
      [from, to, sourceSize, targetSize] = [[], [], 1, 1];
    }
  }
  return groups;
}

function reshapePosition(
  position: Position,
  shape: readonly number[],
  sourceShape: readonly number[],
  groups: readonly AxisGroup[],
): Position {
  const result: Index[] = sourceShape.map(() => constantIndex(0));
  for (const [from, to] of groups) {
    const lengths = to.map((axis) => shape[axis]!);
    const flat = flatten(
      to.map((axis) => position[axis]!),
      lengths.map((_, axis) => lengths.slice(axis + 1).reduce((left, right) => left * right, 1)),
    );
    const split = unflatten(
      flat,
      from.map((axis) => sourceShape[axis]!),
    );
    for (const [index, axis] of from.entries()) result[axis] = split[index]!;
  }
  return result;
}

/** The position along the reduced axes that has this row-major number. */
export function reducedPosition(x: Value, axes: readonly number[], number: Index): Position {
  return unflatten(
    number,
    axes.map((axis) => x.shape[axis]!),
  );
}
