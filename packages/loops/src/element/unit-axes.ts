/**
 * Which axes of length 1 always have that length, and which may be longer another time, as that of a batch of 1?
 * The formulas of a graph must not depend on the length of the latter, or a row would not have the same bits in every batch.
 */
import { type ScanNode, type Tensor, isScan, topologicalOrder } from "@symloss/core/engine";
import { assumeLength, lengthOf } from "../program/length.ts";
import { type OperationTable, forElementwise, rowOf } from "./loop-operation.ts";

/** For each axis: whether its length is always the same; undefined if it is only broadcast. */
export type Ones = readonly (boolean | undefined)[];

/** What is known of a graph's axes of length 1. */
export interface UnitAxes {
  /** Whether the length of the axis is always 1, in at least one of these tensors of one shape and against none. */
  isFixed(tensors: readonly Tensor[], axis: number): boolean;
  /** Whether a reshape merges an axis that may be longer another time into others. */
  dropsAxis(reshape: Tensor): boolean;
}

export function findUnitAxes(order: readonly Tensor[]): UnitAxes {
  const ones = followAxes(order, () => false);
  const dropping = new Set<Tensor>();
  for (const node of order)
    if (node.operation === "reshape" && reshaped(node, ones.get(node.inputs[0]!)!).drops) dropping.add(node);
  return {
    isFixed: (tensors, axis) =>
      tensors.every((tensor) => tensor.shape[axis] === 1) &&
      together(tensors.map((tensor) => ones.get(tensor)![axis])) === true,
    dropsAxis: (reshape) => dropping.has(reshape),
  };
}

/** What is known of an axis of an input. */
type OfInput = (input: Tensor, axis: number) => boolean | undefined;

/** What is known of all axes of these tensors, operands first, from whether an axis of an input always has its length. */
export function followAxes(order: readonly Tensor[], isFixed: OfInput): ReadonlyMap<Tensor, Ones> {
  const ones = new Map<Tensor, Ones>();
  for (const node of order) {
    const inputs = node.inputs.map((input) => ones.get(input)!);
    ones.set(node, isScan(node) ? ofScan(node, inputs) : rowOf(onesOf, node)(node, inputs, isFixed));
  }
  return ones;
}

/** What is known of the axes of what the body of a scan takes, in any step, from what is known of those of the scan's operands. */
export function onesInBody({ attributes }: ScanNode, operands: readonly Ones[]): readonly Ones[] {
  const { body, carries, sequences } = attributes;
  let inputs = operands.map((ones, index) => (index >= carries && index < carries + sequences ? ones.slice(1) : ones));
  for (;;) {
    const known = followBody(attributes, inputs);
    const next = inputs.map((ones, index) => {
      if (index >= carries) return ones;
      const given = known.get(body.outputs[index]!)!;
      return ones.map((own, axis) => together([own, given[axis]]));
    });
    if (next.every((ones, index) => ones.every((own, axis) => own === inputs[index]![axis]))) return inputs;
    inputs = next;
  }
}

/** What is known of all axes in a body, from what is known of those that it takes. */
export function followBody({ body }: ScanNode["attributes"], inputs: readonly Ones[]): ReadonlyMap<Tensor, Ones> {
  const positions = new Map(body.inputs.map((input, index) => [input, index]));
  const order = topologicalOrder([...body.inputs, ...body.outputs]);
  return followAxes(order, (input, axis) => inputs[positions.get(input)!]![axis]);
}

function ofScan(node: ScanNode, operands: readonly Ones[]): Ones {
  const { body, carries, sequences, output } = node.attributes;
  const inputs = onesInBody(node, operands);
  if (output < carries) return inputs[output]!;
  const first = together(operands.slice(carries, carries + sequences).map(([own]) => own)) ?? true;
  if (output < 2 * carries) return [first, ...inputs[output - carries]!];
  const known = followBody(node.attributes, inputs);
  return [first, ...known.get(body.outputs[output - carries]!)!];
}

/** Of axes that are the same: always 1 if one is and none may be longer. */
function together(ones: readonly (boolean | undefined)[]): boolean | undefined {
  if (ones.includes(false)) return false;
  return ones.includes(true) ? true : undefined;
}

/** What is known of the axes of a node, from what is known of those of its operands. */
const onesOf: OperationTable<readonly [inputs: readonly Ones[], isFixed: OfInput], Ones> = {
  input: (node, _, isFixed) => node.shape.map((_, axis) => isFixed(node, axis)),
  constant: allFixed,
  iota: allFixed,
  dimensionSize: allFixed,
  ...forElementwise(axisByAxis),
  where: axisByAxis,
  cast: axisByAxis,
  sum: ({ attributes: { axes } }, [x]) => withoutAxes(x!, axes),
  max: ({ attributes: { axes } }, [x]) => withoutAxes(x!, axes),
  argmax: ({ attributes: { axis } }, [x]) => withoutAxes(x!, [axis]),
  argsort: axisByAxis,
  cumsum: axisByAxis,
  takeAlongAxis: ({ shape, attributes }, [x, indices]) =>
    shape.map((_, axis) => (axis === attributes.axis ? indices![axis] : together([x![axis], indices![axis]]))),
  scatterAdd: ({ shape, attributes }, inputs) =>
    shape.map((_, axis) => (axis === attributes.axis ? true : together(inputs.map((own) => own[axis])))),
  reshape: (node, [x]) => reshaped(node, x!).result,
  transpose: ({ attributes: { permutation } }, [x]) => permutation.map((axis) => x![axis]),
  broadcastTo: ({ shape }, [x]) => {
    const added = shape.length - x!.length;
    return shape.map((_, axis) => (axis >= added && x![axis - added] === false ? false : undefined));
  },
  slice: ofKeptLength,
  pad: ofKeptLength,
  concat: axisByAxis,
  matmul: ({ shape, rank }, [x, y]) =>
    shape.map((_, axis) => {
      if (axis === rank - 2) return x![axis];
      return axis === rank - 1 ? y!.at(-1) : together([x![axis], y![axis]]);
    }),
};

function allFixed({ shape }: Tensor): Ones {
  return shape.map(() => true);
}

function axisByAxis({ shape }: Tensor, inputs: readonly Ones[]): Ones {
  return shape.map((_, axis) => together(inputs.map((own) => own[axis])));
}

function withoutAxes(ones: Ones, lost: readonly number[]): Ones {
  return ones.filter((_, axis) => !lost.includes(axis));
}

function ofKeptLength({ shape, inputs: [x] }: Tensor, [ones]: readonly Ones[]): Ones {
  return shape.map((length, axis) => (x!.shape[axis] === length ? ones![axis] : true));
}

/**
 * An axis of length 1 is matched by the product of the lengths before it; of those that match, as many as may be longer stay so, the first
 * ones. A longer axis is fixed unless it has something in it that is not.
 */
function reshaped(node: Tensor, ones: Ones): { readonly result: Ones; readonly drops: boolean } {
  const [x] = node.inputs as [Tensor];
  const open = new Map<number, number>();
  for (const [axis, place] of placesOf(x).entries()) {
    if (x.shape[axis] === 1 && ones[axis] !== true) open.set(place, (open.get(place) ?? 0) + 1);
  }
  const places = placesOf(node);
  const units = places.map((place, axis) => {
    if (node.shape[axis] !== 1) return undefined;
    const left = open.get(place) ?? 0;
    if (left > 0) open.set(place, left - 1);
    return left === 0;
  });
  const dropped = [...open].flatMap(([place, left]) => (left > 0 ? [place] : []));
  const isFixedFrom = (from: number, to: number): boolean =>
    placesOf(x).every((place, axis) => {
      const isInside = place < to && place * assumedAt(x, axis) > from;
      return ones[axis] === true || !isInside;
    }) && !dropped.some((place) => place >= from && place <= to);
  const result = units.map((unit, axis) => {
    const place = places[axis]!;
    return unit ?? isFixedFrom(place, place * assumedAt(node, axis));
  });
  return { result, drops: dropped.length > 0 };
}

/** For each axis the product of the lengths before it. Those that have names are the same on both sides of a reshape, in the same order. */
function placesOf(tensor: Tensor): number[] {
  let product = 1;
  return tensor.shape.map((_, axis) => {
    const place = product;
    product *= assumedAt(tensor, axis);
    return place;
  });
}

function assumedAt({ shape }: Tensor, axis: number): number {
  return assumeLength(lengthOf(shape[axis]!));
}
