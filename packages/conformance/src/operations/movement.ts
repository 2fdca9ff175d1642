/** Where must elements go if they are reshaped, transposed, broadcast, sliced, padded and joined, along every axis, in every dtype? */
import {
  type DType,
  type Tensor,
  add,
  broadcastTo,
  concat,
  pad,
  reshape,
  slice,
  stack,
  transpose,
} from "@symloss/core";
import { type Operation, formatShape } from "@symloss/core/engine";
import { arrayOf, sampleArray } from "../data.ts";
import { type Check, type OperationSpec, agree, allTypes, floatTypes } from "./spec.ts";

/** The cases of movement. */
export function movementSpecs(): OperationSpec[] {
  return [
    ...allTypes.flatMap((dtype) => [
      spec("reshape", dtype, reshapes),
      spec("transpose", dtype, transposes),
      spec("broadcastTo", dtype, repetitions),
      spec("slice", dtype, slices),
      spec("pad", dtype, pads),
      spec("concat", dtype, concatenations),
      spec("transpose", dtype, chains, "after one another"),
    ]),
    ...floatTypes.map(nonFinite),
  ];
}

function spec(
  operation: Operation,
  dtype: DType,
  checks: (dtype: DType) => readonly Check[],
  about = "along every axis",
): OperationSpec {
  return {
    name: `${operation} ${dtype}, ${about}`,
    operations: [operation],
    dtypes: [dtype],
    run: agree(() => checks(dtype)),
  };
}

function reshapes(dtype: DType): Check[] {
  const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
    [[], [1]],
    [[1, 1, 1], []],
    [[6], [2, 3]],
    [[2, 3, 5], [30]],
    [
      [2, 3, 5],
      [5, 3, 2],
    ],
    [
      [4, 6],
      [2, 2, 3, 2],
    ],
    [[1003], [17, 59]],
    [
      [0, 3],
      [5, 0],
    ],
  ];
  return pairs.map(([from, to], seed) => ({
    what: `reshape ${formatShape(from)} to ${formatShape(to)}`,
    fn: (x) => reshape(x, to),
    arrays: [sampleArray(dtype, from, seed)],
  }));
}

function transposes(dtype: DType): Check[] {
  const orders = [
    ...[
      [2, 3, 5],
      [4, 1, 7],
      [17, 3, 2],
    ].flatMap((shape) => permutations(3).map((order) => [shape, order] as const)),
    ...[
      [4, 0, 3, 1, 2],
      [2, 4, 1, 0, 3],
    ].map((order) => [[2, 3, 1, 4, 5], order] as const),
    ...[[2, 3, 4, 5]].flatMap((shape) => permutations(4).map((order) => [shape, order] as const)),
    ...[
      [33, 31],
      [1, 7],
      [7, 1],
      [0, 3],
      [65, 67],
    ].map((shape) => [shape, [1, 0]] as const),
  ];
  return orders.map(([shape, order], seed) => ({
    what: `transpose ${formatShape(shape)} by [${order.join(", ")}]`,
    fn: (x) => transpose(x, order),
    arrays: [sampleArray(dtype, shape, seed)],
  }));
}

function repetitions(dtype: DType): Check[] {
  const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
    [[], []],
    [[], [7]],
    [[], [2, 3]],
    [[1], [33]],
    [[5], [3, 5]],
    [
      [3, 1],
      [3, 5],
    ],
    [
      [1, 5],
      [3, 5],
    ],
    [
      [2, 1, 5],
      [2, 3, 5],
    ],
    [
      [1, 3, 1],
      [2, 3, 5],
    ],
    [
      [3, 1],
      [2, 4, 3, 5],
    ],
    [
      [1, 3],
      [0, 3],
    ],
    [[], [0]],
  ];
  return pairs.map(([from, to], seed) => ({
    what: `broadcastTo ${formatShape(to)} of ${formatShape(from)}`,
    fn: (x) => broadcastTo(x, to),
    arrays: [sampleArray(dtype, from, seed)],
  }));
}

function slices(dtype: DType): Check[] {
  const cuts: readonly (readonly [readonly number[], readonly number[], readonly number[]])[] = [
    [[7], [0], [3]],
    [[7], [6], [7]],
    [[7], [3], [3]],
    [[1003], [1], [1002]],
    [
      [5, 7],
      [1, 0],
      [4, 7],
    ],
    [
      [5, 7],
      [0, 2],
      [5, 3],
    ],
    [
      [5, 7],
      [4, 6],
      [5, 7],
    ],
    [
      [4, 5, 6],
      [1, 1, 1],
      [3, 4, 5],
    ],
    [
      [2, 3, 4, 5],
      [1, 0, 2, 1],
      [2, 3, 4, 3],
    ],
  ];
  return cuts.map(([shape, starts, stops], seed) => ({
    what: `slice ${formatShape(shape)} from [${starts.join(", ")}] to [${stops.join(", ")}]`,
    fn: (x) => slice(x, starts, stops),
    arrays: [sampleArray(dtype, shape, seed)],
  }));
}

function pads(dtype: DType): Check[] {
  const margins: readonly (readonly [readonly number[], readonly number[], readonly number[]])[] = [
    [[3], [1], [0]],
    [[3], [0], [2]],
    [[31], [2], [5]],
    [
      [2, 3],
      [0, 1],
      [0, 2],
    ],
    [
      [2, 3],
      [2, 0],
      [1, 0],
    ],
    [
      [2, 3, 4],
      [1, 0, 2],
      [0, 3, 1],
    ],
    [
      [0, 2],
      [1, 1],
      [1, 0],
    ],
  ];
  return margins.map(([shape, before, after], seed) => ({
    what: `pad ${formatShape(shape)} by [${before.join(", ")}] and [${after.join(", ")}]`,
    fn: (x) => pad(x, before, after),
    arrays: [sampleArray(dtype, shape, seed, { low: 1, high: 9 })],
  }));
}

function concatenations(dtype: DType): Check[] {
  const parts: readonly (readonly [readonly (readonly number[])[], number])[] = [
    [[[3], [4]], 0],
    [[[1], [1], [1]], 0],
    [
      [
        [2, 3],
        [4, 3],
      ],
      0,
    ],
    [
      [
        [2, 3],
        [2, 1],
        [2, 5],
      ],
      1,
    ],
    [
      [
        [2, 3, 4],
        [2, 1, 4],
      ],
      1,
    ],
    [
      [
        [2, 3, 1],
        [2, 3, 4],
      ],
      2,
    ],
    [[[3], [0], [2]], 0],
    [
      [
        [33, 2],
        [31, 2],
        [1, 2],
        [17, 2],
        [5, 2],
      ],
      0,
    ],
  ];
  const joins = parts.map(([shapes, axis]): Check => ({
    what: `concat ${shapes.map(formatShape).join(" and ")} along axis ${axis}`,
    fn: (...tensors) => concat(tensors, axis),
    arrays: shapes.map((shape, seed) => sampleArray(dtype, shape, seed)),
  }));
  const one = sampleArray(dtype, [2, 3], 9);
  return [
    ...joins,
    { what: "concat of a tensor with itself", fn: (x) => concat([x, x], 1), arrays: [one] },
    ...[0, 1, 2].map((axis): Check => ({
      what: `stack along axis ${axis}`,
      fn: (x, y) => stack([x, y], axis),
      arrays: [one, sampleArray(dtype, [2, 3], 10)],
    })),
  ];
}

function chains(dtype: DType): Check[] {
  const cube = sampleArray(dtype, [4, 5, 6], 3);
  const check = (what: string, fn: (x: Tensor) => Tensor): Check => ({ what, fn, arrays: [cube] });
  return [
    check("transpose, reshape", (x) => reshape(transpose(x, [2, 0, 1]), [12, 10])),
    check("reshape, transpose", (x) => transpose(reshape(x, [2, 2, 30]), [1, 2, 0])),
    check("transpose, slice, transpose", (x) => transpose(slice(transpose(x), [1, 0, 2], [5, 4, 4]), [0, 2, 1])),
    check("slice, broadcast", (x) => broadcastTo(slice(x, [1, 0, 0], [2, 5, 6]), [3, 5, 6])),
    check("slice, pad", (x) => pad(slice(x, [1, 1, 1], [3, 4, 5]), [1, 1, 1], [1, 1, 1])),
    check("transpose, concat", (x) =>
      concat([transpose(x, [1, 0, 2]), slice(transpose(x, [1, 0, 2]), [0, 0, 0], [2])], 0),
    ),
    ...(dtype === "bool"
      ? []
      : [
          check("a tensor and its transpose", (x) =>
            add(slice(x, [0], [4, 4]), transpose(slice(x, [0], [4, 4]), [1, 0, 2])),
          ),
        ]),
  ];
}

function nonFinite(dtype: DType): OperationSpec {
  const array = () => arrayOf([NaN, 1, Infinity, -Infinity, 0, NaN], [2, 3], dtype);
  const check = (what: string, fn: (x: Tensor) => Tensor): Check => ({ what, fn, arrays: [array()] });
  return {
    name: `movement ${dtype} keeps NaN and infinities`,
    operations: ["reshape", "transpose", "broadcastTo", "slice", "pad", "concat"],
    dtypes: [dtype],
    nonFinite: true,
    run: agree(() => [
      check("reshape", (x) => reshape(x, [3, 2])),
      check("transpose", (x) => transpose(x)),
      check("broadcastTo", (x) => broadcastTo(x, [2, 2, 3])),
      check("slice", (x) => slice(x, [0, 1], [2, 3])),
      check("pad", (x) => pad(x, [1, 0], [0, 1])),
      check("concat", (x) => concat([x, x], 1)),
    ]),
  };
}

function permutations(rank: number): number[][] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const extend = (order: readonly number[]): number[][] =>
    order.length === rank
      ? [[...order]]
      : axes.filter((axis) => !order.includes(axis)).flatMap((axis) => extend([...order, axis]));
  return extend([]).filter((order) => order.some((axis, index) => axis !== index));
}
