/** Are results right where formulas lose digits: equal values, confident predictions, infinities, empty axes, literals beside float64? */
import {
  type DType,
  type Engine,
  type Tensor,
  add,
  asTensor,
  broadcastTo,
  compile,
  concat,
  customGradient,
  div,
  einsum,
  evaluate,
  exp,
  grad,
  logSumExp,
  mul,
  ndarray,
  sqrt,
  sub,
  sum,
  tanh,
  variance,
  where,
} from "@symloss/core";
import { formatType } from "@symloss/core/engine";
import { huber, reduce, softmaxCrossentropyLogits, sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { ConformanceError, type Expected, expectArray, expectArrays, expectThat } from "./compare.ts";
import { compute } from "./compute.ts";
import { arrayOf, sampleArray, vectorOf } from "./data.ts";
import { einsumByLoops } from "./oracle/einsum.ts";
import type { TensorFunction } from "./oracle/predict.ts";
import { floatTypes } from "./operations/spec.ts";
import { epsilonOf, sumTolerance, toleranceOf } from "./tolerance.ts";

/** The cases in which formulas lose digits, in every float dtype that the engine declares. */
export function numberCases({ traits }: CaseContext): ConformanceCase[] {
  const make = (name: string, run: (engine: Engine) => Promise<void>): ConformanceCase => ({
    name: `operations: ${name}`,
    group: "operations",
    run,
  });
  const strict = traits.nonFinite === "strict";
  const types = floatTypes.filter((dtype) => traits.dtypes.includes(dtype));
  return [
    ...types.flatMap((dtype) => [
      make(`variance ${dtype} of equal values is nothing`, (engine) => expectNoVariance(engine, dtype)),
      make(`cross entropy ${dtype} of confident answers, value and gradient`, (engine) =>
        expectConfident(engine, dtype),
      ),
      make(`the largest less itself ${dtype} is nothing, wherever it is computed`, (engine) =>
        expectOneFormula(engine, dtype),
      ),
      make(`einsum ${dtype} of unequal ranks and great depth`, (engine) => expectDeepProducts(engine, dtype)),
      make(`gradients ${dtype} through what is repeated no times are 0`, (engine) => expectNoGradient(engine, dtype)),
      ...(strict
        ? [make(`logSumExp ${dtype} of infinities and NaN`, (engine) => expectExtremeSums(engine, dtype))]
        : []),
    ]),
    ...(types.includes("float64")
      ? Object.entries(literals).map(([name, run]) => make(`literals beside float64: ${name}`, run))
      : []),
  ];
}

const counts = [1, 2, 3, 5, 7, 10, 31, 100, 1003, 7225];
const repeatedValues = [37 / 255, 0.1, 1 / 3, 3.3, 1e-3, 123.456, -7.7, 1e6 + 1 / 3, 1e-20, 0];

/** The mean of equal values is exact up to rounding, so their variance is the square of that error: never negative, with a real root. */
async function expectNoVariance(engine: Engine, dtype: DType): Promise<void> {
  for (const count of counts) {
    const rows = repeatedValues.flatMap((value) => Array.from({ length: count }, () => value));
    const got = await compute(
      engine,
      (x) => [variance(x, 1), sqrt(variance(x, 1)), sqrt(variance(mul(x, 1 / 3), 1)), sqrt(variance(div(x, 255), 1))],
      [arrayOf(rows, [repeatedValues.length, count], dtype)],
      { simplify: true },
    );
    for (const [index, value] of repeatedValues.entries()) {
      // The allowed error of a sum.
      const off = dtype === "float64" ? (2 + count) * epsilonOf(dtype) : 2 * epsilonOf(dtype) + sumTolerance;
      const limit = off * Math.abs(value);
      const [square, ...roots] = got.map(({ data }) => data[index]!) as [number, ...number[]];
      expectThat(
        square >= 0 && square <= limit ** 2 && roots.every((root) => root >= 0 && root <= limit),
        `the variance of ${count} times ${value} must be 0 to within ${limit ** 2}, and roots of such 0 to within ${limit}, got ${square}, ${roots.join(", ")}.`,
      );
    }
  }
}

const gaps = [5, 8, 10, 12, 14, 15, 16, 17, 18, 20, 25, 30, 35, 40];

/**
 * Each element must have full relative accuracy: log(1 + exp(-gap)), except for digits that float64 can't hold next to 1, and the
 * gradient of the other class, which is as small. The gradient of the right class is a probability near 1, minus 1, so it has only the
 * digits that its dtype can hold next to 1.
 */
async function expectConfident(engine: Engine, dtype: DType): Promise<void> {
  const { relative } = toleranceOf(engine.traits.precision, dtype);
  const slopes = gaps.flatMap((gap) => [-1 / (1 + Math.exp(gap)), 1 / (1 + Math.exp(gap))]);
  const close = (values: readonly number[], shape: readonly number[], beside: (index: number) => number): Expected => ({
    shape,
    dtype,
    values,
    allowed: (index) => relative * Math.abs(values[index]!) + beside(index),
  });
  const expected = [
    close(
      gaps.map((gap) => Math.log1p(Math.exp(-gap))),
      [gaps.length],
      () => 2 ** -51,
    ),
    close(slopes, [gaps.length, 2], (index) => (index % 2 === 0 ? 2 * epsilonOf(dtype) : 0)),
  ];
  const logits = arrayOf(
    gaps.flatMap((gap) => [gap, 0]),
    [gaps.length, 2],
    dtype,
  );
  const classes = vectorOf(
    gaps.map(() => 0),
    "int32",
  );
  const oneHot = arrayOf(
    gaps.flatMap(() => [1, 0]),
    [gaps.length, 2],
    dtype,
  );
  const losses = {
    sparseSoftmaxCrossentropyLogits: [(x: Tensor, y: Tensor) => sparseSoftmaxCrossentropyLogits(y, x), classes],
    softmaxCrossentropyLogits: [(x: Tensor, y: Tensor) => softmaxCrossentropyLogits(y, x), oneHot],
  } as const;
  for (const [name, [loss, labels]] of Object.entries(losses)) {
    const total = (z: Tensor, w: Tensor) => sum(loss(z, w));
    const fn: TensorFunction = (x, y) => [loss(x!, y!), grad(total)(x!, y!)];
    expectArrays(
      `${name}, value and gradient`,
      await compute(engine, fn, [logits, labels], { simplify: true }),
      expected,
    );
  }
}

/** One value has one formula: a value computed twice is the same, and its gradient goes to the largest element. */
async function expectOneFormula(engine: Engine, dtype: DType): Promise<void> {
  for (const length of [1, 7, 20, 33]) {
    const x = sampleArray(dtype, [length], length);
    const functions = {
      exp: (y: Tensor) => exp(y),
      tanh: (y: Tensor) => tanh(y),
      "a quotient": (y: Tensor) => y.div(y.exp().sum()),
    };
    for (const [name, fn] of Object.entries(functions)) {
      const [rest, loss] = await compute(
        engine,
        (y) => [sub(fn(y).max(), fn(y)), sparseSoftmaxCrossentropyLogits(0, fn(y).mul(10))],
        [x],
        { simplify: true },
      );
      expectThat(
        rest!.data.every((value) => value >= 0),
        `the largest ${name} of ${length} less each must not be below 0, got ${Math.min(...rest!.data)}.`,
      );
      expectThat(
        rest!.data.includes(0),
        `the largest ${name} of ${length} less itself must be 0, got ${Math.min(...rest!.data)}.`,
      );
      expectThat(
        loss!.item() >= 0,
        `the cross entropy of ${name} of ${length} must not be below 0, got ${loss!.item()}.`,
      );
    }
  }
  const others = vectorOf(
    Array.from({ length: 19 }, () => 0),
    dtype,
  );
  const largestPower = (w: Tensor, rest: Tensor) =>
    concat([w.reshape([1]), rest])
      .exp()
      .max();
  const [slope] = await compute(
    engine,
    (w, rest) => grad(largestPower)(w, rest!),
    [arrayOf([3.4], [], dtype), others],
    { simplify: true },
  );
  const { relative } = toleranceOf(engine.traits.precision, dtype);
  const want = Math.exp(dtype === "float32" ? Math.fround(3.4) : 3.4);
  expectArray("the gradient of the largest power", slope!, {
    shape: [],
    dtype,
    values: [want],
    allowed: () => relative * want,
  });
}

async function expectDeepProducts(engine: Engine, dtype: DType): Promise<void> {
  const { relative } = toleranceOf(engine.traits.precision, dtype);
  for (const depth of [255, 257, 300, 1025]) {
    for (const [equation, left, right] of [
      ["abk,kj->abj", [2, 2, depth], [depth, 2]],
      ["ik,bkj->bij", [2, depth], [3, depth, 2]],
      ["k,akj->aj", [depth], [2, depth, 2]],
    ] as const) {
      const arrays = [sampleArray(dtype, left, 1), sampleArray(dtype, right, 2)];
      const { shape, values, scale } = einsumByLoops(equation, arrays);
      const [got] = await compute(engine, (x, y) => einsum(equation, x, y!), arrays, { simplify: true });
      expectArray(`${equation} of depth ${depth}`, got!, {
        shape,
        dtype,
        values,
        allowed: (index) => relative * scale[index]!,
      });
    }
  }
}

async function expectNoGradient(engine: Engine, dtype: DType): Promise<void> {
  const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    "a sum": (x) => sum(mul(broadcastTo(x, [0, 3]), 2)),
    "a sum of a function": (x) => sum(tanh(broadcastTo(x, [0, 3]))),
    "a sum along the axis": (x) => sum(mul(sum(exp(broadcastTo(x, [0, 3])), 0), 0.5)),
    "a product with another": (x) => sum(mul(broadcastTo(x, [0, 3]), broadcastTo(exp(x), [0, 3]))),
  };
  for (const [name, fn] of Object.entries(functions)) {
    const x = vectorOf([0.5, -1.5, 2], dtype);
    for (const simplify of [true, false]) {
      const got = await compute(engine, (y) => [fn(y), grad(fn)(y), add(grad(fn)(y), y)], [x], { simplify });
      expectArray(`${name}, value`, got[0]!, { shape: [], dtype, values: [0], allowed: () => 0 });
      expectArray(`${name}, gradient`, got[1]!, { shape: [3], dtype, values: [0, 0, 0], allowed: () => 0 });
      expectArray(`${name}, gradient added to x`, got[2]!, { shape: [3], dtype, values: x.data, allowed: () => 0 });
    }
  }
}

async function expectExtremeSums(engine: Engine, dtype: DType): Promise<void> {
  const rows: readonly (readonly [readonly [number, number, number], number])[] = [
    [[-Infinity, -1e4, -Infinity], -1e4],
    [[Infinity, NaN, 1], NaN],
    [[NaN, -Infinity, Infinity], NaN],
    [[Infinity, 1, 2], Infinity],
    [[Infinity, Infinity, -Infinity], Infinity],
    [[-Infinity, -Infinity, -Infinity], -Infinity],
    [[1e4, 1e4, 1e4], 1e4 + Math.log(3)],
    [[-1e30, -Infinity, -1e30], -1e30],
    [[0, -Infinity, NaN], NaN],
  ];
  const { relative } = toleranceOf(engine.traits.precision, dtype);
  const values = rows.map(([, value]) => value);
  const expected = (shape: readonly number[], list: readonly number[]): Expected => ({
    shape,
    dtype,
    values: list,
    allowed: (index) => relative * Math.abs(list[index]!),
  });
  const x = arrayOf(
    rows.flatMap(([row]) => row),
    [rows.length, 3],
    dtype,
  );
  const [along, across] = await compute(engine, (y) => [logSumExp(y, 1), logSumExp(y.transpose(), 0)], [x]);
  expectArray("logSumExp along rows", along!, expected([rows.length], values));
  expectArray("logSumExp along columns", across!, expected([rows.length], values));
  const ones = rows.flatMap(([row]) => row);
  const [single] = await compute(engine, (y) => logSumExp(y, 1), [arrayOf(ones, [ones.length, 1], dtype)]);
  expectArray("logSumExp of single elements", single!, expected([ones.length], ones));
}

/** A literal takes the type of the other operand: combined with float64 it keeps all of its digits. */
const literals: Readonly<Record<string, (engine: Engine) => Promise<void>>> = {
  "a number and a list in arithmetic": async (engine) => {
    const got = await evaluate(mul(Float64Array.of(1, 2), [0.1, 0.2]).add(0.3), { engine });
    expectDigits(got, [0.1 + 0.3, 0.2 * 2 + 0.3]);
  },
  "a list as an argument of a loss": async (engine) => {
    const loss = 0.5 * (0.3 - 0.1) ** 2;
    expectDigits(await evaluate(huber([0.1], Float64Array.of(0.3)), { engine }), [loss]);
    expectDigits(await evaluate(huber(Float64Array.of(0.1), [0.3]), { engine }), [loss]);
    expectDigits(
      await evaluate(reduce(Float64Array.of(1, 2), { weights: [0.1, 0.2], reduction: "none" }), { engine }),
      [0.1, 0.4],
    );
  },
  "a choice between two numbers": async (engine) => {
    const x = Float64Array.of(1, 1);
    expectDigits(await evaluate(mul(x, where([true, false], 0.1, 0.2)), { engine }), [0.1, 0.2]);
    expectDigits(
      await evaluate(mul(x, where([true, false], [0.1, 0.3], where([true, false], 0.4, 0.2))), { engine }),
      [0.1, 0.2],
    );
  },
  "an argument of a compiled function": async (engine) => {
    const compiled = compile((x: Tensor, y: Tensor, z: Tensor) => add(mul(x, y), z), { engine });
    expectDigits(await compiled(Float64Array.of(1, 2), [0.1, 0.2], 0.3), [0.1 + 0.3, 0.2 * 2 + 0.3]);
    await compiled.dispose();
  },
  "a number given to grad, and one that customGradient returns": async (engine) => {
    const slope = grad((x: Tensor, y: Tensor) => sum(mul(x, y)), { wrt: 0 })(Float64Array.of(1, 2), 0.1);
    expectDigits(await evaluate(slope, { engine }), [0.1, 0.1]);
    const own = customGradient((x: Tensor) => ({ value: x, gradient: () => [[0.1, 0.2]] }));
    expectDigits(await evaluate(grad((x: Tensor) => sum(own(x)))(Float64Array.of(1, 2)), { engine }), [0.1, 0.2]);
  },
  "a constant that meets float64 later": async (engine) => {
    const shared = asTensor([0.1, 0.2]);
    expectDigits(await evaluate(mul(shared, Float64Array.of(1, 1)), { engine }), [0.1, 0.2]);
    const alone = await evaluate(mul(shared, 1), { engine });
    expectThat(
      alone.dtype === "float32",
      `what meets no float64 must be float32, got ${formatType(alone.dtype, alone.shape)}.`,
    );
  },
};

function expectDigits(got: { readonly dtype: DType; readonly data: ArrayLike<number> }, want: readonly number[]): void {
  if (got.dtype !== "float64") throw new ConformanceError(`the result must be float64, got ${got.dtype}.`);
  const allowed = (index: number) => 1e-14 * Math.abs(want[index]!);
  expectArray("every digit", ndarray(Float64Array.from(got.data)), {
    shape: [want.length],
    dtype: "float64",
    values: want,
    allowed,
  });
}
