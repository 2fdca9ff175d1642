/** What do kernels compute? A graph of nodes, each an array as a function of positions; equal nodes are one object. */
import type { Formula } from "./formulas.ts";
import { type Index, type Position, unflatten } from "./index-expression.ts";
import type { Reducer } from "./statement.ts";

interface Base {
  /** Operands have smaller numbers. */
  readonly id: number;
  readonly inputs: readonly KernelNode[];
  readonly shape: readonly number[];
  readonly size: number;
}

/** An array that exists before the kernels run. */
export interface SourceNode extends Base {
  readonly kind: "source";
  /** Its index in the plan's sources. */
  readonly slot: number;
}

/** The same value everywhere. */
export interface LiteralNode extends Base {
  readonly kind: "literal";
  readonly value: number;
}

/** The index along its only axis. */
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

/** Zero, except for the operand, which starts at `before`. */
export interface PadNode extends Base {
  readonly kind: "pad";
  readonly before: readonly number[];
}

/** The operands one after another along the axis. */
export interface ConcatNode extends Base {
  readonly kind: "concat";
  readonly axis: number;
}

/** The first operand, at the position along the axis that the second holds. */
export interface GatherNode extends Base {
  readonly kind: "gather";
  readonly axis: number;
}

/** The operand's elements, which always lie in a texture: what reads them at several positions never computes them again. */
export interface StoredNode extends Base {
  readonly kind: "stored";
}

/** All elements along the axes, combined. */
export interface ReduceNode extends Base {
  readonly kind: "reduce";
  readonly reducer: Reducer;
  readonly axes: readonly number[];
}

/** Partial results along a new first axis, each of `chunk` elements, counted in row-major order of the axes. */
export interface PartialNode extends Base {
  readonly kind: "partial";
  readonly reducer: Reducer;
  readonly axes: readonly number[];
  readonly chunk: number;
}

/** A node: operands come first. */
export type KernelNode =
  | SourceNode
  | LiteralNode
  | IotaNode
  | MapNode
  | ViewNode
  | PadNode
  | ConcatNode
  | GatherNode
  | StoredNode
  | ReduceNode
  | PartialNode;

/** How many elements each result of a reduction combines. */
export function reducedLength(x: KernelNode, axes: readonly number[]): number {
  return axes.reduce((length, axis) => length * x.shape[axis]!, 1);
}

/** The position in a reduction's operand: the result's, with the reduced axes inserted. */
export function insertAxes(outer: Position, axes: readonly number[], reduced: Position): Position {
  const position = [...outer];
  for (const [index, axis] of axes.entries()) position.splice(axis, 0, reduced[index]!);
  return position;
}

/** The position along the reduced axes with this row-major index. */
export function reducedPosition(x: KernelNode, axes: readonly number[], number: Index): Position {
  return unflatten(
    number,
    axes.map((axis) => x.shape[axis]!),
  );
}
