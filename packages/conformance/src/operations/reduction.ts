/** What must reductions return: over every set of axes, for ties, for empty axes, and for very long ones? */
import {
  type DType,
  type Engine,
  type NDArray,
  type Tensor,
  argmax,
  broadcastTo,
  exp,
  logSoftmax,
  logSumExp,
  max,
  mean,
  mul,
  ndarray,
  slice,
  softmax,
  sum,
  transpose,
} from "@symloss/core";
import { type Operation, formatShape } from "@symloss/core/engine";
import { expectArray } from "../compare.ts";
import { compute } from "../compute.ts";
import { arrayOf, productOf, sampleArray, vectorOf } from "../data.ts";
import { largestExactInteger, sumTolerance } from "../tolerance.ts";
import { type Check, type OperationSpec, agree, allTypes, floatTypes, numberTypes } from "./spec.ts";

/** The cases of reductions, and of operations that normalise along an axis. */
export function reductionSpecs(): OperationSpec[] {
  return [
    ...numberTypes.flatMap((dtype) => [
      overAxes("sum", dtype, (x, axes) => sum(x, axes)),
      overAxes("max", dtype, (x, axes) => max(x, axes)),
      emptySums(dtype),
    ]),
    ...allTypes.map((dtype) => alongAxes("argmax", dtype, argmax)),
    ...floatTypes.flatMap((dtype) => [
      alongAxes("logSumExp", dtype, logSumExp),
      alongAxes("softmax", dtype, softmax),
      alongAxes("logSoftmax", dtype, logSoftmax),
      largeMagnitudes(dtype),
      emptyRows(dtype),
      emptyMeans(dtype),
      fedByMovement(dtype),
      ...nonFiniteSpecs(dtype),
    ]),
    ties(),
    integerSum(),
    ...largeSums(),
  ];
}

function overAxes(
  operation: Operation,
  dtype: DType,
  fn: (x: Tensor, axes: readonly number[]) => Tensor,
): OperationSpec {
  return {
    name: `${operation} ${dtype}, every set of axes`,
    operations: [operation],
    dtypes: [dtype],
    run: agree(() =>
      reducedShapes.flatMap((shape, seed) =>
        setsOfAxes(shape.length).map((axes) => ({
          what: `${operation} of ${formatShape(shape)} over axes [${axes.join(", ")}]`,
          fn: (x) => fn(x, axes),
          arrays: [sampleArray(dtype, shape, seed, { low: -100, high: 100 })],
        })),
      ),
    ),
  };
}

function alongAxes(operation: Operation, dtype: DType, fn: (x: Tensor, axis: number) => Tensor): OperationSpec {
  return {
    name: `${operation} ${dtype}, every axis`,
    operations: [operation],
    dtypes: operation === "argmax" ? [dtype, "int32"] : [dtype],
    run: agree(() =>
      reducedShapes.flatMap((shape, seed) =>
        shape.map((_, axis) => ({
          what: `${operation} of ${formatShape(shape)} along axis ${axis}`,
          fn: (x) => fn(x, axis),
          arrays: [sampleArray(dtype, shape, seed, { low: -8, high: 8 })],
        })),
      ),
    ),
  };
}

function ties(): OperationSpec {
  return {
    name: "argmax and max of ties: the first",
    operations: ["argmax", "max"],
    dtypes: ["float32", "int32"],
    run: agree(() => {
      const rows = arrayOf([3, 1, 3, 3, 2, 2, 2, 2, 1, 2, 3, 3, -1, -5, -1, -1, 0, -0, 0, -0], [5, 4], "float32");
      return [0, 1].flatMap((axis): Check[] => [
        { what: `argmax along axis ${axis}`, fn: (x) => argmax(x, axis), arrays: [rows] },
        { what: `max along axis ${axis}`, fn: (x) => max(x, axis), arrays: [rows] },
      ]);
    }),
  };
}

function emptySums(dtype: DType): OperationSpec {
  return {
    name: `sum ${dtype} over nothing is 0`,
    operations: ["sum"],
    dtypes: [dtype],
    run: agree(() => [
      { what: "sum of [0]", fn: (x) => sum(x), arrays: [sampleArray(dtype, [0], 1)] },
      { what: "sum of [3,0] over axis 1", fn: (x) => sum(x, 1), arrays: [sampleArray(dtype, [3, 0], 1)] },
      { what: "sum of [3,0] over axis 0", fn: (x) => sum(x, 0), arrays: [sampleArray(dtype, [3, 0], 1)] },
      { what: "sum of [0,5] over axis 0", fn: (x) => sum(x, 0), arrays: [sampleArray(dtype, [0, 5], 1)] },
      { what: "max of [0,5] over axis 1", fn: (x) => max(x, 1), arrays: [sampleArray(dtype, [0, 5], 1)] },
    ]),
  };
}

function emptyRows(dtype: DType): OperationSpec {
  return {
    name: `softmax, logSoftmax ${dtype} of nothing`,
    operations: ["softmax", "logSoftmax"],
    dtypes: [dtype],
    run: agree(() =>
      [
        [0, 3],
        [3, 0],
      ].flatMap((shape): Check[] => [
        { what: `softmax of ${formatShape(shape)}`, fn: (x) => softmax(x), arrays: [sampleArray(dtype, shape, 1)] },
        {
          what: `logSoftmax of ${formatShape(shape)}`,
          fn: (x) => logSoftmax(x),
          arrays: [sampleArray(dtype, shape, 1)],
        },
      ]),
    ),
  };
}

function emptyMeans(dtype: DType): OperationSpec {
  return {
    name: `mean ${dtype} over nothing is NaN, logSumExp -Infinity`,
    operations: ["sum", "div", "logSumExp"],
    dtypes: [dtype],
    nonFinite: true,
    run: agree(() => [
      { what: "mean of [0]", fn: (x) => mean(x), arrays: [sampleArray(dtype, [0], 1)] },
      { what: "mean of [3,0] over axis 1", fn: (x) => mean(x, 1), arrays: [sampleArray(dtype, [3, 0], 1)] },
      { what: "logSumExp of [3,0] over axis 1", fn: (x) => logSumExp(x, 1), arrays: [sampleArray(dtype, [3, 0], 1)] },
    ]),
  };
}

function largeMagnitudes(dtype: DType): OperationSpec {
  const rows = () =>
    arrayOf(
      [1e4, -1e4, 0, 1e4, 1e4, 1e4, -1e4, -10001, -10002, 1000, 999, 998, 88, -88, 0, 0, 1e-4, -1e-4, 1e4, 10001, 9998],
      [7, 3],
      dtype,
    );
  return {
    name: `logSumExp, softmax, logSoftmax ${dtype}, logits of 1e4`,
    operations: ["logSumExp", "softmax", "logSoftmax"],
    dtypes: [dtype],
    run: agree(() => [
      { what: "logSumExp", fn: (x) => logSumExp(x, 1), arrays: [rows()] },
      { what: "softmax", fn: (x) => softmax(x), arrays: [rows()] },
      { what: "logSoftmax", fn: (x) => logSoftmax(x), arrays: [rows()] },
    ]),
  };
}

function fedByMovement(dtype: DType): OperationSpec {
  return {
    name: `reductions ${dtype} of what was transposed, sliced, repeated or computed`,
    operations: ["sum", "max", "argmax", "softmax", "transpose", "slice", "broadcastTo"],
    dtypes: [dtype, "int32"],
    run: agree(() => {
      const matrix = sampleArray(dtype, [7, 33], 1);
      const cube = sampleArray(dtype, [3, 5, 4], 2);
      const check = (what: string, fn: Check["fn"], array: NDArray): Check => ({ what, fn, arrays: [array] });
      return [
        check("sum of a transpose, axis 0", (x) => sum(transpose(x), 0), matrix),
        check("sum of a transpose, axis 1", (x) => sum(transpose(x), 1), matrix),
        check("max of a transpose, axis 0", (x) => max(transpose(x), 0), matrix),
        check("argmax of a transpose, axis 1", (x) => argmax(transpose(x), 1), matrix),
        check("softmax of a transpose", (x) => softmax(transpose(x)), matrix),
        check("sum of a turned cube", (x) => sum(transpose(x, [2, 0, 1]), [0, 2]), cube),
        check("softmax of a turned cube, axis 1", (x) => softmax(transpose(x, [1, 2, 0]), 1), cube),
        check("sum of a slice", (x) => sum(slice(x, [2, 5], [6, 30]), 1), matrix),
        check("sum of what was repeated", (x) => sum(broadcastTo(slice(x, [0, 0], [7, 1]), [7, 33]), 0), matrix),
        check("sum of products", (x) => sum(mul(exp(x), x), 1), matrix),
        check("all of a sum", (x) => sum(mul(x, sum(x, { axis: 0, keepAxes: true }))), matrix),
      ];
    }),
  };
}

function nonFiniteSpecs(dtype: DType): OperationSpec[] {
  const common = { dtypes: [dtype], nonFinite: true } as const;
  const rows = () =>
    arrayOf(
      [1, NaN, 3, NaN, 5, 6, 7, 8, NaN, Infinity, 1, -Infinity, -Infinity, -Infinity, -Infinity, 2, -Infinity, 3],
      [6, 3],
      dtype,
    );
  const finiteOrLower = () =>
    arrayOf([1, NaN, 3, 2, -Infinity, 3, -Infinity, -Infinity, -Infinity, 1, 2, 3], [4, 3], dtype);
  return [
    {
      ...common,
      name: `max, sum ${dtype} carry NaN and infinities`,
      operations: ["max", "sum"],
      run: agree(() =>
        [0, 1].flatMap((axis): Check[] => [
          { what: `max along axis ${axis}`, fn: (x) => max(x, axis), arrays: [rows()] },
          { what: `sum along axis ${axis}`, fn: (x) => sum(x, axis), arrays: [rows()] },
          // In long rows, each lane of a vector must carry it.
          ...[0, 2, 7, 16, 32].map((place) => ({
            what: `max of 33 with NaN at ${place}`,
            fn: (x: Tensor) => max(x),
            arrays: [
              vectorOf(
                Array.from({ length: 33 }, (_, index) => (index === place ? NaN : index)),
                dtype,
              ),
            ],
          })),
        ]),
      ),
    },
    {
      ...common,
      name: `argmax ${dtype}, the first NaN`,
      operations: ["argmax"],
      dtypes: [dtype, "int32"],
      run: agree(() =>
        [0, 1].map((axis) => ({ what: `argmax along axis ${axis}`, fn: (x) => argmax(x, axis), arrays: [rows()] })),
      ),
    },
    {
      ...common,
      name: `logSumExp, softmax, logSoftmax ${dtype} of NaN and -Infinity`,
      operations: ["logSumExp", "softmax", "logSoftmax"],
      run: agree(() => [
        { what: "logSumExp", fn: (x) => logSumExp(x, 1), arrays: [rows()] },
        { what: "softmax", fn: (x) => softmax(x), arrays: [finiteOrLower()] },
        { what: "logSoftmax", fn: (x) => logSoftmax(x), arrays: [finiteOrLower()] },
      ]),
    },
  ];
}

function integerSum(): OperationSpec {
  return {
    name: "sum int32, exact up to 2^24",
    operations: ["sum"],
    dtypes: ["int32"],
    async run(engine) {
      const count = 100_003;
      const values = Int32Array.from({ length: count }, (_, index) => (index % 7 === 0 ? 501 : 13 + (index % 3)));
      const total = values.reduce((left, right) => left + right, 0);
      if (total > largestExactInteger)
        throw new Error(`integerSum: the sum must be exact on every engine, got ${total}.`);
      const [got] = await compute(engine, (x) => sum(x), [vectorOf(values, "int32")]);
      expectArray("sum", got!, { shape: [], dtype: "int32", values: [total], allowed: () => 0 });
    },
  };
}

/** Sums that a single float32 accumulator gets wrong by several per cent. */
function largeSums(): OperationSpec[] {
  const terms: readonly (readonly [string, readonly number[], number | null])[] = [
    ["1e6 times 0.1", [1_000_000], null],
    ["1e7 times 0.1", [10_000_000], null],
    ["rows of 1e6 times 0.1", [3, 1_000_000], 1],
    ["columns of 1e6 times 0.1", [1_000_000, 3], 0],
  ];
  return terms.map(([what, shape, axis]) => ({
    name: `sum float32, ${what}`,
    operations: ["sum"],
    dtypes: ["float32"],
    run: (engine) => expectLargeSum(engine, `the sum of ${what}`, shape, axis),
  }));
}

async function expectLargeSum(
  engine: Engine,
  what: string,
  shape: readonly number[],
  axis: number | null,
): Promise<void> {
  const term = Math.fround(0.1);
  const array = ndarray(new Float32Array(productOf(shape)).fill(term), shape);
  const [got] = await compute(engine, (x) => sum(x, axis), [array]);
  const left = axis === null ? [] : shape.toSpliced(axis, 1);
  const total = (productOf(shape) / productOf(left)) * term;
  expectArray(what, got!, {
    shape: left,
    dtype: "float32",
    values: Array.from({ length: productOf(left) }, () => total),
    allowed: () => sumTolerance * total,
  });
}

/** Every length in every place, and lengths that are not multiples of a vector's. */
const reducedShapes: readonly (readonly number[])[] = [
  [],
  [1],
  [3],
  [7],
  [17],
  [31],
  [33],
  [1003],
  [3, 5],
  [33, 7],
  [7, 33],
  [1, 1],
  [2, 3, 5],
  [4, 1, 7],
  [2, 3, 1, 5],
  [2, 3, 1, 2, 3],
];

/** Every subset of the axes, including the empty one. */
function setsOfAxes(rank: number): number[][] {
  return Array.from({ length: 2 ** rank }, (_, bits) =>
    Array.from({ length: rank }, (__, axis) => axis).filter((axis) => (bits & (1 << axis)) !== 0),
  );
}
