/**
 * Which axes of length 1 have that length whatever is computed, and which may be longer another time, as those of a batch of 1?
 * What such an axis makes of a graph must not depend on its length, or a row would not have the same bits in every batch.
 */
import type { Operation, Tensor } from "@symloss/core/engine";

/** For each axis: whether its length is 1 for good; undefined where only repetition made it. */
type Ones = readonly (boolean | undefined)[];

/** What is known of a graph's axes of length 1. */
export interface FixedOnes {
  /** Whether the axis, or in tensors of one shape one of theirs, has length 1 for good. */
  isFixed(tensors: readonly Tensor[], axis: number): boolean;
  /** Whether a reshape merges an axis that may be longer another time into others. */
  dropsAxis(reshape: Tensor): boolean;
}

export function findFixedOnes(order: readonly Tensor[]): FixedOnes {
  const ones = new Map<Tensor, Ones>();
  const dropping = new Set<Tensor>();
  for (const node of order) {
    const inputs = node.inputs.map((input) => ones.get(input)!);
    if (node.operation === "reshape") {
      const { result, drops } = reshaped(node, inputs[0]!);
      ones.set(node, result);
      if (drops) dropping.add(node);
    } else ones.set(node, onesOf(node, inputs));
  }
  return {
    isFixed: (tensors, axis) =>
      tensors.every((tensor) => tensor.shape[axis] === 1) &&
      together(tensors.map((tensor) => ones.get(tensor)![axis])) === true,
    dropsAxis: (reshape) => dropping.has(reshape),
  };
}

/** Of axes that are the same: for good where one is and none may change. */
function together(ones: readonly (boolean | undefined)[]): boolean | undefined {
  if (ones.includes(false)) return false;
  return ones.includes(true) ? true : undefined;
}

function onesOf(node: Tensor, inputs: readonly Ones[]): Ones {
  const axes = [...node.shape.keys()];
  const [x, y] = node.inputs as [Tensor, Tensor];
  const attributes = node.attributes as { axis: number; axes: readonly number[]; permutation: readonly number[] };
  switch (node.operation as Operation) {
    case "input":
      return axes.map(() => false);
    case "constant":
    case "iota":
    case "dimensionSize":
      return axes.map(() => true);
    case "broadcastTo": {
      const added = node.rank - x.rank;
      return axes.map((axis) => (axis >= added && inputs[0]![axis - added] === false ? false : undefined));
    }
    case "transpose":
      return attributes.permutation.map((axis) => inputs[0]![axis]);
    case "sum":
    case "max":
    case "argmax": {
      const lost = attributes.axes ?? [attributes.axis];
      return inputs[0]!.filter((_, axis) => !lost.includes(axis));
    }
    case "slice":
    case "pad":
      return axes.map((axis) => (x.shape[axis] === node.shape[axis] ? inputs[0]![axis] : true));
    case "takeAlongAxis":
      return axes.map((axis) =>
        axis === attributes.axis ? inputs[1]![axis] : together([inputs[0]![axis], inputs[1]![axis]]),
      );
    case "scatterAdd":
      return axes.map((axis) => (axis === attributes.axis ? true : together(inputs.map((own) => own[axis]))));
    case "matmul":
      return axes.map((axis) => {
        if (axis === node.rank - 2) return inputs[0]![axis];
        return axis === node.rank - 1 ? inputs[1]![y.rank - 1] : together(inputs.map((own) => own[axis]));
      });
    default:
      return axes.map((axis) => together(inputs.map((own) => own[axis])));
  }
}

/** Axes of length 1 stand where the lengths before them make the same product; as many as may be longer keep that, the first ones. */
function reshaped(node: Tensor, ones: Ones): { readonly result: Ones; readonly drops: boolean } {
  const open = new Map<number, number>();
  for (const [axis, place] of placesOf(node.inputs[0]!).entries()) {
    if (node.inputs[0]!.shape[axis] === 1 && ones[axis] !== true) open.set(place, (open.get(place) ?? 0) + 1);
  }
  const places = placesOf(node);
  const result = places.map((place, axis) => {
    if (node.shape[axis] !== 1) return false;
    const left = open.get(place) ?? 0;
    if (left > 0) open.set(place, left - 1);
    return left === 0;
  });
  return { result, drops: [...open.values()].some((left) => left > 0) };
}

/** For each axis the product of the lengths before it. */
function placesOf({ shape }: Tensor): number[] {
  let product = 1;
  return shape.map((length) => {
    const place = product;
    product *= length as number;
    return place;
  });
}
