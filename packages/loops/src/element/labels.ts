/** Which axes of which tensors walk together? Each class of axes is one label, as a letter is in einsum. */
import { type Tensor, isBinary, isUnary } from "@symloss/core/engine";
import { findNeighbours } from "./coalesce-axes.ts";
import type { Label } from "./element.ts";

/** The labels of a graph's tensors. */
export interface Labels {
  /** The label of an axis; undefined where its length is 1, and where the label of the axis inside it walks both. */
  of(tensor: Tensor, axis: number): Label | undefined;
  /** A label that no axis has, for loops in which this one is taken. */
  instead(label: Label): Label;
}

/** Labels for these tensors, operands first. Two axes of one tensor never share one: then the later of the two bonds is not made. */
export function labelAxes(order: readonly Tensor[]): Labels {
  let count = 0;
  const fresh = (extent: number): Label => ({ id: count++, extent });
  const others = new Map<Label, Label>();
  const classes = new Map<Tensor, AxisClass[]>();
  for (const tensor of order) {
    const axes: AxisClass[] = [];
    for (const extent of tensor.shape) axes.push(makeClass(extent as number, axes));
    classes.set(tensor, axes);
  }
  const classOf = (tensor: Tensor, axis: number): AxisClass => find(classes.get(tensor)![axis]!);
  const refused: AxisClass[] = [];
  const bond: Bond = (left, leftAxis, right, rightAxis) => {
    if (left.shape[leftAxis] === 1 || left.shape[leftAxis] !== right.shape[rightAxis]) return;
    const pair = [classOf(left, leftAxis), classOf(right, rightAxis)] as const;
    if (!join(...pair)) refused.push(...pair);
  };
  for (const tensor of order) bondAxes(tensor, bond);
  const inner = findNeighbours(order, classOf, new Set(refused.map(find)));
  for (const [outer, next] of inner) next.outer = outer;
  return {
    of(tensor, axis) {
      if (tensor.shape[axis] === 1) return undefined;
      const axisClass = classOf(tensor, axis);
      return inner.has(axisClass) ? undefined : (axisClass.label ??= fresh(lengthOf(axisClass)));
    },
    instead(label) {
      let other = others.get(label);
      if (other === undefined) others.set(label, (other = fresh(label.extent)));
      return other;
    },
  };
}

/** How many turns a loop takes that walks the class, and those outside it that it walks too. */
function lengthOf({ extent, outer }: AxisClass): number {
  return outer === undefined ? extent : extent * lengthOf(outer);
}

type Bond = (left: Tensor, leftAxis: number, right: Tensor, rightAxis: number) => void;

function bondAxes(node: Tensor, bond: Bond): void {
  const [x, y] = node.inputs as [Tensor, Tensor];
  const attributes = node.attributes as { axis: number; axes: readonly number[]; permutation: readonly number[] };
  const all = [...node.shape.keys()];
  const { operation } = node;
  if (isUnary(operation) || isBinary(operation) || operation === "where" || operation === "cast") {
    for (const input of node.inputs) for (const axis of all) bond(input, axis, node, axis);
  } else if (operation === "broadcastTo") {
    const added = node.rank - x.rank;
    for (const axis of x.shape.keys()) bond(x, axis, node, axis + added);
  } else if (operation === "transpose") {
    for (const axis of all) bond(x, attributes.permutation[axis]!, node, axis);
  } else if (operation === "sum" || operation === "max" || operation === "argmax") {
    const axes = attributes.axes ?? [attributes.axis];
    const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
    for (const [axis, source] of kept.entries()) bond(x, source, node, axis);
  } else if (operation === "reshape") {
    const long = (tensor: Tensor) => [...tensor.shape.keys()].filter((axis) => tensor.shape[axis] !== 1);
    const [from, to] = [long(x), long(node)];
    if (from.length === to.length && from.every((axis, index) => x.shape[axis] === node.shape[to[index]!])) {
      for (const [index, axis] of from.entries()) bond(x, axis, node, to[index]!);
    }
  } else if (operation === "takeAlongAxis" || operation === "scatterAdd") {
    const own = operation === "takeAlongAxis" ? y : x;
    for (const axis of all) {
      if (axis !== attributes.axis) bond(x, axis, node, axis);
      bond(y, axis, operation === "takeAlongAxis" ? node : own, axis);
    }
  } else if (operation === "matmul") {
    for (const axis of all.slice(0, -1)) bond(x, axis, node, axis);
    for (const axis of all.slice(0, -2)) bond(y, axis, node, axis);
    bond(y, y.rank - 1, node, node.rank - 1);
    bond(x, x.rank - 1, y, y.rank - 2);
  } else if (operation === "slice" || operation === "pad" || operation === "concat") {
    // Where the length is the same, nothing was moved along the axis.
    for (const input of node.inputs) for (const axis of all) bond(input, axis, node, axis);
  }
}

/** An axis of a tensor, and, where it has no parent, the class of axes that walk together with it. */
interface AxisClass {
  parent: AxisClass | undefined;
  /** The axes of the same tensor. */
  readonly siblings: readonly AxisClass[];
  /** The other axes of the class. */
  readonly others: AxisClass[];
  readonly extent: number;
  /** The class that walks with this one. */
  outer: AxisClass | undefined;
  label: Label | undefined;
}

function makeClass(extent: number, siblings: readonly AxisClass[]): AxisClass {
  return { parent: undefined, siblings, others: [], extent, outer: undefined, label: undefined };
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

/** Makes the two one; false where they must stay two, for a tensor has an axis of each. */
function join(left: AxisClass, right: AxisClass): boolean {
  if (left === right) return true;
  const [small, large] = left.others.length < right.others.length ? [left, right] : [right, left];
  const meets = (axis: AxisClass): boolean => axis.siblings.some((sibling) => find(sibling) === large);
  if (meets(small) || small.others.some(meets)) return false;
  large.others.push(small);
  for (const other of small.others) large.others.push(other);
  small.others.length = 0;
  small.parent = large;
  return true;
}
