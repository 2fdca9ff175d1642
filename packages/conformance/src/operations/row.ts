/** What must sorting return, of ties, NaN and zeros of both signs, and what the sums up to each element? */
import {
  type DType,
  type NDArray,
  type Tensor,
  argsort,
  cumsum,
  mul,
  ndarray,
  scan,
  sort,
  takeAlongAxis,
  transpose,
  where,
} from "@symloss/core";
import { formatShape } from "@symloss/core/engine";
import { expectArray } from "../compare.ts";
import { compute } from "../compute.ts";
import { arrayOf, sampleArray, vectorOf } from "../data.ts";
import { sumTolerance } from "../tolerance.ts";
import { type Check, type OperationSpec, agree, allTypes, floatTypes, numberTypes } from "./spec.ts";

/** The cases of operations that make each row along an axis another row, without those that normalise it. */
export function rowSpecs(): OperationSpec[] {
  return [
    ...allTypes.flatMap((dtype) => [sortSpec(dtype), tieSpec(dtype)]),
    ...floatTypes.flatMap((dtype) => [edgeSpec(dtype), zeroSpec(dtype), nonFiniteSpec(dtype), carriedSpec(dtype)]),
    ...numberTypes.map(longSpec),
    ...floatTypes.map(scannedSpec),
    integerEdges(),
    ...numberTypes.map(cumsumSpec),
    largeCumsum(),
  ];
}

/** Single elements, lengths around powers of two and beyond, rows and columns of matrices, and empty arrays. */
const shapes: readonly (readonly number[])[] = [
  [1],
  [2],
  [7],
  [8],
  [33],
  [3, 5],
  [5, 1],
  [2, 3, 5],
  [3, 17, 2],
  [0],
  [3, 0],
];

const orders = [false, true];

function eachAxis(fn: (shape: readonly number[], axis: number, seed: number) => readonly Check[]): Check[] {
  return shapes.flatMap((shape, seed) => shape.flatMap((_, axis) => fn(shape, axis, seed)));
}

function sortSpec(dtype: DType): OperationSpec {
  return {
    name: `argsort and sort ${dtype}, every axis, both ways`,
    operations: ["argsort", "takeAlongAxis"],
    dtypes: [dtype, "int32"],
    run: agree(() =>
      eachAxis((shape, axis, seed) =>
        orders.map((descending): Check => ({
          what: `argsort and sort of ${formatShape(shape)} along axis ${axis}${descending ? ", descending" : ""}`,
          fn: (x) => [argsort(x, { axis, descending }), ...(x.size < 20 ? [sort(x, { axis, descending })] : [])],
          arrays: [sampleArray(dtype, shape, seed, { low: -1000, high: 1000 })],
        })),
      ),
    ),
  };
}

function bothWays(what: string, array: NDArray): Check {
  return {
    what: `argsort of ${what}, both ways`,
    fn: (x) => orders.map((descending) => argsort(x, { descending })),
    arrays: [array],
  };
}

/** Equal elements keep their order in both directions; the inverse of a permutation is its order. */
function tieSpec(dtype: DType): OperationSpec {
  return {
    name: `argsort ${dtype}, ties in the order of their indices`,
    operations: ["argsort", "takeAlongAxis"],
    dtypes: [dtype, "int32"],
    run: agree(() => [
      ...[5, 40].map((length) =>
        bothWays(`${length} of few kinds`, sampleArray(dtype, [2, length], length, { low: 0, high: 0 })),
      ),
      bothWays(
        "four kinds",
        arrayOf(
          Array.from({ length: 66 }, (_, index) => (index * 7) % 4),
          [2, 33],
          dtype,
        ),
      ),
      {
        what: "argsort of argsort",
        fn: (x) => argsort(argsort(x)),
        arrays: [sampleArray(dtype, [2, 50], 3, { low: -20, high: 20 })],
      },
      {
        what: "one array in the order of another",
        fn: (x, y) => takeAlongAxis(y, argsort(x, { descending: true }), 1),
        arrays: [sampleArray(dtype, [4, 40], 4, { low: -9, high: 9 }), sampleArray(dtype, [4, 40], 5)],
      },
      {
        what: "argsort of a transpose, and a transpose of it",
        fn: (x) => [argsort(transpose(x)), transpose(argsort(x, { axis: 0 }))],
        arrays: [sampleArray(dtype, [12, 7], 6, { low: -9, high: 9 })],
      },
    ]),
  };
}

/** Numbers that differ only in their exponent, their last bit or their sign. */
function edgeSpec(dtype: DType): OperationSpec {
  const tiny = dtype === "float32" ? 2 ** -126 : 2 ** -1022;
  const last = dtype === "float32" ? 2 ** -23 : 2 ** -52;
  const positive = [1, 1 + last, 1 - last / 2, 2, 0.5, tiny, 1e-20, 1e20, 3e38, 255, 256, 65535, 65536, 1.5, 0.75];
  const values = positive.flatMap((value, index) => (index % 2 === 0 ? [value, -value] : [-value, value]));
  return {
    name: `argsort ${dtype}, of every size and sign`,
    operations: ["argsort", "takeAlongAxis"],
    dtypes: [dtype, "int32"],
    run: agree(() => [
      bothWays("numbers of every size", vectorOf(values, dtype)),
      bothWays("many numbers of every size", vectorOf(Array.from({ length: 2 }, () => values).flat(), dtype)),
      bothWays(
        "what is sorted already",
        vectorOf(
          Array.from({ length: 40 }, (_, index) => index - 20.5),
          dtype,
        ),
      ),
    ]),
  };
}

/** Long enough for what an engine does with long rows alone; chosen, so that the choice is not what is sorted again and again. */
function longSpec(dtype: DType): OperationSpec {
  return {
    name: `argsort ${dtype} of many numbers that are chosen, both ways`,
    operations: ["where", "argsort"],
    dtypes: [dtype, "bool", "int32"],
    run: agree(() => [
      {
        what: "argsort of 2 by 5003, both ways",
        fn: (condition, x, y) => orders.map((descending) => argsort(where(condition, x, y), { descending })),
        arrays: [
          sampleArray("bool", [2, 5003], 1),
          sampleArray(dtype, [2, 5003], 2, { low: -1e6, high: 1e6 }),
          sampleArray(dtype, [2, 5003], 3, { low: -9, high: 9 }),
        ],
      },
    ]),
  };
}

/** Whatever its sign, 0 equals 0. */
function zeroSpec(dtype: DType): OperationSpec {
  const zeros = Array.from({ length: 60 }, (_, index) =>
    index % 3 === 0 ? -0 : index % 3 === 1 ? 0 : ((index * 5) % 7) - 3,
  );
  return {
    name: `argsort ${dtype}, zeros of both signs`,
    operations: ["argsort", "takeAlongAxis"],
    dtypes: [dtype, "int32"],
    run: agree(() => [
      bothWays("zeros", vectorOf([0, -0, 1, -0, 0, -1, 0, -0], dtype)),
      bothWays("many zeros", vectorOf(zeros, dtype)),
    ]),
  };
}

/** NaN of any bits comes last in both orders, after the infinities. */
function nonFiniteSpec(dtype: DType): OperationSpec {
  const few = [NaN, 1, -Infinity, NaN, Infinity, -1, NaN, Infinity, -Infinity, 0];
  const many = Array.from({ length: 60 }, (_, index) =>
    index % 5 === 0 ? NaN : index % 11 === 0 ? Infinity : index % 13 === 0 ? -Infinity : ((index * 37) % 101) - 50,
  );
  return {
    name: `argsort ${dtype}, NaN last, after the infinities`,
    operations: ["argsort", "takeAlongAxis"],
    dtypes: [dtype, "int32"],
    nonFinite: true,
    run: agree(() => [
      bothWays("NaN and infinities", vectorOf(few, dtype)),
      bothWays("many NaN and infinities", vectorOf(many, dtype)),
      bothWays("nothing but NaN", vectorOf([NaN, NaN, NaN], dtype)),
      bothWays("NaN of both signs", signedNaN(dtype)),
    ]),
  };
}

function signedNaN(dtype: DType): NDArray {
  const data = dtype === "float64" ? new Float64Array(40) : new Float32Array(40);
  const words = new Uint32Array(data.buffer);
  const [step, quiet] = dtype === "float64" ? [2, 0x7ff80000] : [1, 0x7fc00000];
  for (let index = 0; index < data.length; index++) {
    if (index % 4 < 2) data[index] = ((index * 7) % 5) - 2;
    else words[index * step + step - 1] = index % 4 === 2 ? quiet + 3 : (quiet + 0x80000000) >>> 0;
  }
  return ndarray(data, [40]);
}

function carriedSpec(dtype: DType): OperationSpec {
  const rows = () =>
    arrayOf([1, NaN, 3, 4, Infinity, 1, 1, 1, -Infinity, 2, Infinity, 1, 1, 2, 3, -Infinity], [4, 4], dtype);
  return {
    name: `cumsum ${dtype} carries NaN and infinities from where they stand`,
    operations: ["cumsum"],
    dtypes: [dtype],
    nonFinite: true,
    run: agree(() =>
      orders.flatMap((reverse) =>
        [0, 1].map((axis) => ({
          what: `cumsum along axis ${axis}${reverse ? ", in reverse" : ""}`,
          fn: (x: Tensor) => cumsum(x, { axis, reverse }),
          arrays: [rows()],
        })),
      ),
    ),
  };
}

function integerEdges(): OperationSpec {
  const values = [
    0,
    -1,
    1,
    255,
    256,
    -256,
    65535,
    65536,
    -65536,
    2 ** 24,
    -(2 ** 24),
    2 ** 24 - 1,
    1 - 2 ** 24,
    7,
    7,
    -7,
  ];
  return {
    name: "argsort int32, exact up to 2^24",
    operations: ["argsort", "takeAlongAxis"],
    dtypes: ["int32"],
    run: agree(() => [
      bothWays("integers of every size", vectorOf(values, "int32")),
      bothWays("many integers of every size", vectorOf(Array.from({ length: 2 }, () => values).flat(), "int32")),
    ]),
  };
}

function cumsumSpec(dtype: DType): OperationSpec {
  return {
    name: `cumsum ${dtype}, every axis, both ways`,
    operations: ["cumsum"],
    dtypes: [dtype],
    run: agree(() => [
      ...eachAxis((shape, axis, seed) =>
        orders.map((reverse): Check => ({
          what: `cumsum of ${formatShape(shape)} along axis ${axis}${reverse ? ", in reverse" : ""}`,
          fn: (x) => cumsum(x, { axis, reverse }),
          arrays: [sampleArray(dtype, shape, seed, { low: -100, high: 100 })],
        })),
      ),
      {
        what: "cumsum of products, and products of it",
        fn: (x, y) => [cumsum(mul(x, y)), mul(cumsum(x, { axis: 0 }), cumsum(y, { axis: 0, reverse: true }))],
        arrays: [
          sampleArray(dtype, [9, 33], 1, { low: -9, high: 9 }),
          sampleArray(dtype, [9, 33], 2, { low: -9, high: 9 }),
        ],
      },
    ]),
  };
}

/** In each step what is carried is sorted and summed up, and so is a slice. */
function scannedSpec(dtype: DType): OperationSpec {
  return {
    name: `argsort and cumsum ${dtype}, in the steps of a scan`,
    operations: ["argsort", "cumsum", "scan"],
    dtypes: [dtype, "int32"],
    run: agree(() =>
      orders.map((reverse): Check => ({
        what: `a scan of sorted rows${reverse ? ", in reverse" : ""}`,
        fn: (carry, sequence) => {
          const [final, { indices, sums }] = scan(
            (sofar, row) => [
              sort(sofar.sub(row), { descending: reverse }),
              { indices: argsort(row, { descending: true }), sums: cumsum(mul(row, row), { reverse }) },
            ],
            carry!,
            sequence!,
            { reverse },
          );
          return [final, indices, sums];
        },
        arrays: [sampleArray(dtype, [5], 1), sampleArray(dtype, [3, 5], 2)],
      })),
    ),
  };
}

/** Sums that a float32 accumulator gets wrong. */
function largeCumsum(): OperationSpec {
  return {
    name: "cumsum float32, 1e5 times 0.1",
    operations: ["mul", "cumsum"],
    dtypes: ["float32"],
    async run(engine) {
      const count = 100_000;
      const term = Math.fround(0.1);
      const ones = ndarray(new Float32Array(count).fill(1), [count]);
      const [got] = await compute(engine, (x) => cumsum(mul(x, term)), [ones]);
      expectArray("cumsum of 1e5 times 0.1", got!, {
        shape: [count],
        dtype: "float32",
        values: Array.from({ length: count }, (_, index) => (index + 1) * term),
        allowed: (index) => sumTolerance * (index + 1) * term,
      });
    },
  };
}
