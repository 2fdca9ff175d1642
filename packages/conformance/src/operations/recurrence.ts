/** What must a scan return: carries of every dtype, outputs of every step, in either direction, of any length, and nested? */
import {
  type DType,
  type NDArray,
  type Tensor,
  add,
  arange,
  cast,
  equal,
  exp,
  less,
  log,
  logicalNot,
  logicalOr,
  matmul,
  maximum,
  mul,
  ones,
  reshape,
  scan,
  sigmoid,
  slice,
  square,
  sub,
  sum,
  tanh,
  where,
  zeros,
} from "@symloss/core";
import { arrayOf, sampleArray, vectorOf } from "../data.ts";
import type { TensorFunction } from "../oracle/predict.ts";
import { type Check, type OperationSpec, agree, floatTypes, numberTypes } from "./spec.ts";

/** The cases of scans. */
export function recurrenceSpecs(): OperationSpec[] {
  return [
    ...numberTypes.map(numberSpec),
    ...floatTypes.flatMap((dtype) => [
      ...Object.entries(recurrences).map(([name, { fn, arrays }]) => recurrenceSpec(dtype, name, fn, arrays)),
      lengthSpec(dtype),
      mixedSpec(dtype),
      nonFiniteSpec(dtype),
    ]),
  ];
}

/** A smooth function of arrays with a scan in it. */
export interface Recurrence {
  readonly fn: TensorFunction;
  readonly arrays: (dtype: DType) => readonly NDArray[];
}

const sequence =
  (...shape: readonly number[]): Recurrence["arrays"] =>
  (dtype) => [sampleArray(dtype, shape, 31, { low: -1, high: 1 })];

/** A step that forgets: its final carry, its outputs, and what of its carries only a gradient asks for. */
function forgetting(x: Tensor, reverse: boolean): readonly Tensor[] {
  const [final, outputs] = scan(
    (carry, value) => [add(mul(carry, 0.5), tanh(value)), mul(carry, value)],
    zeros(x.shape.slice(1), x.dtype),
    x,
    { reverse },
  );
  return [final, outputs];
}

/** What a step of an LSTM keeps, and what it gives. */
function lstm(x: Tensor, weights: Tensor, hidden: number): readonly Tensor[] {
  const batch = x.shape[1] as number;
  const start = zeros([batch, hidden], x.dtype);
  const [{ cell }, outputs] = scan(
    ({ cell: before, output }, input) => {
      const gates = matmul(reshape(add(input, output), [batch, hidden]), weights);
      const [forget, candidate] = [slice(gates, [0, 0], [batch, hidden]), slice(gates, [0, hidden])];
      const next = add(mul(before, sigmoid(forget)), mul(tanh(candidate), sub(1, sigmoid(forget))));
      const out = tanh(next);
      return [{ cell: next, output: out }, out];
    },
    { cell: start, output: start },
    x,
  );
  return [cell, outputs];
}

/** Smooth functions, whose gradients are compared with differences too. */
export const recurrences: Readonly<Record<string, Recurrence>> = {
  "the final carry and the outputs": { fn: (x) => forgetting(x, false), arrays: sequence(7, 3) },
  "from the last step": { fn: (x) => forgetting(x, true), arrays: sequence(5, 2) },
  "the outputs alone": { fn: (x) => forgetting(x, false)[1]!, arrays: sequence(4) },
  "an initial carry that is given, and two sequences": {
    fn: (initial, x, y) => scan((carry, { a, b }) => [add(mul(carry, b), a)], initial, { a: x, b: y })[0],
    arrays: (dtype) => [
      sampleArray(dtype, [3], 1),
      sampleArray(dtype, [5, 3], 2),
      sampleArray(dtype, [5, 3], 3, { low: -1, high: 1 }),
    ],
  },
  "tensors from outside": {
    fn: (x, weights, bias) => {
      const step = (carry: Tensor, value: Tensor): [Tensor, Tensor] => {
        const next = tanh(add(add(matmul(reshape(carry, [1, 3]), tanh(weights)), bias), value));
        return [reshape(next, [3]), sum(next)];
      };
      const [final, sums] = scan(step, zeros([3], x.dtype), x);
      return [final, sums];
    },
    arrays: (dtype) => [sampleArray(dtype, [4, 3], 4), sampleArray(dtype, [3, 3], 5), sampleArray(dtype, [3], 6)],
  },
  "no sequence": {
    fn: (x) => scan((carry) => [mul(carry, sub(2, square(carry))), carry], x, {}, { length: 3 })[1],
    arrays: (dtype) => [sampleArray(dtype, [5], 7, { low: 0.5, high: 1.2 })],
  },
  "no carry": {
    fn: (x, y) => scan((_, value) => [{}, { product: mul(value, y), square: square(value) }], {}, x)[1].product,
    arrays: (dtype) => [sampleArray(dtype, [4, 3], 8), sampleArray(dtype, [3], 9)],
  },
  "a step that ignores its carry, and one that ignores its slice": {
    fn: (x) => [
      scan((carry, value) => [mul(value, 2), carry], zeros([2], x.dtype), x)[0],
      scan((carry) => [mul(carry, 0.5), carry], sum(x, 0), x)[1],
    ],
    arrays: sequence(3, 2),
  },
  "a scan of a scan's outputs, and the same scan twice": {
    fn: (x) => {
      const once = forgetting(x, false);
      return forgetting(add(once[1]!, forgetting(x, false)[1]!), true);
    },
    arrays: sequence(3, 2),
  },
  "a scan in a scan": {
    fn: (x, scale) => {
      const inner = (row: Tensor, start: Tensor): Tensor =>
        scan((carry, value) => [tanh(add(mul(carry, scale), value))], start, row)[0];
      const [final, outputs] = scan((carry, row) => [inner(row, carry), mul(carry, sum(row))], sum(mul(scale, 0.5)), x);
      return [final, outputs];
    },
    arrays: (dtype) => [sampleArray(dtype, [3, 4], 10), arrayOf([0.75], [], dtype)],
  },
  "cumulative logSumExp": {
    fn: (x) =>
      scan(
        (carry, value) => {
          const larger = maximum(carry, value);
          const next = add(larger, log(add(exp(sub(carry, larger)), exp(sub(value, larger)))));
          return [next, next];
        },
        zeros([2], x.dtype),
        x,
      )[1],
    arrays: sequence(5, 2),
  },
  "an LSTM": {
    fn: (x, weights) => lstm(x, weights, 2),
    arrays: (dtype) => [sampleArray(dtype, [3, 2, 2], 11), sampleArray(dtype, [2, 4], 12)],
  },
  "an LSTM of a batch of one": {
    fn: (x, weights) => lstm(x, weights, 3),
    arrays: (dtype) => [sampleArray(dtype, [2, 1, 3], 13), sampleArray(dtype, [3, 6], 14)],
  },
};

function recurrenceSpec(dtype: DType, name: string, fn: TensorFunction, arrays: Recurrence["arrays"]): OperationSpec {
  return {
    name: `scan ${dtype}, ${name}`,
    operations: ["scan"],
    dtypes: [dtype],
    run: agree(() => [{ what: name, fn, arrays: arrays(dtype) }]),
  };
}

function numberSpec(dtype: DType): OperationSpec {
  return {
    name: `scan ${dtype}, running sums`,
    operations: ["scan", "add"],
    dtypes: [dtype],
    run: agree(() =>
      [[7], [5, 3], [1, 2], [2, 17]].flatMap((shape, seed) =>
        [false, true].map((reverse): Check => ({
          what: `running sums of ${shape.join()}${reverse ? " from the end" : ""}`,
          fn: (x) => {
            const step = (total: Tensor, value: Tensor): [Tensor, Tensor] => [add(total, value), add(total, value)];
            const [total, sums] = scan(step, zeros(shape.slice(1), dtype), x, { reverse });
            return [total, sums];
          },
          arrays: [sampleArray(dtype, shape, seed, { low: -9, high: 9 })],
        })),
      ),
    ),
  };
}

function lengthSpec(dtype: DType): OperationSpec {
  return {
    name: `scan ${dtype}, of 0, 1 and 31 steps`,
    operations: ["scan"],
    dtypes: [dtype],
    run: agree(() =>
      [0, 1, 31].map((length): Check => ({
        what: `${length} steps`,
        fn: (x) => forgetting(x, false),
        arrays: [sampleArray(dtype, [length, 2], length)],
      })),
    ),
  };
}

/** Carries and outputs of other dtypes beside. */
function mixedSpec(dtype: DType): OperationSpec {
  return {
    name: `scan ${dtype}, integers and conditions beside`,
    operations: ["scan", "where", "less", "logicalOr"],
    dtypes: [dtype, "int32", "bool"],
    run: agree((): Check[] => [
      {
        what: "a count, a flag and a total that stops",
        fn: (x, limits) => {
          const [{ count, found, total }, { was, step }] = scan(
            (carry, { value, limit, place }) => {
              const ends = less(limit, carry.count);
              const kept = where(logicalOr(carry.found, ends), carry.total, add(carry.total, value));
              const next = { count: add(carry.count, 2), found: logicalOr(carry.found, ends), total: kept };
              return [next, { was: logicalNot(carry.found), step: mul(place, carry.count) }];
            },
            { count: cast(0, "int32"), found: cast(0, "bool"), total: cast(0.5, dtype) },
            { value: x, limit: limits, place: arange(6) },
          );
          return [count, found, total, was, step];
        },
        arrays: [sampleArray(dtype, [6], 1), vectorOf([9, 9, 9, 5, 2, 9], "int32")],
      },
      {
        what: "conditions as a sequence",
        fn: (flags, x) =>
          scan((carry, flag) => [where(flag, add(carry, x), carry), equal(carry, 0)], mul(x, 0), flags)[1],
        arrays: [vectorOf([0, 1, 0, 1], "bool"), sampleArray(dtype, [3], 2)],
      },
    ]),
  };
}

function nonFiniteSpec(dtype: DType): OperationSpec {
  return {
    name: `scan ${dtype}, NaN and infinities in one step`,
    operations: ["scan"],
    dtypes: [dtype, "bool"],
    nonFinite: true,
    run: agree((): Check[] => [
      {
        what: "carried on, and where nothing takes them not",
        fn: (x) => {
          const step = (carry: Tensor, value: Tensor): [Tensor, Tensor] => [
            where(less(value, 3), carry, value),
            add(carry, value),
          ];
          const [final, outputs] = scan(step, ones([2], dtype), x);
          return [final, outputs];
        },
        arrays: [arrayOf([1, 2, NaN, -Infinity, 2, 1, Infinity, 1], [4, 2], dtype)],
      },
    ]),
  };
}
