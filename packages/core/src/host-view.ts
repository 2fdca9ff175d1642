/** What does a formula see of an array from the host that it casts, reshapes, repeats or transposes? */
import { type DType, type TypedArray, allocate, castNumber, promote } from "./dtype.ts";
import type { Annotation, AnyOperation, MovementOperation } from "./operation.ts";
import { type Shape, isConcrete, sizeOf, stridesOf } from "./shape.ts";
import type { NodeOf, Tensor } from "./tensor.ts";

/** The elements of an array, and how they lie. */
export interface Elements {
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

/** What changes the elements, or how they lie. */
export type Step =
  | { readonly kind: "cast"; readonly dtype: DType }
  | { readonly kind: "reshape" | "broadcastTo"; readonly shape: Shape }
  | { readonly kind: "transpose"; readonly permutation: readonly number[] };

/** The operations through which elements are followed: their result has those of the first operand, all of them. */
type Followed = Annotation | MovementOperation | "cast";

/** What each of them does; undefined where everything stays as it is. */
const steps: { readonly [O in Followed]: (node: NodeOf<O>) => Step | undefined } = {
  identity: () => undefined,
  stopGradient: () => undefined,
  check: () => undefined,
  customGradient: () => undefined,
  cast: ({ inputs: [x], dtype }) => (keepsValues(x!.dtype, dtype) ? undefined : { kind: "cast", dtype }),
  reshape: ({ shape }) => ({ kind: "reshape", shape }),
  broadcastTo: ({ shape }) => ({ kind: "broadcastTo", shape }),
  transpose: ({ attributes: { permutation } }) => ({ kind: "transpose", permutation }),
};

/** A node on the way from an array to what is seen of it. */
export interface Stage {
  readonly node: Tensor;
  readonly step: Step | undefined;
}

/** The tensor whose elements a tensor has, and the nodes on the way from it, the first first. */
export function follow(tensor: Tensor): { readonly source: Tensor; readonly stages: readonly Stage[] } {
  const stages: Stage[] = [];
  let source = tensor;
  while (isFollowed(source.operation)) {
    const stepOf = steps[source.operation] as (node: Tensor) => Step | undefined;
    stages.unshift({ node: source, step: stepOf(source) });
    source = source.inputs[0]!;
  }
  return { source, stages };
}

/** The elements after the steps; in a new array only where a step moves or changes them. */
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
    return gather(data, step.shape, [...step.shape.slice(shape.length).map(() => 0), ...strides]);
  },
  transpose: ({ data, shape }, { permutation }) => {
    const strides = stridesOf(shape);
    return gather(
      data,
      permutation.map((axis) => shape[axis]!),
      permutation.map((axis) => strides[axis]!),
    );
  },
};

/** The elements that lie so far apart along each axis of the shape, in row-major order. */
function gather(data: TypedArray, shape: readonly number[], strides: readonly number[]): Elements {
  const own = stridesOf(shape);
  const result = new (data.constructor as new (length: number) => TypedArray)(sizeOf(shape));
  for (let index = 0; index < result.length; index++) {
    let from = 0;
    for (let axis = 0; axis < shape.length; axis++)
      from += (Math.floor(index / own[axis]!) % shape[axis]!) * strides[axis]!;
    result[index] = data[from]!;
  }
  return { data: result, shape };
}

function isFollowed(operation: AnyOperation): operation is Followed {
  return Object.hasOwn(steps, operation);
}

/** Large integers are rounded in float32. */
function keepsValues(from: DType, to: DType): boolean {
  return promote(from, to) === to && !(from === "int32" && to === "float32");
}
