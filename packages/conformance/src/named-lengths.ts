/** Does a function that is compiled once serve arrays of any length, on engines that can? Lengths around those of vectors, tiles and blocks. */
import {
  type DynamicLength,
  type Engine,
  type NDArray,
  type Tensor,
  add,
  argmax,
  argsort,
  compile,
  concat,
  cumsum,
  equal,
  exp,
  grad,
  matmul,
  max,
  mean,
  mul,
  pad,
  scan,
  softmax,
  square,
  sub,
  sum,
  takeAlongAxis,
  tanh,
  transpose,
  variance,
  zeros,
} from "@symloss/core";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { arrayOf, sampleArray, sampleIntegers } from "./data.ts";
import { expectSameNumbers } from "./same-numbers.ts";

/** A function of arrays, some of whose lengths have names: each shape lists numbers and names. */
interface NamedFunction {
  readonly shapes: readonly (readonly (number | string)[])[];
  readonly fn: (...tensors: readonly Tensor[]) => readonly Tensor[];
  /** Which arguments are integers from 0 to below the length of their last axis, or this. */
  readonly integers?: Readonly<Record<number, number>>;
}

/** The lengths of `n` and `m` in each call, in this order. */
const calls: readonly (readonly [n: number, m: number])[] = [
  [7, 3],
  [1, 1],
  [2, 17],
  [33, 5],
  [300, 2],
  [5, 129],
  [1030, 4],
  [4, 16],
  [7, 3],
];

/** The cases of functions on engines with the trait `namedDimensions`. */
export function namedLengthCases({ traits, reference }: CaseContext): ConformanceCase[] {
  if (!traits.namedDimensions) return [];
  return Object.entries(functions).map(([name, named]) => ({
    name: `operations: lengths with names, ${name}`,
    group: "operations",
    run: (engine) => expectNamed(engine, named, reference ?? engine),
  }));
}

async function expectNamed(
  engine: Engine,
  { shapes, fn, integers = {} }: NamedFunction,
  reference: Engine,
): Promise<void> {
  const dynamic = shapes.flatMap((shape, argument) =>
    shape.flatMap((length, axis): DynamicLength[] =>
      typeof length === "string" ? [{ argument, axis, name: length }] : [],
    ),
  );
  const once = compile((...tensors: Tensor[]) => fn(...tensors), { engine, dynamic });
  const each = compile((...tensors: Tensor[]) => fn(...tensors), { engine: reference });
  try {
    for (const [n, m] of calls) {
      const lengths: Readonly<Record<string, number>> = { n, m };
      const arrays = shapes.map((shape, index) => {
        const own = shape.map((length) => (typeof length === "number" ? length : lengths[length]!));
        return arrayFor(own, index, integers[index]);
      });
      const [got, want] = [await once(...arrays), await each(...arrays)];
      for (const [index, array] of want.entries())
        expectSameNumbers(engine, `result ${index} for n ${n}, m ${m}`, got[index]!, array, 1);
    }
  } finally {
    await Promise.all([once.dispose(), each.dispose()]);
  }
}

function arrayFor(shape: readonly number[], seed: number, below: number | undefined): NDArray {
  if (below === undefined) return sampleArray("float32", shape, seed + 1);
  const count = shape.reduce((left, right) => left * right, 1);
  return arrayOf(sampleIntegers(count, seed + 1, 0, below - 1), shape, "int32");
}

const withGradient =
  (fn: (...tensors: readonly Tensor[]) => Tensor, wrt: readonly number[] = [0]): NamedFunction["fn"] =>
  (...tensors) => [
    fn(...tensors),
    ...grad((...given: Tensor[]) => sum(square(fn(...given))), { wrt: [...wrt] })(...tensors),
  ];

const step = (carry: Tensor, row: Tensor): [Tensor, Tensor] => {
  const next = tanh(add(mul(carry, 0.5), row));
  return [next, square(next)];
};

const functions: Readonly<Record<string, NamedFunction>> = {
  elementwise: {
    shapes: [["n", 3], ["n", 1], [3]],
    fn: (x, y, z) => [exp(mul(add(x!, y!), z!)), sub(x!, z!)],
  },
  "a name inside": {
    shapes: [[3, "n", 2]],
    fn: (x) => [exp(x!), transpose(x!, [2, 0, 1]), sum(x!, 0), sum(x!, [0, 2])],
  },
  "two names": {
    shapes: [["n", "m"], ["m"], ["n", 1]],
    fn: (x, y, z) => [mul(add(x!, y!), z!), sum(x!, 0), sum(x!, 1), mean(x!), transpose(x!)],
  },
  "reductions along a name": {
    shapes: [[4, "n"]],
    fn: (x) => [sum(x!, 1), mean(x!, 1), max(x!, 1), variance(x!, 1), sum(x!), max(x!)],
  },
  "reductions of columns": {
    shapes: [["n", 6]],
    fn: (x) => [sum(x!, 0), mean(x!, 0), max(x!, 0), variance(x!, 0), mean(square(sub(x!, mean(x!, 0))))],
  },
  "softmax along a name, with gradient": { shapes: [[3, "n"]], fn: withGradient((x) => softmax(x!)) },
  "the largest of a known number": {
    shapes: [["n", 11], ["n"]],
    integers: { 1: 11 },
    fn: (x, labels) => [argmax(x!, 1), equal(argmax(x!, 1), labels!)],
  },
  "products of rows": {
    shapes: [
      ["n", 20],
      [20, 9],
    ],
    fn: withGradient((x, w) => tanh(matmul(x!, w!)), [0, 1]),
  },
  "products of what has two names": {
    shapes: [
      ["n", 24],
      ["m", 24],
    ],
    fn: withGradient((x, y) => matmul(x!, transpose(y!)), [0, 1]),
  },
  "products along a name": {
    shapes: [
      [18, "n"],
      ["n", 10],
    ],
    fn: withGradient((x, y) => matmul(x!, y!), [0, 1]),
  },
  "products of batches": {
    shapes: [
      ["n", 3, 20],
      ["n", 20, 5],
    ],
    fn: withGradient((x, y) => matmul(x!, y!), [0, 1]),
  },
  "sorted rows": {
    shapes: [
      ["n", 40],
      ["m", "n"],
    ],
    fn: (x, y) => [argsort(x!), argsort(y!, { descending: true }), argsort(x!, { axis: 0 })],
  },
  "sums up to each": {
    shapes: [
      ["n", 5],
      [3, "n", 2],
    ],
    fn: (x, y) => [
      cumsum(x!),
      cumsum(x!, { axis: 0, reverse: true }),
      cumsum(y!, { axis: 1 }),
      cumsum(y!, { axis: 0 }),
    ],
  },
  "what is picked, with gradient": {
    shapes: [
      ["n", 13],
      ["n", 2],
    ],
    integers: { 1: 13 },
    fn: (x, at) => [takeAlongAxis(x!, at!), grad((given) => sum(square(takeAlongAxis(given, at!))))(x!)],
  },
  "what is joined and padded along other axes": {
    shapes: [
      ["n", 3],
      ["n", 4],
    ],
    fn: (x, y) => [concat([x!, y!], 1), pad(x!, [0, 1], [0, 2]), add(concat([x!, y!], 1), 1)],
  },
  "steps of a known number": {
    shapes: [[6, "n", 3]],
    fn: (x) =>
      [
        scan(step, mul(sum(x!, 0), 0), x!),
        grad((given) => sum(scan(step, mul(sum(given, 0), 0), given)[1]))(x!),
      ].flat(),
  },
  "as many steps as a name": {
    shapes: [["n", 3]],
    fn: (x) => [scan(step, zeros([3]), x!), grad((given) => sum(scan(step, zeros([3]), given)[1]))(x!)].flat(),
  },
  "steps of which both have names, from the last": {
    shapes: [["n", "m"], ["m"]],
    fn: (x, initial) => scan(step, initial!, x!, { reverse: true }),
  },
};
