/** What do kernels compute? A graph of nodes, each an array as a function of positions; equal nodes are one. */
import { sizeOf } from "@symloss/core/engine";
import type { Formula } from "./formulas.ts";
import { type Index, type Position, constantIndex, flatten, shift, unflatten } from "./index-expression.ts";
import type { Reducer } from "./statement.ts";

interface Base {
  /** Operands have smaller numbers. */
  readonly id: number;
  readonly inputs: readonly KernelNode[];
  readonly shape: readonly number[];
  readonly size: number;
}

/** An array that is there before the kernels run. */
export interface SourceNode extends Base {
  readonly kind: "source";
  /** Which of the plan's sources. */
  readonly slot: number;
}

/** The same number everywhere. */
export interface LiteralNode extends Base {
  readonly kind: "literal";
  readonly value: number;
}

/** The index along the only axis. */
export interface IotaNode extends Base {
  readonly kind: "iota";
}

/** A function of the operands' elements at the same position. */
export interface MapNode extends Base {
  readonly kind: "map";
  readonly formula: Formula;
}

/** The operand's elements at other positions. */
export interface ViewNode extends Base {
  readonly kind: "view";
  readonly source: (position: Position) => Position;
  /** Views with equal names of equal operands are equal. */
  readonly name: string;
}

/** Zero, but the operand from `before` on. */
export interface PadNode extends Base {
  readonly kind: "pad";
  readonly before: readonly number[];
}

/** The operands one after the other along the axis. */
export interface ConcatNode extends Base {
  readonly kind: "concat";
  readonly axis: number;
}

/** The first operand, at the position along the axis that the second holds. */
export interface GatherNode extends Base {
  readonly kind: "gather";
  readonly axis: number;
}

/** All elements along the axes put together. */
export interface ReduceNode extends Base {
  readonly kind: "reduce";
  readonly reducer: Reducer;
  readonly axes: readonly number[];
}

/** Along a new first axis, `chunk` elements put together each time, counted in row-major order of the axes. */
export interface PartialNode extends Base {
  readonly kind: "partial";
  readonly reducer: Reducer;
  readonly axes: readonly number[];
  readonly chunk: number;
}

/** A node: operands first. */
export type KernelNode =
  | SourceNode
  | LiteralNode
  | IotaNode
  | MapNode
  | ViewNode
  | PadNode
  | ConcatNode
  | GatherNode
  | ReduceNode
  | PartialNode;

/** What a kind of node has beside what all have. */
type Own<V extends KernelNode> = V extends KernelNode
  ? Omit<V, "id" | "inputs" | "size"> & { readonly inputs?: readonly KernelNode[] }
  : never;

/** Makes nodes, each once. */
export interface NodeBuilder {
  readonly source: (slot: number, shape: readonly number[]) => KernelNode;
  readonly literal: (value: number, shape: readonly number[]) => KernelNode;
  readonly iota: (size: number) => KernelNode;
  readonly map: (formula: Formula, inputs: readonly KernelNode[]) => KernelNode;
  readonly reshape: (x: KernelNode, shape: readonly number[]) => KernelNode;
  readonly transpose: (x: KernelNode, permutation: readonly number[]) => KernelNode;
  readonly broadcastTo: (x: KernelNode, shape: readonly number[]) => KernelNode;
  readonly slice: (x: KernelNode, starts: readonly number[], shape: readonly number[]) => KernelNode;
  readonly pad: (x: KernelNode, before: readonly number[], shape: readonly number[]) => KernelNode;
  readonly concat: (inputs: readonly KernelNode[], axis: number) => KernelNode;
  readonly gather: (x: KernelNode, indices: KernelNode, axis: number) => KernelNode;
  readonly reduce: (reducer: Reducer, x: KernelNode, axes: readonly number[]) => KernelNode;
  readonly partial: (reducer: Reducer, x: KernelNode, axes: readonly number[], chunk: number) => KernelNode;
}

export function makeNodeBuilder(): NodeBuilder {
  const known = new Map<string, KernelNode>();
  const make = <V extends KernelNode>(own: Own<V>): KernelNode => {
    const { inputs = [], shape, kind, ...rest } = own as Own<ViewNode>;
    const key = `${kind}(${inputs.map(({ id }) => id).join()})${shape.join()}|${Object.entries(rest)
      .filter(([, field]) => typeof field !== "function")
      .map(([name, field]) => `${name}=${name === "formula" ? (field as unknown as Formula).name : keyOf(field)}`)
      .join()}`;
    let node = known.get(key);
    if (node === undefined) {
      node = { ...own, inputs, id: known.size, size: sizeOf(shape) } as unknown as KernelNode;
      known.set(key, node);
    }
    return node;
  };
  const view = (name: string, x: KernelNode, shape: readonly number[], source: ViewNode["source"]): KernelNode =>
    x.kind === "literal"
      ? builder.literal(x.value, shape)
      : make<ViewNode>({ kind: "view", inputs: [x], shape, source, name });

  const builder: NodeBuilder = {
    source: (slot, shape) => make<SourceNode>({ kind: "source", slot, shape }),
    literal: (value, shape) => make<LiteralNode>({ kind: "literal", value, shape }),
    iota: (size) => make<IotaNode>({ kind: "iota", shape: [size] }),
    map: (formula, inputs) => {
      const numbers = inputs.flatMap((input) => (input.kind === "literal" ? [input.value] : []));
      if (numbers.length === inputs.length)
        return builder.literal(Math.fround(formula.compute(...numbers)), inputs[0]!.shape);
      return make<MapNode>({ kind: "map", formula, inputs, shape: inputs[0]!.shape });
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
    pad: (x, before, shape) => make<PadNode>({ kind: "pad", inputs: [x], before, shape }),
    concat: (inputs, axis) => {
      const shape = inputs[0]!.shape.with(
        axis,
        inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0),
      );
      return make<ConcatNode>({ kind: "concat", inputs, axis, shape });
    },
    gather: (x, indices, axis) =>
      make<GatherNode>({ kind: "gather", inputs: [x, indices], axis, shape: indices.shape }),
    reduce: (reducer, x, axes) =>
      make<ReduceNode>({ kind: "reduce", reducer, inputs: [x], axes, shape: without(x.shape, axes) }),
    partial: (reducer, x, axes, chunk) => {
      const length = reducedLength(x, axes);
      const shape = [Math.ceil(length / chunk), ...without(x.shape, axes)];
      return make<PartialNode>({ kind: "partial", reducer, inputs: [x], axes, chunk, shape });
    },
  };
  return builder;
}

/** How many elements each result of a reduction is made of. */
export function reducedLength(x: KernelNode, axes: readonly number[]): number {
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

function keyOf(field: unknown): string {
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
export function reducedPosition(x: KernelNode, axes: readonly number[], number: Index): Position {
  return unflatten(
    number,
    axes.map((axis) => x.shape[axis]!),
  );
}
