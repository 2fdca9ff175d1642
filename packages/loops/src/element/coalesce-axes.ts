/** Which adjacent axes can be traversed as one? A matrix that everything traverses row by row is one long line. */
import type { NodeOf, Tensor } from "@symloss/core/engine";
import { type OperationTable, forElementwise, rowOf } from "./loop-operation.ts";
import { type HasLoop, groupAxes, loopAxes } from "./reshape.ts";

/** For each class of axes that always has the same class right inside it, that class: the two become one loop. */
export function coalesceAxes<C>(
  order: readonly Tensor[],
  classOf: (tensor: Tensor, axis: number) => C,
  apart: ReadonlySet<C>,
  hasLoop: HasLoop,
): ReadonlyMap<C, C> {
  const inner = new Map<C, C | undefined>();
  const outer = new Map<C, C | undefined>();
  // A class with two different neighbours has none.
  const note = (known: Map<C, C | undefined>, axisClass: C, neighbour: C | undefined): void => {
    known.set(axisClass, known.has(axisClass) && known.get(axisClass) !== neighbour ? undefined : neighbour);
  };
  const alone = new Set(apart);
  for (const tensor of order) {
    const classes = loopAxes(tensor, hasLoop).map((axis) => classOf(tensor, axis));
    for (const [position, axisClass] of classes.entries()) {
      note(inner, axisClass, classes[position + 1]);
      note(outer, axisClass, classes[position - 1]);
    }
    for (const [owner, axis] of rowOf(addressed, tensor)(tensor, hasLoop))
      if (hasLoop(owner, axis)) alone.add(classOf(owner, axis));
  }
  const isPair = ([left, right]: [C, C | undefined]): boolean =>
    right !== undefined && outer.get(right) === left && !alone.has(left) && !alone.has(right);
  return new Map([...inner].filter((pair): pair is [C, C] => isPair(pair)));
}

type Axis = readonly [tensor: Tensor, axis: number];

const none = (): readonly Axis[] => [];

/** The axes whose index matters to a node, so that they cannot be merged with others. */
const addressed: OperationTable<readonly [hasLoop: HasLoop], readonly Axis[]> = {
  input: none,
  constant: none,
  iota: (node) => [[node, 0]],
  dimensionSize: none,
  ...forElementwise(none),
  where: none,
  cast: none,
  sum: none,
  max: none,
  argmax: ({ inputs: [x], attributes: { axis } }) => [[x!, axis]],
  // They are programs of their own, on what lies in memory.
  argsort: none,
  cumsum: none,
  takeAlongAxis: alongAxis,
  scatterAdd: alongAxis,
  reshape: (node, hasLoop) => {
    const groups = groupAxes(node, hasLoop);
    if (groups === undefined) return [];
    const isSplit = groups.length > 1 && groups.some(({ to }) => to.length > 1);
    // The index of such an axis is dropped, and with it that of an axis outside it that it would cover.
    const isNew = loopAxes(node, hasLoop).some((axis) => groups.every(({ to }) => !to.includes(axis)));
    return isSplit || isNew ? [...node.shape.keys()].map((axis) => [node, axis] as const) : [];
  },
  transpose: none,
  broadcastTo: none,
  slice: ofChangedLength,
  pad: ofChangedLength,
  concat: alongAxis,
  matmul: (node) =>
    [node, ...node.inputs].flatMap((tensor): Axis[] => [
      [tensor, tensor.rank - 2],
      [tensor, tensor.rank - 1],
    ]),
};

function alongAxis(node: NodeOf<"takeAlongAxis" | "scatterAdd" | "concat">): Axis[] {
  return [node, ...node.inputs].map((tensor) => [tensor, node.attributes.axis] as const);
}

function ofChangedLength(node: NodeOf<"slice" | "pad">): Axis[] {
  const [x] = node.inputs as [Tensor];
  return [...node.shape.keys()]
    .filter((axis) => node.shape[axis] !== x.shape[axis])
    .flatMap((axis): Axis[] => [
      [node, axis],
      [x, axis],
    ]);
}
