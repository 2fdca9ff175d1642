/** Are gradients right? Every differentiable operation is compared with differences of the oracle's values; then second derivatives and tails. */
import {
  type DType,
  type Engine,
  type NDArray,
  type Tensor,
  abs,
  add,
  argsort,
  broadcastTo,
  cast,
  clip,
  concat,
  cumsum,
  customGradient,
  div,
  einsum,
  erf,
  exp,
  expm1,
  grad,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  neg,
  pad,
  pow,
  relu,
  reshape,
  scan,
  sigmoid,
  sign,
  slice,
  softmax,
  softplus,
  sort,
  sqrt,
  square,
  stack,
  stopGradient,
  sub,
  sum,
  takeAlongAxis,
  tanh,
  transpose,
  variance,
  where,
} from "@symloss/core";
import { type UnaryOperation, unaryOperations } from "@symloss/core/engine";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { type Expected, expectArray } from "./compare.ts";
import { compute } from "./compute.ts";
import { arrayOf, productOf, sample, sampleArray, vectorOf } from "./data.ts";
import { unaryFunctions } from "./operations/functions.ts";
import { scatterAdd } from "./operations/indexing.ts";
import { recurrences } from "./operations/recurrence.ts";
import { floatTypes, operandTypes } from "./operations/spec.ts";
import {
  type Derivative,
  derivativeAtZero,
  gradientByDifferences,
  moved,
  weightedOutput,
} from "./oracle/differentiate.ts";
import { type TensorFunction, traceOf } from "./oracle/predict.ts";
import { unaryNumber } from "./oracle/scalar.ts";
import { allowedBy, toleranceOf } from "./tolerance.ts";

/** The cases of gradients, in every float dtype that the engine declares. */
export function gradientCases({ traits }: CaseContext): ConformanceCase[] {
  const types = floatTypes.filter((dtype) => traits.dtypes.includes(dtype));
  const make = (name: string, run: (engine: Engine) => Promise<void>): ConformanceCase => ({
    name: `gradients: ${name}`,
    group: "gradients",
    run,
  });
  return types.flatMap((dtype) => [
    ...Object.entries(smoothFunctions).map(([name, [fn, arrays]]) =>
      make(`${name} ${dtype}`, (engine) => expectGradients(engine, name, fn, arrays(dtype))),
    ),
    ...Object.entries(curvedFunctions).map(([name, fn]) =>
      make(`second derivative of ${name} ${dtype}`, (engine) => expectCurvature(engine, name, fn, dtype)),
    ),
    ...Object.entries(tails).map(([name, tail]) =>
      make(`${name} ${dtype}, tails`, (engine) => expectTail(engine, name, tail, dtype)),
    ),
    ...Object.entries(plainGradients).map(([name, gradient]) =>
      make(`${name} ${dtype}`, (engine) => expectPlainGradient(engine, name, gradient, dtype)),
    ),
  ]);
}

/**
 * Throws unless the engine's gradients of `fn`, randomly weighted, with respect to every float array equal the differences of
 * the oracle's values.
 */
async function expectGradients(
  engine: Engine,
  what: string,
  fn: TensorFunction,
  arrays: readonly NDArray[],
): Promise<void> {
  const graph = traceOf(fn, arrays);
  const cotangents = graph.outputs.map(({ shape }, index) =>
    sample(productOf(shape as readonly number[]), 77 + index, 0.5, 2),
  );
  const wrt = arrays.flatMap(({ dtype }, index) => (floatTypes.includes(dtype) ? [index] : []));
  const weights = graph.outputs.map((output, index) =>
    arrayOf(cotangents[index]!, output.shape as readonly number[], output.dtype),
  );
  const weighted = (...tensors: Tensor[]): Tensor => {
    const outputs = [fn(...tensors.slice(0, arrays.length))].flat();
    const terms = outputs.map((output, index) => sum(mul(output, tensors[arrays.length + index]!)));
    return terms.reduce((total, term) => add(total, term));
  };
  const got = await compute(engine, (...tensors) => grad(weighted, { wrt })(...tensors), [...arrays, ...weights], {
    simplify: true,
  });
  const scalar = weightedOutput(graph, cotangents);
  const inputs = arrays.map(({ data }) => [...data]);
  for (const [index, position] of wrt.entries()) {
    const array = arrays[position]!;
    const derivatives = gradientByDifferences(scalar, inputs, position);
    expectArray(`${what}, gradient of argument ${position}`, got[index]!, fromDifferences(engine, array, derivatives));
  }
}

/** The expected derivatives, with the tolerance of formulas plus that of the differences. */
function fromDifferences(engine: Engine, like: NDArray, derivatives: readonly Derivative[]): Expected {
  const values = derivatives.map(({ value }) => value);
  const largest = Math.max(1, ...values.map(Math.abs));
  const unsure = derivatives.findIndex(({ error }) => !(error <= differenceLimit * largest));
  if (unsure !== -1) {
    throw new Error(
      `fromDifferences: the differences must converge, got ${derivatives[unsure]!.error} for ${values[unsure]} at ${unsure}.`,
    );
  }
  const allowed = allowedBy(toleranceOf(engine.traits.precision, like.dtype), values);
  return {
    shape: like.shape,
    dtype: like.dtype,
    values,
    allowed: (index) => allowed(index) + differenceTolerance * largest,
  };
}

/** The accuracy of extrapolated differences in float64; their own error estimate must not exceed the limit. */
const differenceTolerance = 1e-9;
const differenceLimit = 1e-8;

type Arrays = (dtype: DType) => readonly NDArray[];

const spread: Arrays = (dtype) => [awayFromZero(dtype, [2, 3, 5], 1)];
const positive: Arrays = (dtype) => [sampleArray(dtype, [17], 2, { low: 0.3, high: 4 })];
const pair: Arrays = (dtype) => [
  sampleArray(dtype, [2, 1, 3], 3),
  sampleArray(dtype, [4, 1], 4, { low: 0.5, high: 3 }),
];
const apart: Arrays = (dtype) => [distinct(dtype, [3, 1], 5), distinct(dtype, [1, 4], 6, 0.2)];
const matrix: Arrays = (dtype) => [distinct(dtype, [4, 5], 7)];
const cube: Arrays = (dtype) => [sampleArray(dtype, [2, 3, 4], 8)];
const indexed =
  (shape: readonly number[], indices: readonly number[], indexShape: readonly number[]): Arrays =>
  (dtype) => [sampleArray(dtype, shape, 9), arrayOf(indices, indexShape, "int32")];

/** Functions, and arrays on which they have no kink nearby. */
const smoothFunctions: Readonly<Record<string, readonly [TensorFunction, Arrays]>> = {
  ...unaryGradients(),
  square: [square, spread],
  clip: [(x) => clip(x, -0.1, 0.1), spread],
  add: [add, pair],
  sub: [sub, pair],
  mul: [mul, pair],
  div: [div, pair],
  "pow of a tensor": [
    pow,
    (dtype) => [sampleArray(dtype, [2, 1, 3], 3, { low: 0.5, high: 2 }), sampleArray(dtype, [4, 1], 4)],
  ],
  "pow of negative numbers": [(x) => [pow(x, 3), pow(x, 2), pow(x, -1), pow(x, 4)], spread],
  maximum: [maximum, apart],
  minimum: [minimum, apart],
  where: [
    (condition, x, y) => where(condition, x, y),
    (dtype) => [vectorOf([1, 0, 1], "bool"), sampleArray(dtype, [2, 3], 10), sampleArray(dtype, [2, 1], 11)],
  ],
  "where of a condition that is computed": [(x) => where(x.less(0), exp(x), mul(x, 3)), spread],
  "sum over every axis": [(x) => [sum(x), sum(x, 0), sum(x, 1), sum(x, 2), sum(x, [0, 2])], cube],
  "mean and variance": [(x) => [mean(x), mean(x, 1), variance(x), variance(x, 0)], cube],
  "max and min over every axis": [(x) => [max(x), max(x, 0), max(x, 1), min(x), min(x, 1)], matrix],
  "logSumExp along every axis": [(x) => [logSumExp(x, 0), logSumExp(x, 1), logSumExp(x, 2), logSumExp(x)], cube],
  "softmax along every axis": [(x) => [softmax(x, 0), softmax(x, 1), softmax(x, 2)], cube],
  "logSoftmax along every axis": [(x) => [logSoftmax(x, 0), logSoftmax(x, 1), logSoftmax(x, 2)], cube],
  "sort along every axis, both ways": [
    (x) => [sort(x, { axis: 0 }), sort(x), sort(x, { axis: 0, descending: true }), sort(x, { descending: true })],
    matrix,
  ],
  "sort, of every other element": [(x) => mul(sort(slice(sort(x), [0, 1], [4, 4])), square(x).sum()), matrix],
  "takeAlongAxis in the order of another": [
    (x, y) => [
      takeAlongAxis(exp(y), argsort(x), 1),
      takeAlongAxis(y, argsort(argsort(x, { axis: 0 }), { axis: 0 }), 0),
    ],
    (dtype) => [distinct(dtype, [4, 5], 7), sampleArray(dtype, [4, 5], 8)],
  ],
  "cumsum along every axis, both ways": [
    (x) => [cumsum(x, { axis: 0 }), cumsum(x, { axis: 1, reverse: true }), cumsum(x)],
    cube,
  ],
  "takeAlongAxis of one index many times": [
    (x, indices) => takeAlongAxis(x, indices, 0),
    indexed([4, 3], [0, 3, 2, 0, 0, 1, 0, 3, 2, 3, 3, 2], [4, 3]),
  ],
  "takeAlongAxis of one per row": [(x, indices) => takeAlongAxis(x, indices, 1), indexed([4, 5], [0, 4, 2, 4], [4, 1])],
  scatterAdd: [(updates, indices) => scatterAdd(updates, indices, 1, 4), indexed([2, 3], [0, 3, 0, 1, 1, 1], [2, 3])],
  reshape: [(x) => square(reshape(x, [6, 4])), cube],
  transpose: [(x) => square(transpose(x, [2, 0, 1])), cube],
  broadcastTo: [(x) => square(broadcastTo(x, [3, 2, 4, 5])), (dtype) => [sampleArray(dtype, [2, 1, 5], 12)]],
  slice: [(x) => square(slice(x, [0, 1, 1], [2, 3, 3])), cube],
  pad: [(x) => square(pad(x, [1, 0, 2], [0, 1, 1])), cube],
  concat: [
    (x, y) => square(concat([x, y, x], 1)),
    (dtype) => [sampleArray(dtype, [2, 3], 13), sampleArray(dtype, [2, 2], 14)],
  ],
  stack: [
    (x, y) => square(stack([x, y], 1)),
    (dtype) => [sampleArray(dtype, [2, 3], 13), sampleArray(dtype, [2, 3], 14)],
  ],
  matmul: [matmul, (dtype) => [sampleArray(dtype, [3, 4], 15), sampleArray(dtype, [4, 2], 16)]],
  "matmul of batches": [matmul, (dtype) => [sampleArray(dtype, [2, 1, 3, 2], 15), sampleArray(dtype, [3, 2, 4], 16)]],
  "einsum of three": [
    (x, y, z) => einsum("nfc,abk,nab->nfa", x, y, z),
    (dtype) => [
      sampleArray(dtype, [2, 2, 3], 17),
      sampleArray(dtype, [2, 3, 2], 18),
      sampleArray(dtype, [2, 2, 3], 19),
    ],
  ],
  "einsum of a diagonal": [(x) => einsum("ii->i", x), (dtype) => [sampleArray(dtype, [4, 4], 20)]],
  "one tensor used in many places": [
    (x) => add(mul(x, exp(x)), div(sum(x), add(square(x), 1))),
    (dtype) => [sampleArray(dtype, [7], 21)],
  ],
  "a small network": [
    (x, w, b, v) => softmax(matmul(tanh(add(matmul(x, w), b)), v)),
    (dtype) => [
      sampleArray(dtype, [3, 4], 22),
      sampleArray(dtype, [4, 5], 23),
      sampleArray(dtype, [5], 24),
      sampleArray(dtype, [5, 3], 25),
    ],
  ],
  ...Object.fromEntries(
    Object.entries(recurrences).map(([name, { fn, arrays }]) => [`scan, ${name}`, [fn, arrays] as const]),
  ),
};

/** Every unary operation of numbers. */
function unaryGradients(): Record<string, readonly [TensorFunction, Arrays]> {
  const operations = unaryOperations.filter((operation) => operandTypes(operation).includes("float32"));
  return Object.fromEntries(
    operations.map((operation) => [
      operation,
      [unaryFunctions[operation], isDefinedBelow(operation) ? spread : positive] as const,
    ]),
  );
}

/** Whether an operation is defined for every negative number, without a pole. */
function isDefinedBelow(operation: UnaryOperation): boolean {
  return Number.isFinite(unaryNumber[operation](-2));
}

/** Functions of a vector with curvature, each to a scalar. */
const curvedFunctions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "exp of tanh": (x) => sum(exp(tanh(x))),
  "softplus and sigmoid": (x) => sum(mul(softplus(x), sigmoid(x))),
  logSumExp: (x) => logSumExp(mul(x, 2)),
  "softmax entropy": (x) => neg(sum(mul(softmax(x), logSoftmax(x)))),
  variance: (x) => log(variance(x)),
  "quotients and roots": (x) => sum(div(sqrt(add(square(x), 1)), add(x, 4))),
  "powers and logarithms": (x) => sum(mul(pow(add(x, 3), 2.5), log1p(square(x)))),
  "products of differences": (x) => sum(square(matmul(reshape(sub(x, square(x)), [5, 1]), reshape(x, [1, 5])))),
  "branches and picks": (x) => sum(where(x.less(0), expm1(x), mul(takeAlongAxis(x, [4, 0, 0, 1, 2], 0), exp(x)))),
  "a scan": (x) => {
    const [final, outputs] = scan((carry, y) => [tanh(add(mul(carry, 0.5), y)), mul(square(carry), y)], x.sum(), x);
    return add(final, sum(outputs));
  },
  "a scan in reverse of a scan, with x in its steps": (x) => {
    const [, inner] = scan((carry, y) => [add(mul(carry, y), 0.5), sum(mul(carry, x))], mean(x), x);
    return scan((carry, y) => [sigmoid(mul(add(carry, y), sum(x)))], x, inner, { reverse: true })[0].sum();
  },
  "sorted products": (x) => sum(mul(square(sort(x)), mul(sort(exp(x), { descending: true }), [1, 2, 3, 4, 5]))),
  "running sums": (x) => sum(mul(exp(cumsum(x)), square(cumsum(square(x), { reverse: true })))),
  "abs, relu, maximum": (x) => sum(mul(maximum(abs(x), relu(x)), square(x))),
};

/** Functions whose derivative must have full relative accuracy where the function is nearly constant or nearly linear. */
const tails: Readonly<
  Record<string, { fn: (x: Tensor) => Tensor; at: readonly number[]; slope: (x: number) => number }>
> = {
  sigmoid: {
    fn: sigmoid,
    at: [-80, -40, -17, -5, 0, 5, 17, 40, 80],
    slope: (x) => Math.exp(-Math.abs(x)) / (1 + Math.exp(-Math.abs(x))) ** 2,
  },
  softplus: {
    fn: softplus,
    at: [-80, -40, -17, -5, 0, 5, 17, 40, 80, 1e4, -1e4],
    slope: (x) => 1 / (1 + Math.exp(-x)),
  },
  erf: { fn: erf, at: [-5, -1, -1e-6, 0, 1e-6, 0.5, 3, 5], slope: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) },
  expm1: { fn: expm1, at: [-80, -17, -1e-6, 0, 1e-6, 1e-3, 17], slope: Math.exp },
  log1p: { fn: log1p, at: [-0.5, -1e-6, 0, 1e-6, 17, 1e4, 1e8], slope: (x) => 1 / (1 + x) },
  log: { fn: log, at: [1e-20, 1e-4, 1, 1e4, 1e20], slope: (x) => 1 / x },
  sqrt: { fn: sqrt, at: [1e-20, 1e-4, 1, 1e4, 1e20], slope: (x) => 0.5 / Math.sqrt(x) },
};

interface PlainGradient {
  readonly fn: (x: Tensor, engineType: DType) => Tensor;
  readonly at: readonly number[];
  readonly gradient: readonly number[];
}

/** Gradients that are not the derivative of the value. */
const plainGradients: Readonly<Record<string, PlainGradient>> = {
  "stopGradient counts as constant": {
    fn: (x) => sum(mul(x, stopGradient(x))),
    at: [1, -2, 3],
    gradient: [1, -2, 3],
  },
  "customGradient is the one given": {
    fn: (x) =>
      sum(mul(customGradient((y) => ({ value: sign(y), gradient: (cotangent) => [mul(cotangent, 5)] }))(x), [1, 2, 3])),
    at: [1, -2, 3],
    gradient: [5, 10, 15],
  },
  "customGradient of an inner gradient": {
    fn: (x) =>
      sum(
        grad((y) =>
          sum(customGradient((z) => ({ value: z, gradient: (cotangent) => [mul(cotangent, square(z))] }))(y)),
        )(x),
      ),
    at: [1, -2, 3],
    gradient: [2, -4, 6],
  },
  "third derivative of a fourth power": {
    fn: (x) => sum(grad((y) => sum(grad((z) => sum(pow(z, 4)))(y)))(x)),
    at: [1, -2, 0.5],
    gradient: [24, -48, 12],
  },
  "what is not used has gradient 0": { fn: () => sum(cast([1, 2], "float32")), at: [1, 2], gradient: [0, 0] },
  "stopGradient in a scan": {
    fn: (x) => sum(scan((carry, y) => [add(carry, mul(stopGradient(carry), y))], sum(mul(x, 0)).add(1), x)[0]),
    at: [1, -2, 3],
    // The carries before each step, which are constants to what is multiplied by them: 1, 2, -2.
    gradient: [1, 2, -2],
  },
  "customGradient in a scan": {
    fn: (x) => {
      const five = customGradient((y) => ({ value: sign(y), gradient: (g) => [mul(mul(g, 5), sum(square(x)))] }));
      return sum(scan((carry, y) => [add(carry, five(y))], mul(sum(x), 0), x)[0]);
    },
    at: [1, -2, 3],
    gradient: [70, 70, 70],
  },
  "an integer on the way stops it": {
    fn: (x, dtype) => sum(add(cast(cast(x, "int32"), dtype), x)),
    at: [1.5, 2.5],
    gradient: [1, 1],
  },
};

/** Hessian-vector products: the gradient of the directional derivative. */
async function expectCurvature(engine: Engine, what: string, fn: (x: Tensor) => Tensor, dtype: DType): Promise<void> {
  const x = vectorOf([0.5, -0.75, 1.25, -0.25, 0.875], dtype);
  const direction = vectorOf([1, -0.5, 0.25, 2, -1], dtype);
  const share = (...[y, v]: Tensor[]): Tensor => sum(mul(grad(fn)(y!), v!));
  const [got] = await compute(engine, (y, v) => grad(share)(y, v), [x, direction], { simplify: true });
  const scalar = weightedOutput(
    traceOf((y) => fn(y), [x]),
    [[1]],
  );
  const center = [...x.data];
  const products = center.map((_, index): Derivative => {
    const unit = center.map((__, other) => (other === index ? 1 : 0));
    const slope = (step: number) =>
      derivativeAtZero((along) => scalar([moved(moved(center, unit, step), [...direction.data], along)]), 2 ** -6)
        .value;
    return derivativeAtZero(slope, 2 ** -5);
  });
  const values = products.map(({ value }) => value);
  const allowed = allowedBy(toleranceOf(engine.traits.precision, dtype), values);
  // Differences of differences are less accurate.
  const largest = Math.max(1, ...values.map(Math.abs));
  expectArray(what, got!, { shape: x.shape, dtype, values, allowed: (index) => allowed(index) + 1e-6 * largest });
}

async function expectTail(
  engine: Engine,
  what: string,
  { fn, at, slope }: (typeof tails)[string],
  dtype: DType,
): Promise<void> {
  const x = vectorOf(at, dtype);
  const [got] = await compute(engine, (y) => grad((z) => sum(fn(z)))(y), [x]);
  const values = [...x.data].map(slope);
  const { relative } = toleranceOf(engine.traits.precision, dtype);
  const smallestNormal = 2 ** -126;
  expectArray(what, got!, {
    shape: x.shape,
    dtype,
    values,
    allowed: (index) => relative * Math.abs(values[index]!) + smallestNormal,
  });
}

async function expectPlainGradient(
  engine: Engine,
  what: string,
  { fn, at, gradient }: PlainGradient,
  dtype: DType,
): Promise<void> {
  const [got] = await compute(engine, (x) => grad((y) => fn(y, dtype))(x), [vectorOf(at, dtype)]);
  const allowed = allowedBy(toleranceOf(engine.traits.precision, dtype), gradient);
  expectArray(what, got!, { shape: [at.length], dtype, values: gradient, allowed });
}

/** Numbers from -2 to 2 that are at least 0.25 from 0. */
function awayFromZero(dtype: DType, shape: readonly number[], seed: number): NDArray {
  return arrayOf(
    sample(productOf(shape), seed, -1.75, 1.75).map((value) => value + Math.sign(value) * 0.25),
    shape,
    dtype,
  );
}

/** Distinct multiples of 0.5, in no particular order. */
function distinct(dtype: DType, shape: readonly number[], seed: number, offset = 0): NDArray {
  const order = sample(productOf(shape), seed)
    .map((value, index) => ({ value, index }))
    .toSorted((left, right) => left.value - right.value)
    .map(({ index }) => index / 2 - 2 + offset);
  return arrayOf(order, shape, dtype);
}
