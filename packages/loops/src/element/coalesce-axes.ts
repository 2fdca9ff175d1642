/** Which neighbouring axes walk as one? A matrix of which all lie row by row is one long line. */
import type { Operation, Tensor } from "@symloss/core/engine";
import { groupAxes } from "./reshape.ts";

/** For each class of axes that never stands without another right inside it, that other; the two are one loop. */
export function findNeighbours<C>(
  order: readonly Tensor[],
  classOf: (tensor: Tensor, axis: number) => C,
  apart: ReadonlySet<C>,
): ReadonlyMap<C, C> {
  const inner = new Map<C, C | undefined>();
  const outer = new Map<C, C | undefined>();
  // What has two different neighbours has none.
  const note = (known: Map<C, C | undefined>, axisClass: C, neighbour: C | undefined): void => {
    known.set(axisClass, known.has(axisClass) && known.get(axisClass) !== neighbour ? undefined : neighbour);
  };
  const alone = new Set(apart);
  for (const tensor of order) {
    const classes = longAxes(tensor).map((axis) => classOf(tensor, axis));
    for (const [position, axisClass] of classes.entries()) {
      note(inner, axisClass, classes[position + 1]);
      note(outer, axisClass, classes[position - 1]);
    }
    for (const [owner, axis] of addressedAxes(tensor)) if (owner.shape[axis] !== 1) alone.add(classOf(owner, axis));
  }
  const isPair = ([left, right]: [C, C | undefined]): boolean =>
    right !== undefined && outer.get(right) === left && !alone.has(left) && !alone.has(right);
  return new Map([...inner].filter((pair): pair is [C, C] => isPair(pair)));
}

function longAxes({ shape }: Tensor): number[] {
  return [...shape.keys()].filter((axis) => shape[axis] !== 1);
}

type Axis = readonly [tensor: Tensor, axis: number];

/** The axes along which a node does something of its own, so that it must know where along them an element is. */
function addressedAxes(node: Tensor): readonly Axis[] {
  return addressed[node.operation as Operation]?.(node) ?? [];
}

const addressed: { readonly [O in Operation]?: (node: Tensor) => readonly Axis[] } = {
  iota: (node) => [[node, 0]],
  argmax: ({ inputs: [x], attributes }) => [[x!, axisOf(attributes)]],
  takeAlongAxis: alongAxis,
  scatterAdd: alongAxis,
  concat: alongAxis,
  slice: ofChangedLength,
  pad: ofChangedLength,
  matmul: (node) =>
    [node, ...node.inputs].flatMap((tensor): Axis[] => [
      [tensor, tensor.rank - 2],
      [tensor, tensor.rank - 1],
    ]),
  reshape: (node) => {
    const [x] = node.inputs as [Tensor];
    const groups = groupAxes(x.shape as readonly number[], node.shape as readonly number[]);
    const isSplit = groups !== undefined && groups.length > 1 && groups.some(({ to }) => to.length > 1);
    return isSplit ? [...node.shape.keys()].map((axis) => [node, axis] as const) : [];
  },
};

function alongAxis(node: Tensor): Axis[] {
  return [node, ...node.inputs].map((tensor) => [tensor, axisOf(node.attributes)] as const);
}

function ofChangedLength(node: Tensor): Axis[] {
  const [x] = node.inputs as [Tensor];
  return [...node.shape.keys()]
    .filter((axis) => node.shape[axis] !== x.shape[axis])
    .flatMap((axis): Axis[] => [
      [node, axis],
      [x, axis],
    ]);
}

function axisOf(attributes: unknown): number {
  return (attributes as { readonly axis: number }).axis;
}
