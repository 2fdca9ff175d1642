/** How do the results of a function change as one element of its arguments moves? All of them count, each with its own weight. */
import type { TypedArray } from "../array/dtype.ts";
import { isSymlossError } from "../array/errors.ts";
import { NDArray } from "../array/ndarray.ts";
import { sizeOf } from "../array/shape.ts";
import type { Change } from "./slope.ts";

/** How exact numbers are. */
export interface Digits {
  /** The error of rounding, as a share. */
  readonly rounding: number;
  /** The difference that counts as none, as a share. */
  readonly tolerance: number;
  /** The largest step, as a share of the element, and how often it is halved. */
  readonly step: number;
  readonly halvings: number;
  /** Smaller elements have the steps of this one. */
  readonly smallest: number;
}

/** The exactness of each kind of floats. */
export const digitsOf: Readonly<Record<"float64" | "float32" | "gpu", Digits>> = {
  float64: { rounding: 2 ** -53, tolerance: 1e-6, step: 2 ** -6, halvings: 25, smallest: 2 ** -3 },
  float32: { rounding: 2 ** -24, tolerance: 1e-2, step: 2 ** -3, halvings: 11, smallest: 2 ** -1 },
  gpu: { rounding: 2 ** -18, tolerance: 5e-2, step: 2 ** -2, halvings: 6, smallest: 2 ** -1 },
};

/** The results where nothing has moved. */
export interface Center {
  readonly results: readonly NDArray[];
  /** What each element of each result counts. */
  readonly weights: readonly TypedArray[];
  readonly digits: Digits;
  /** The most that an element of the results may be wrong because it was rounded. */
  readonly rounding: number;
}

/** An element that moves. */
export interface Moving {
  readonly center: Center;
  readonly leaves: readonly NDArray[];
  /** The array that holds it, and its place there. */
  readonly leaf: number;
  readonly place: number;
  readonly run: (leaves: readonly NDArray[]) => Promise<readonly NDArray[]>;
}

/**
 * Weights from 0.5 to 1.5 without a pattern for results of these shapes; 1 if there is a single element. They are exact in float32, so
 * that each dtype has the same.
 */
export function weightsFor(shapes: readonly (readonly number[])[]): readonly NDArray<"float64">[] {
  const isSingle = shapes.length === 1 && sizeOf(shapes[0]!) === 1;
  let count = 0;
  return shapes.map((shape) => {
    const weights = Float64Array.from({ length: sizeOf(shape) }, () =>
      isSingle ? 1 : Math.fround(0.5 + ((++count * goldenRatio) % 1)),
    );
    return new NDArray(weights, shape, "float64");
  });
}

const goldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * The steps that are tried from an element on, each half of the one before, until they are small beside it: what is just above 0 may have
 * no values below 0. Powers of 2, so that few digits are lost when they are added.
 */
export function stepsFrom(element: number, { step, halvings, smallest }: Digits): readonly number[] {
  const size = Number.isFinite(element) ? Math.abs(element) : 0;
  const exponent = Math.round(Math.log2(Math.max(size, smallest)));
  const below = size === 0 ? 0 : Math.max(0, exponent - Math.floor(Math.log2(size)));
  const length = Math.max(halvings, below + fewest) + 1;
  return Array.from({ length }, (_, count) => step * 2 ** (exponent - count));
}

/** How many steps there are at least below the element itself. */
const fewest = 5;

/** The results as what others are compared with. */
export function centerOf(results: readonly NDArray[], digits: Digits): Center {
  const weights = weightsFor(results.map(({ shape }) => shape)).map(({ data }) => data);
  let largest = 0;
  for (const [index, { data }] of results.entries()) {
    for (const [place, value] of data.entries()) largest = Math.max(largest, Math.abs(value * weights[index]![place]!));
  }
  return { results, weights, digits, rounding: largest * digits.rounding };
}

/** What is seen of an element as it moves. */
export interface Seen {
  /** What the function says to what it refuses. */
  readonly refusals: string[];
  /** The weights of the elements of results that have changed, by their places, of which two are enough. */
  readonly changed: Map<string, number>;
}

/** The changes for a step to both sides. What is seen on the way is added. */
export async function changeFor(moving: Moving, step: number, seen: Seen): Promise<Change> {
  const { data } = moving.leaves[moving.leaf]!;
  const from = data[moving.place]!;
  const [above, below] = [stored(from + step, data), stored(from - step, data)];
  const changes = [
    changeBetween(moving.center, await resultsAt(moving, above, seen), seen),
    changeBetween(moving.center, await resultsAt(moving, below, seen), seen),
  ] as const;
  return {
    steps: [above - from, from - below],
    above: changes[0].change,
    below: changes[1].change,
    rounding: Math.max(changes[0].rounding, changes[1].rounding),
  };
}

/** The number as an array like this holds it. */
function stored(value: number, like: TypedArray): number {
  return like instanceof Float32Array ? Math.fround(value) : value;
}

/** The results with the element moved there; undefined if it can't move, or the function refuses it, for it is beyond its domain then. */
async function resultsAt(
  { leaves, leaf, place, run }: Moving,
  element: number,
  { refusals }: Seen,
): Promise<readonly NDArray[] | undefined> {
  const { data, shape, dtype } = leaves[leaf]!;
  if (!Number.isFinite(data[place])) return undefined;
  const moved = data.slice();
  moved[place] = element;
  try {
    return await run(leaves.with(leaf, new NDArray(moved, shape, dtype)));
  } catch (error) {
    if (!isSymlossError(error) || error.name !== "OutOfRangeError") throw error;
    refusals.push(error.message);
    return undefined;
  }
}

/** By how much the results differ from those of the center. Those that have not changed add nothing, nor do their errors. */
function changeBetween(
  { results, weights, digits }: Center,
  moved: readonly NDArray[] | undefined,
  { changed }: Seen,
): Pick<Change, "rounding"> & { readonly change: number } {
  if (moved === undefined) return { change: NaN, rounding: 0 };
  let [change, size] = [0, 0];
  for (const [index, { data }] of results.entries()) {
    const now = moved[index]!.data;
    for (let place = 0; place < data.length; place++) {
      if (now[place] === data[place]) continue;
      const weight = weights[index]![place]!;
      if (changed.size < 2) changed.set(`${index} ${place}`, weight);
      change += weight * (now[place]! - data[place]!);
      size += weight * (Math.abs(now[place]!) + Math.abs(data[place]!));
    }
  }
  return { change, rounding: Number.isFinite(size) ? 2 * digits.rounding * size : 0 };
}
