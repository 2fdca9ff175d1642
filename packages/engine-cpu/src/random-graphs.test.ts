/** Do generated programs and the interpreter agree on graphs that no one thought of? */
import {
  type Tensor,
  abs,
  add,
  argmax,
  broadcastTo,
  cast,
  concat,
  div,
  equal,
  exp,
  grad,
  less,
  lessEqual,
  log,
  logSoftmax,
  logSumExp,
  logicalNot,
  matmul,
  max,
  maximum,
  minimum,
  mul,
  pad,
  relu,
  reshape,
  sigmoid,
  sign,
  slice,
  softmax,
  softplus,
  sqrt,
  sub,
  sum,
  tanh,
  transpose,
  where,
} from "@symloss/core";
import { type DType, type Engine, isFloat, prepare, traceGraph } from "@symloss/core/engine";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { cpu } from "./index.ts";

let generated: Engine;
let interpreter: Engine;

beforeAll(async () => {
  generated = await cpu({ mode: "codegen" });
  interpreter = await cpu({ mode: "interpreter" });
});

/** Numbers from 0 to 1, one after the other; 0 when there are no more. */
interface Choices {
  next(): number;
  of<T>(list: readonly T[]): T;
}

function choicesOf(numbers: readonly number[]): Choices {
  let position = 0;
  const next = (): number => numbers[position++] ?? 0;
  return { next, of: (list) => list[Math.floor(next() * list.length)]! };
}

type Step = (x: Tensor, pool: readonly Tensor[], choices: Choices) => Tensor | undefined;

const unary: Step[] = [
  abs,
  (x) => tanh(x),
  (x) => exp(tanh(x)),
  (x) => log(add(abs(x), 0.5)),
  relu,
  sigmoid,
  softplus,
  sign,
  (x) => sqrt(abs(x)),
  (x) => x.neg(),
  (x) => x.expm1().tanh(),
  (x) => x.abs().log1p(),
];

const together = (x: Tensor, pool: readonly Tensor[], choices: Choices): Tensor | undefined => {
  const fitting = pool.filter(
    ({ shape, dtype }) =>
      dtype !== "bool" &&
      [...shape.keys()].every((back) => {
        const [left, right] = [x.shape.at(-1 - back) ?? 1, shape.at(-1 - back) ?? 1];
        return left === right || left === 1 || right === 1;
      }),
  );
  return choices.of(fitting);
};

const binary: Step[] = [
  add,
  sub,
  mul,
  (x: Tensor, y: Tensor) => div(x, add(abs(y), 1)),
  maximum,
  minimum,
  (x: Tensor, y: Tensor) => where(less(x, y), x, mul(y, 0.5)),
  (x: Tensor, y: Tensor) => where(lessEqual(x, y), x, y),
  (x: Tensor, y: Tensor) => cast(equal(x, y), x.dtype),
  (x: Tensor, y: Tensor) => where(logicalNot(less(x, y)), 1, y),
].map((operation): Step => (x, pool, choices) => {
  const y = together(x, pool, choices);
  return y === undefined ? undefined : choices.next() < 0.5 ? operation(x, y) : operation(y, x);
});

const axisOf = (x: Tensor, choices: Choices): number => choices.of([...x.shape.keys()]);

const rows: Step[] = [
  softmax,
  logSoftmax,
  (x: Tensor, axis: number) => sum(x, axis),
  (x: Tensor, axis: number) => max(x, axis),
  (x: Tensor, axis: number) => logSumExp(x, axis),
  (x: Tensor, axis: number) => cast(argmax(x, axis), x.dtype),
  (x: Tensor, axis: number) => sub(x, x.mean({ axis, keepAxes: true })),
  (x: Tensor, axis: number) => sub(x, max(x, { axis, keepAxes: true })),
].map(
  (operation): Step =>
    (x, _, choices) =>
      x.rank === 0 ? undefined : operation(x, axisOf(x, choices)),
);

const movement: Step[] = [
  (x) => transpose(x),
  (x, _, choices) =>
    x.rank < 2
      ? undefined
      : transpose(
          x,
          choices.of(
            [
              [1, 0, 2, 3],
              [0, 2, 1, 3],
              [2, 0, 1, 3],
            ].map((list) => list.filter((axis) => axis < x.rank)),
          ),
        ),
  (x) => reshape(x, [x.size]),
  (x) => (x.rank < 2 ? undefined : reshape(x, [(x.shape[0] as number) * (x.shape[1] as number), ...x.shape.slice(2)])),
  (x) => (x.rank === 1 && x.size % 2 === 0 ? reshape(x, [2, x.size / 2]) : undefined),
  (x) => reshape(x, [...x.shape, 1]),
  (x) => (x.rank > 2 ? undefined : broadcastTo(reshape(x, [1, ...x.shape]), [3, ...x.shape])),
  (x, _, choices) => {
    if (x.rank === 0) return undefined;
    const starts = x.shape.map((length) => Math.floor(choices.next() * (length as number)));
    return slice(x, starts, x.shape as number[]);
  },
  (x, _, choices) =>
    x.rank === 0
      ? undefined
      : pad(
          x,
          x.shape.map(() => Math.floor(choices.next() * 2)),
          x.shape.map(() => Math.floor(choices.next() * 3)),
        ),
  (x, _, choices) => (x.rank === 0 ? undefined : concat([x, x.mul(2)], axisOf(x, choices))),
  (x) =>
    x.rank < 2
      ? undefined
      : matmul(
          x,
          transpose(
            x,
            [...x.shape.keys()].map((axis) => (axis < x.rank - 2 ? axis : 2 * x.rank - 3 - axis)),
          ),
        ),
  (x, _, choices) => {
    if (x.rank === 0 || x.shape.includes(0)) return undefined;
    const axis = axisOf(x, choices);
    const indices = cast(mul(abs(x), 3), "int32");
    return x.takeAlongAxis(
      choices.next() < 0.5
        ? indices
        : slice(
            indices,
            x.shape.map(() => 0),
            x.shape.map((length, at) => (at === axis ? 1 : length)) as number[],
          ),
      axis,
    );
  },
];

/** A graph that the numbers choose: its outputs are all that was made on the way, and a gradient. */
function build(numbers: readonly number[], dtype: DType, shapes: readonly (readonly number[])[]) {
  const specs = Object.fromEntries(shapes.map((shape, index) => [`x${index}`, { shape, dtype }]));
  return traceGraph(
    "test",
    (inputs: Readonly<Record<string, Tensor>>) => {
      const run = (...given: Tensor[]): Tensor[] => {
        const choices = choicesOf(numbers);
        const pool = [...given];
        const count = 2 + Math.floor(choices.next() * 7);
        for (let step = 0; step < count; step++) {
          const x = choices.of(pool.slice(-3));
          const made = choices.of(choices.of([unary, binary, binary, rows, movement]))(x, pool, choices);
          if (made !== undefined && made.size <= 4000 && made.rank <= 4)
            pool.push(made.dtype === dtype ? made : cast(made, dtype));
        }
        return pool.slice(given.length);
      };
      const given = Object.values(inputs);
      const made = run(...given);
      const last = made.at(-1);
      if (last === undefined) return given;
      if (!isFloat(dtype)) return made;
      const gradients = grad(
        (...tensors: Tensor[]) =>
          run(...tensors)
            .at(-1)!
            .sum(),
        { wrt: given.map((_, index) => index) },
      )(...given);
      return [...made, ...(gradients as Tensor[])];
    },
    specs,
  );
}

/** Quarters from -2 to 2: sums and products of a few are exact, and many are equal. */
const element = fc.integer({ min: -8, max: 8 }).map((value) => value / 4);

const shapesOf = fc.array(fc.array(fc.constantFrom(1, 2, 3, 5, 6, 9, 17), { maxLength: 3 }), {
  minLength: 1,
  maxLength: 3,
});

/** How far results may be apart, by the largest of all results: in float32 the interpreter rounds each step, and programs do not,
 * so that numbers which only rounding makes equal need not be equal there: seeds are fixed. */
const tolerances = { float64: 1e-9, float32: 1e-4, int32: 0 } as const;

const arrays = { float64: Float64Array, float32: Float32Array, int32: Int32Array } as const;

interface Options {
  readonly dtype: keyof typeof tolerances;
  readonly simplify: boolean;
}

async function compare(
  { dtype, simplify }: Options,
  numbers: readonly number[],
  shapes: readonly (readonly number[])[],
  elements: readonly number[],
): Promise<void> {
  const tolerance = tolerances[dtype];
  const graph = prepare(build(numbers, dtype, shapes), generated, { simplify });
  const values = graph.inputs.map(
    ({ size }, input) =>
      new arrays[dtype](
        Array.from({ length: size }, (_, index) => elements[(index * 7 + input * 3 + (index >> 3)) % elements.length]!),
      ),
  );
  const [left, right] = await Promise.all(
    [generated, interpreter].map(async (engine) => (await engine.compile(graph)).run(values)),
  );
  const scale = Math.max(1, ...right!.flatMap((array) => [...array].map(Math.abs).filter(Number.isFinite)));
  for (const [output, want] of right!.entries()) {
    const got = left![output]!;
    for (const [index, value] of want.entries()) {
      if (agree(got[index]!, value, tolerance * scale)) continue;
      throw new Error(`output ${output} must be ${value} at ${index}, got ${got[index]}.`);
    }
  }
}

function agree(got: number, want: number, tolerance: number): boolean {
  return got === want || (Number.isNaN(got) && Number.isNaN(want)) || Math.abs(got - want) <= tolerance;
}

describe("codegen and the interpreter agree", () => {
  const cases: Options[] = [
    { dtype: "float64", simplify: true },
    { dtype: "float64", simplify: false },
    { dtype: "float32", simplify: true },
    { dtype: "int32", simplify: true },
  ];

  test.each(cases)("on random graphs of $dtype, simplified: $simplify", async (options) => {
    const check = fc.assert(
      fc.asyncProperty(
        fc.noBias(
          fc.array(
            fc.integer({ min: 0, max: 999 }).map((value) => value / 1000),
            { minLength: 10, maxLength: 60 },
          ),
        ),
        shapesOf,
        fc.array(element, { minLength: 5, maxLength: 40 }),
        (numbers, shapes, elements) => compare(options, numbers, shapes, elements),
      ),
      { numRuns: Number(process.env["RUNS"] ?? 200), seed: Number(process.env["SEED"] ?? 1) },
    );
    await expect(check).resolves.toBeUndefined();
  });
});
