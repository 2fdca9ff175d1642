/** Which elements does a cast, reshaped, broadcast or transposed array have? */
import { type DType, type TypedArray, allocate, castNumber } from "./dtype.ts";
import { type Shape, isConcrete, sizeOf, stridesOf } from "./shape.ts";
import { type AnyTypedArray, zerosLike } from "./typed-array.ts";

/** The elements of an array, and its shape. */
export interface Elements {
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

/** A change of the elements, or of their order. */
export type Step =
  | { readonly kind: "cast"; readonly dtype: DType }
  | { readonly kind: "reshape" | "broadcastTo"; readonly shape: Shape }
  | { readonly kind: "transpose"; readonly permutation: readonly number[] };

/** The elements after the steps; in a new array only if a step moves or changes them. */
export function look(elements: Elements, through: readonly Step[]): Elements {
  return through.reduce((seen, step) => (movements[step.kind] as Movement<Step>)(seen, step), elements);
}

type Movement<S> = (elements: Elements, step: S) => Elements;

const movements: { readonly [S in Step as S["kind"]]: Movement<S> } = {
  cast: ({ data, shape }, { dtype }) => {
    const result = allocate(dtype, data.length);
    for (let index = 0; index < data.length; index++) result[index] = castNumber(data[index]!, dtype);
    return { data: result, shape };
  },
  reshape: ({ data, shape }, step) => ({ data, shape: isConcrete(step.shape) ? step.shape : shape }),
  broadcastTo: ({ data, shape }, step) => {
    if (!isConcrete(step.shape)) return { data, shape };
    const strides = stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
    const aligned = [...step.shape.slice(shape.length).map(() => 0), ...strides];
    return { data: gather(data, step.shape, aligned), shape: step.shape };
  },
  transpose: ({ data, shape }, { permutation }) => {
    const strides = stridesOf(shape);
    const moved = permutation.map((axis) => shape[axis]!);
    const along = permutation.map((axis) => strides[axis]!);
    return { data: gather(data, moved, along), shape: moved };
  },
};

/** The elements at these strides along the axes of the shape, from the one at `start`, in row-major order. */
export function gather<T extends AnyTypedArray>(
  data: T,
  shape: readonly number[],
  strides: readonly number[],
  start = 0,
): T {
  const own = stridesOf(shape);
  const result = zerosLike(data, sizeOf(shape));
  for (let index = 0; index < result.length; index++) {
    let from = start;
    for (let axis = 0; axis < shape.length; axis++)
      from += (Math.floor(index / own[axis]!) % shape[axis]!) * strides[axis]!;
    (result as TypedArray)[index] = data[from] as number;
  }
  return result;
}
