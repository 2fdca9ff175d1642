/** What is a random function of tensors? Data that fast-check generates and shrinks: shapes, numbers, steps, and the order of differentiation. */
import { type DType, type NDArray, type Tensor, add, asTensor, cast, grad, mean, mul } from "@symloss/core";
import { isFloat } from "@symloss/core/engine";
import fc from "fast-check";
import { arrayOf, productOf, sample, sampleIntegers } from "../data.ts";
import type { TensorFunction } from "../oracle/predict.ts";
import { asFloat, lengthsOf } from "./fitting.ts";
import type { Maker } from "./makers.ts";

/** Arrays of some shapes, and steps, each of which makes a tensor from two earlier ones. */
export interface Program {
  readonly shapes: readonly (readonly number[])[];
  readonly fill: Fill;
  readonly seed: number;
  readonly steps: readonly Step[];
  /** How often it is differentiated. */
  readonly order: number;
}

/** The kinds of numbers in the arrays. */
export type Fill = "spread" | "ties" | "special";

interface Step {
  readonly maker: number;
  readonly left: number;
  readonly right: number;
  readonly choice: number;
}

/** Which programs are generated. */
export interface ProgramOptions {
  readonly shapes: readonly (readonly number[])[];
  readonly fills: readonly Fill[];
  readonly orders: readonly number[];
}

/** Scalars, single elements, empty arrays, primes, and one dimension beyond the sizes of vectors and blocks. */
export const smallShapes: readonly (readonly number[])[] = [
  [3],
  [],
  [1],
  [7],
  [5, 3],
  [1, 7],
  [3, 1],
  [2, 3, 5],
  [4, 1, 3],
];

/** The same, and lengths of 0, more primes and 1,000. */
export const allShapes: readonly (readonly number[])[] = [
  ...smallShapes,
  [0],
  [3, 0],
  [0, 2],
  [13],
  [31],
  [2, 17],
  [2, 3, 5, 2],
  [127],
  [1000],
];

/** Random programs, which shrink to the simplest one that fails. */
export function programs({ shapes, fills, orders }: ProgramOptions): fc.Arbitrary<Program> {
  const step = fc.record({ maker: fc.nat(1000), left: fc.nat(20), right: fc.nat(20), choice: fc.nat(11) });
  return fc.record({
    shapes: fc.array(fc.constantFrom(...shapes), { minLength: 1, maxLength: 3 }),
    fill: fc.constantFrom(...fills),
    seed: fc.nat(1000),
    steps: fc.array(step, { minLength: 1, maxLength: mostSteps[0] }),
    order: fc.constantFrom(...orders),
  });
}

/** A gradient is several times as large as its function: the higher the order, the fewer steps are used. */
const mostSteps = [9, 9, 5, 3] as const;

/** The arrays of a program. */
export function arraysOf({ shapes, fill, seed }: Program, dtype: DType): NDArray[] {
  return shapes.map((shape, index) => arrayOf(fills[fill](productOf(shape), seed + index, dtype), shape, dtype));
}

const fills: { readonly [F in Fill]: (count: number, seed: number, dtype: DType) => number[] } = {
  spread: (count, seed) => sample(count, seed),
  // Quarters: sums and products of a few are exact, and many are equal.
  ties: (count, seed) => sampleIntegers(count, seed, -8, 8).map((value) => value / 4),
  special: (count, seed, dtype) => {
    const among = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, 1e-30, dtype === "float64" ? 5e-324 : 1e-40];
    const kinds = sampleIntegers(count, seed + 500, 0, 2 * among.length - 1);
    return sample(count, seed).map((value, index) => among[kinds[index]!] ?? value);
  },
};

/** The function of a program: its last two tensors, or for a higher order the gradients of their mean and of those gradients. */
export function functionOf(program: Program, makers: readonly Maker[], dtype: DType): TensorFunction {
  const wrt = program.shapes.map((_, index) => index);
  const derivative = (order: number): ((...tensors: Tensor[]) => readonly Tensor[]) => {
    if (order === 0) return (...inputs) => made(program, makers, dtype, inputs);
    const lower = derivative(order - 1);
    return (...inputs) => grad((...tensors: Tensor[]) => scalarOf(lower(...tensors), dtype), { wrt })(...inputs);
  };
  return (...inputs) =>
    Array.from({ length: program.order + 1 }, (_, order) => derivative(order)(...inputs)).flatMap((list) => list);
}

/** The most elements that a tensor in a random graph may have. */
const largestSize = 4000;

function made({ steps, order }: Program, makers: readonly Maker[], dtype: DType, inputs: readonly Tensor[]): Tensor[] {
  const tensors = [...inputs];
  for (const { maker, left, right, choice } of steps.slice(0, mostSteps[order])) {
    const rawX = tensors[tensors.length - 1 - (left % tensors.length)]!;
    const rawY = tensors[right % tensors.length]!;
    const hand = { rawX, rawY, x: asFloat(rawX, dtype), y: asFloat(rawY, dtype), dtype, choice };
    const next = makers[maker % makers.length]!.make(hand);
    if (next !== undefined && next.rank <= 4 && productOf(lengthsOf(next)) <= largestSize) tensors.push(next);
  }
  return tensors.slice(-2);
}

/** The mean of every float tensor, with different weights, so that the gradients of the elements differ. */
export function scalarOf(tensors: readonly Tensor[], dtype: DType): Tensor {
  const floats = tensors.filter((tensor) => isFloat(tensor.dtype) && tensor.size > 0);
  const terms = floats.map((tensor, index) => mul(mean(asFloat(tensor, dtype)), 1 + index / 4));
  return terms.length === 0 ? cast(asTensor(0), dtype) : terms.reduce((left, right) => add(left, right));
}
