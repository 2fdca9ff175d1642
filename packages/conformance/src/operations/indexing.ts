/** What must gathering and scattering return: at the ends, with a repeated index, along every axis? */
import { type DType, type NDArray, Tensor, oneHot, takeAlongAxis } from "@symloss/core";
import { formatShape } from "@symloss/core/engine";
import { arrayOf, productOf, sampleArray, sampleIntegers, vectorOf } from "../data.ts";
import { type Check, type OperationSpec, agree, allTypes, floatTypes, numberTypes } from "./spec.ts";

/** The cases of indexing. */
export function indexingSpecs(): OperationSpec[] {
  return [
    ...allTypes.flatMap(takeSpecs),
    ...numberTypes.map(scatterSpec),
    ...allTypes.map(oneHotSpec),
    ...floatTypes.map(nonFiniteSpec),
  ];
}

/** Zeros, of length `size` along the axis, with the updates added at the indices: the gradient of `takeAlongAxis` uses it. */
export function scatterAdd(updates: Tensor, indices: Tensor, axis: number, size: number): Tensor {
  const shape = updates.shape.map((length, other) => (other === axis ? size : length));
  return new Tensor("scatterAdd", [updates, indices], { axis, size }, shape, updates.dtype);
}

const taken: readonly (readonly [readonly number[], number, number])[] = [
  [[7], 0, 3],
  [[1], 0, 5],
  [[1003], 0, 33],
  [[5, 7], 0, 2],
  [[5, 7], 1, 1],
  [[31, 10], 1, 1],
  [[5, 7], 1, 9],
  [[3, 4, 5], 0, 2],
  [[3, 4, 5], 1, 6],
  [[3, 4, 5], 2, 1],
];

function takeSpecs(dtype: DType): OperationSpec[] {
  const common = { operations: ["takeAlongAxis"], dtypes: [dtype, "int32"] } as const;
  return [
    {
      ...common,
      name: `takeAlongAxis ${dtype}, every axis`,
      run: agree(() =>
        taken.map(([shape, axis, count], seed) => ({
          what: `takeAlongAxis ${count} of ${formatShape(shape)} along axis ${axis}`,
          fn: (x, indices) => takeAlongAxis(x, indices, axis),
          arrays: [sampleArray(dtype, shape, seed), indicesFor(shape, axis, count, seed)],
        })),
      ),
    },
    {
      ...common,
      name: `takeAlongAxis ${dtype}, the first and the last`,
      run: agree(() => [
        {
          what: "takeAlongAxis of a vector",
          fn: (x, indices) => takeAlongAxis(x, indices, 0),
          arrays: [sampleArray(dtype, [31], 1), vectorOf([0, 30, 0, 30, 30], "int32")],
        },
        {
          what: "takeAlongAxis along the rows",
          fn: (x, indices) => takeAlongAxis(x, indices, 1),
          arrays: [sampleArray(dtype, [4, 10], 2), arrayOf([0, 9, 9, 0], [4, 1], "int32")],
        },
        {
          what: "takeAlongAxis along the columns",
          fn: (x, indices) => takeAlongAxis(x, indices, 0),
          arrays: [sampleArray(dtype, [6, 3], 3), arrayOf([0, 5, 0, 5, 0, 5], [2, 3], "int32")],
        },
      ]),
    },
  ];
}

function scatterSpec(dtype: DType): OperationSpec {
  const scattered: readonly (readonly [readonly number[], number, number])[] = [
    [[7], 0, 3],
    [[1003], 0, 17],
    [[5, 1], 1, 10],
    [[33, 1], 1, 7],
    [[5, 7], 0, 3],
    [[5, 7], 1, 2],
    [[3, 4, 5], 1, 6],
    [[2, 0], 1, 4],
  ];
  return {
    name: `scatterAdd ${dtype}, one index many times, every axis`,
    operations: ["scatterAdd"],
    dtypes: [dtype, "int32"],
    run: agree(() =>
      scattered.map(([shape, axis, size], seed) => ({
        what: `scatterAdd ${formatShape(shape)} into ${size} along axis ${axis}`,
        fn: (updates, indices) => scatterAdd(updates, indices, axis, size),
        arrays: [
          sampleArray(dtype, shape, seed, { low: -9, high: 9 }),
          arrayOf(sampleIntegers(productOf(shape), seed + 9, 0, size - 1), shape, "int32"),
        ],
      })),
    ),
  };
}

function oneHotSpec(dtype: DType): OperationSpec {
  return {
    name: `oneHot ${dtype}`,
    operations: ["iota", "equal", "cast"],
    dtypes: [dtype, "int32", "bool"],
    run: agree(() => [
      { what: "oneHot of a vector", fn: (x) => oneHot(x, 7, dtype), arrays: [vectorOf([0, 6, 3, 3, 1], "int32")] },
      { what: "oneHot of a matrix", fn: (x) => oneHot(x, 3, dtype), arrays: [arrayOf([0, 2, 1, 1], [2, 2], "int32")] },
      { what: "oneHot of one class", fn: (x) => oneHot(x, 1, dtype), arrays: [vectorOf([0, 0], "int32")] },
    ]),
  };
}

function nonFiniteSpec(dtype: DType): OperationSpec {
  return {
    name: `takeAlongAxis ${dtype}, NaN and infinities that are not taken`,
    operations: ["takeAlongAxis"],
    dtypes: [dtype, "int32"],
    nonFinite: true,
    run: agree((): Check[] => [
      {
        what: "takeAlongAxis",
        fn: (x, indices) => takeAlongAxis(x, indices, 1),
        arrays: [
          arrayOf([1, NaN, Infinity, NaN, 2, -Infinity, -Infinity, Infinity, NaN], [3, 3], dtype),
          arrayOf([0, 1, 2], [3, 1], "int32"),
        ],
      },
    ]),
  };
}

function indicesFor(shape: readonly number[], axis: number, count: number, seed: number): NDArray {
  const taken = shape.with(axis, count);
  return arrayOf(sampleIntegers(productOf(taken), seed + 20, 0, shape[axis]! - 1), taken, "int32");
}
