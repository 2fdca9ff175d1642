/** Which axes of which tensors are traversed together? Each class of axes is one label, as a letter is in einsum. */
import type { Tensor } from "@symloss/core/engine";
import { type Length, assumeLength, assumedLength, lengthOf, multiplyLengths } from "../program/length.ts";
import { coalesceAxes } from "./coalesce-axes.ts";
import type { MayBeBatch } from "./batches.ts";
import type { Label } from "./element.ts";
import { type HasLoop, loopAxes } from "./reshape.ts";
import { type OperationTable, forElementwise, rowOf } from "./loop-operation.ts";

/** The labels of a graph's tensors. */
export interface Labels {
  /** The label of an axis; undefined if it has no loop, or if the label of the axis inside it covers both. */
  of(tensor: Tensor, axis: number): Label | undefined;
  readonly hasLoop: HasLoop;
  /** A label that no axis has, for loops in which this one is in use already. */
  instead(label: Label): Label;
}

/**
 * Labels for these tensors, operands first. Two axes of one tensor never share a label: a bond that would make them is dropped.
 * The lengths of axes that may be batches decide nothing: they have a label if they are 1, and weigh the same whatever they are.
 */
export function labelAxes(order: readonly Tensor[], mayBeBatch: MayBeBatch): Labels {
  let count = 0;
  const fresh = (like: Omit<Label, "id">): Label => ({ ...like, id: count++ });
  const others = new Map<Label, Label>();
  const classes = new Map<Tensor, AxisClass[]>();
  for (const tensor of order) {
    const axes: AxisClass[] = [];
    for (const [axis, dimension] of tensor.shape.entries())
      axes.push(makeClass(lengthOf(dimension), mayBeBatch(tensor, axis) === true, axes));
    classes.set(tensor, axes);
  }
  const classOf = (tensor: Tensor, axis: number): AxisClass => find(classes.get(tensor)![axis]!);
  const refused: AxisClass[] = [];
  const mayLoop: HasLoop = (tensor, axis) => tensor.shape[axis] !== 1 || mayBeBatch(tensor, axis) !== false;
  const bond: Bond = (left, leftAxis, right, rightAxis) => {
    if (left.shape[leftAxis] !== right.shape[rightAxis] || !mayLoop(left, leftAxis) || !mayLoop(right, rightAxis))
      return;
    const pair = [classOf(left, leftAxis), classOf(right, rightAxis)] as const;
    if (!join(...pair)) refused.push(...pair);
  };
  for (const tensor of order) rowOf(bondAxes, tensor)(tensor, bond, mayLoop);
  const hasLoop: HasLoop = (tensor, axis) => tensor.shape[axis] !== 1 || classOf(tensor, axis).mayBeBatch;
  const inner = coalesceAxes(order, classOf, new Set(refused.map(find)), hasLoop);
  for (const [outer, next] of inner) next.outer = outer;
  return {
    of(tensor, axis) {
      if (!hasLoop(tensor, axis)) return undefined;
      const axisClass = classOf(tensor, axis);
      if (inner.has(axisClass)) return undefined;
      return (axisClass.label ??= fresh(loopOver(axisClass)));
    },
    hasLoop,
    instead(label) {
      let other = others.get(label);
      if (other === undefined) others.set(label, (other = fresh(label)));
      return other;
    },
  };
}

/** The label of a loop over the class and those outside it that the loop covers too. */
function loopOver({ extent, mayBeBatch, outer }: AxisClass): Omit<Label, "id"> {
  const weight = mayBeBatch ? assumedLength : assumeLength(extent);
  if (outer === undefined) return { extent, mayBeBatch, weight };
  const outside = loopOver(outer);
  return {
    extent: multiplyLengths(extent, outside.extent),
    mayBeBatch: mayBeBatch || outside.mayBeBatch,
    weight: weight * outside.weight,
  };
}

type Bond = (left: Tensor, leftAxis: number, right: Tensor, rightAxis: number) => void;

/** Bonds the axes that an operation traverses together. */
const bondAxes: OperationTable<readonly [bond: Bond, hasLoop: HasLoop], void> = {
  input: none,
  constant: none,
  iota: none,
  dimensionSize: none,
  ...forElementwise(alongAll),
  where: alongAll,
  cast: alongAll,
  sum: (node, bond) => alongKept(node, node.attributes.axes, bond),
  max: (node, bond) => alongKept(node, node.attributes.axes, bond),
  argmax: (node, bond) => alongKept(node, [node.attributes.axis], bond),
  argsort: alongAll,
  cumsum: alongAll,
  takeAlongAxis: (node, bond) => alongOthers(node, node.attributes.axis, node, bond),
  scatterAdd: (node, bond) => alongOthers(node, node.attributes.axis, node.inputs[0]!, bond),
  reshape: (node, bond, hasLoop) => {
    const [x] = node.inputs as [Tensor];
    const [from, to] = [loopAxes(x, hasLoop), loopAxes(node, hasLoop)];
    if (from.length !== to.length || !from.every((axis, index) => x.shape[axis] === node.shape[to[index]!])) return;
    for (const [index, axis] of from.entries()) bond(x, axis, node, to[index]!);
  },
  transpose: (node, bond) => {
    for (const [axis, source] of node.attributes.permutation.entries()) bond(node.inputs[0]!, source, node, axis);
  },
  broadcastTo: (node, bond) => {
    const [x] = node.inputs as [Tensor];
    for (const axis of x.shape.keys()) bond(x, axis, node, axis + node.rank - x.rank);
  },
  // If the length is the same, nothing was moved along the axis.
  slice: alongAll,
  pad: alongAll,
  concat: alongAll,
  matmul: (node, bond) => {
    const [x, y] = node.inputs as [Tensor, Tensor];
    const axes = [...node.shape.keys()];
    for (const axis of axes.slice(0, -1)) bond(x, axis, node, axis);
    for (const axis of axes.slice(0, -2)) bond(y, axis, node, axis);
    bond(y, y.rank - 1, node, node.rank - 1);
    bond(x, x.rank - 1, y, y.rank - 2);
  },
};

function none(): void {}

function alongAll(node: Tensor, bond: Bond): void {
  for (const input of node.inputs) for (const axis of node.shape.keys()) bond(input, axis, node, axis);
}

function alongKept(node: Tensor, lost: readonly number[], bond: Bond): void {
  const [x] = node.inputs as [Tensor];
  const kept = [...x.shape.keys()].filter((axis) => !lost.includes(axis));
  for (const [axis, source] of kept.entries()) bond(x, source, node, axis);
}

/** The indices have the axes of the tensor that has their shape; along one axis the other tensor is addressed by them. */
function alongOthers(node: Tensor, addressed: number, asIndices: Tensor, bond: Bond): void {
  const [x, indices] = node.inputs as [Tensor, Tensor];
  for (const axis of node.shape.keys()) {
    if (axis !== addressed) bond(x, axis, node, axis);
    bond(indices, axis, asIndices, axis);
  }
}

/** An axis of a tensor, and, if it has no parent, the class of axes that are traversed together with it. */
interface AxisClass {
  parent: AxisClass | undefined;
  /** The axes of the same tensor. */
  readonly siblings: readonly AxisClass[];
  /** The other axes of the class. */
  readonly others: AxisClass[];
  readonly extent: Length;
  /** Whether one of its axes may be a batch. */
  mayBeBatch: boolean;
  /** The class right outside it that is one loop with it. */
  outer: AxisClass | undefined;
  label: Label | undefined;
}

function makeClass(extent: Length, mayBeBatch: boolean, siblings: readonly AxisClass[]): AxisClass {
  return { parent: undefined, siblings, others: [], extent, mayBeBatch, outer: undefined, label: undefined };
}

function find(axisClass: AxisClass): AxisClass {
  let root = axisClass;
  while (root.parent !== undefined) root = root.parent;
  let current = axisClass;
  while (current.parent !== undefined) {
    const next = current.parent;
    current.parent = root;
    current = next;
  }
  return root;
}

/** Merges the two; false if they must stay apart because a tensor has an axis of each. */
function join(left: AxisClass, right: AxisClass): boolean {
  if (left === right) return true;
  const [small, large] = left.others.length < right.others.length ? [left, right] : [right, left];
  const meets = (axis: AxisClass): boolean => axis.siblings.some((sibling) => find(sibling) === large);
  if (meets(small) || small.others.some(meets)) return false;
  large.others.push(small);
  for (const other of small.others) large.others.push(other);
  small.others.length = 0;
  small.parent = large;
  large.mayBeBatch ||= small.mayBeBatch;
  return true;
}
