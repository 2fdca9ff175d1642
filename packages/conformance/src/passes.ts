/** Do the passes preserve what a graph computes, when it is simplified, lowered or folded? */
import {
  type DType,
  type Engine,
  type Executable,
  type NDArray,
  type Tensor,
  abs,
  add,
  asTensor,
  broadcastTo,
  cast,
  concat,
  div,
  einsum,
  exp,
  expandDims,
  expm1,
  grad,
  less,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  logicalAnd,
  logicalNot,
  logicalOr,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  ones,
  pad,
  pow,
  relu,
  reshape,
  sigmoid,
  sign,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  takeAlongAxis,
  tanh,
  transpose,
  variance,
  where,
} from "@symloss/core";
import type { Operation } from "@symloss/core/engine";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { expectArrays } from "./compare.ts";
import { compute, expectAgreement } from "./compute.ts";
import { arrayOf, sampleArray, vectorOf } from "./data.ts";
import { lowerableOperations } from "./necessary.ts";
import { operationSpecs } from "./operations.ts";
import { floatTypes } from "./operations/spec.ts";
import { type TensorFunction, predict, traceOf } from "./oracle/predict.ts";
import { variantOf } from "./variant.ts";

/** The cases of the passes. */
export function passCases({ traits }: CaseContext): ConformanceCase[] {
  const types = floatTypes.filter((dtype) => traits.dtypes.includes(dtype));
  const strict = traits.nonFinite === "strict";
  const make = (name: string, run: (engine: Engine) => Promise<void>): ConformanceCase => ({
    name: `passes: ${name}`,
    group: "passes",
    run,
  });
  const specs = operationSpecs().filter(
    ({ dtypes, nonFinite = false }) => dtypes.every((dtype) => traits.dtypes.includes(dtype)) && (strict || !nonFinite),
  );
  return [
    ...types.flatMap((dtype) => [
      ...Object.entries(functions).flatMap(([name, { fn, arrays }]) => [
        make(`simplified ${dtype}, ${name}`, (engine) => expectSimplified(engine, name, fn, arrays(dtype))),
        make(`lowered ${dtype}, ${name}`, (engine) =>
          withoutOperations(engine, lowerableOperations, (lowered) =>
            expectAgreement(name, lowered, fn, arrays(dtype), { simplify: true, slack: reordered }),
          ),
        ),
      ]),
      ...(strict
        ? [
            make(`simplified ${dtype}, nothing hides NaN`, (engine) =>
              expectSimplified(engine, "NaN", hidesNothing, [vectorOf([NaN, 1, -Infinity, Infinity], dtype)]),
            ),
          ]
        : []),
      ...Object.entries(constants).map(([name, { fn, values }]) =>
        make(`folded ${dtype}, ${name}`, (engine) => expectFolded(engine, name, fn, values, dtype)),
      ),
    ]),
    ...lowerableOperations
      .filter((operation) => traits.operations.includes(operation))
      .flatMap((operation) =>
        specs
          .filter(({ operations }) => operations[0] === operation)
          .map((spec) =>
            make(`without the operation ${operation}: ${spec.name}`, (engine) =>
              withoutOperations(engine, [operation], spec.run),
            ),
          ),
      ),
  ];
}

/** A pass may compute in another order, and in more steps, than the bounds predict. */
const reordered = 8;

async function expectSimplified(
  engine: Engine,
  what: string,
  fn: TensorFunction,
  arrays: readonly NDArray[],
): Promise<void> {
  await expectAgreement(`${what}, not simplified`, engine, fn, arrays, { simplify: false, slack: reordered });
  await expectAgreement(`${what}, simplified`, engine, fn, arrays, { simplify: true, slack: reordered });
}

/** Compares a function of inputs with the same function of constants, whose graph is folded completely. */
async function expectFolded(
  engine: Engine,
  what: string,
  fn: TensorFunction,
  values: readonly number[],
  dtype: DType,
): Promise<void> {
  const arrays = values.map((value) => arrayOf([value], [], dtype));
  const expected = predict(traceOf(fn, arrays), arrays, engine.traits, reordered);
  expectArrays(`${what}, computed`, await compute(engine, fn, arrays), expected);
  const folded = () => fn(...arrays.map((array) => asTensor(array)));
  expectArrays(`${what}, folded`, await compute(engine, folded, [], { simplify: true }), expected);
  const repeated = () => [fn(...arrays.map((array) => broadcastTo(array, [2, 3])))].flat();
  const wider = expected.map((one) => ({
    ...one,
    shape: [2, 3],
    values: Array.from({ length: 6 }, () => one.values[0]!),
    allowed: () => one.allowed(0),
  }));
  expectArrays(`${what}, repeated and folded`, await compute(engine, repeated, [], { simplify: true }), wider);
}

/** Runs on an engine that has everything but these operations, and frees what was compiled for it. */
async function withoutOperations(
  engine: Engine,
  missing: readonly Operation[],
  run: (engine: Engine) => Promise<void>,
): Promise<void> {
  const compiled: Executable[] = [];
  const operations = engine.traits.operations.filter((operation) => !missing.includes(operation));
  try {
    await run(
      variantOf(engine, {
        traits: { ...engine.traits, operations },
        async compile(graph) {
          const executable = await engine.compile(graph);
          compiled.push(executable);
          return executable;
        },
      }),
    );
  } finally {
    for (const executable of compiled) await executable.dispose();
  }
}

interface PassFunction {
  readonly fn: TensorFunction;
  readonly arrays: (dtype: DType) => readonly NDArray[];
}

const pair: PassFunction["arrays"] = (dtype) => [sampleArray(dtype, [3, 5], 1), sampleArray(dtype, [3, 5], 2)];
const one: PassFunction["arrays"] = (dtype) => [sampleArray(dtype, [3, 5], 3)];
const positive: PassFunction["arrays"] = (dtype) => [sampleArray(dtype, [3, 5], 4, { low: 0.25, high: 3 })];
const flags: PassFunction["arrays"] = () => [sampleArray("bool", [3, 5], 5), sampleArray("bool", [3, 5], 6)];
const whole: PassFunction["arrays"] = () => [
  sampleArray("int32", [3, 5], 7, { low: -50, high: 50 }),
  sampleArray("int32", [3, 5], 8, { low: 1, high: 9 }),
];

/** Functions to which identities apply, or nearly apply. */
const functions: Readonly<Record<string, PassFunction>> = {
  "sums with 0, of negatives, of the same": {
    fn: (x, y) => [
      add(x, 0),
      add(0, x),
      add(x, neg(y)),
      add(neg(x), y),
      add(x, x),
      sub(x, 0),
      sub(0, x),
      sub(x, neg(y)),
    ],
    arrays: pair,
  },
  "products with 1, -1, 0, constants": {
    fn: (x, y) => [
      mul(x, 1),
      mul(-1, x),
      mul(neg(x), neg(y)),
      mul(neg(x), 3),
      mul(mul(x, 2), 4),
      mul(mul(x, 3), 0.1),
      mul(mul(2, x), y),
      mul(x, 0),
    ],
    arrays: pair,
  },
  quotients: { fn: (x) => [div(x, 1), div(x, 4), div(x, 3), div(1, x), div(x, x)], arrays: positive },
  powers: { fn: (x) => [-2, -1, 0, 0.5, 1, 2, 3, 4].map((exponent) => pow(x, exponent)), arrays: positive },
  "signs of signs": {
    fn: (x, y) => [
      neg(neg(x)),
      neg(sub(x, y)),
      abs(abs(x)),
      abs(neg(x)),
      relu(relu(x)),
      sign(neg(x)),
      neg(add(x, neg(y))),
    ],
    arrays: pair,
  },
  "integers all along": {
    fn: (x, y) => [
      add(x, x),
      sub(0, y),
      mul(neg(x), 3),
      neg(sub(x, y)),
      mul(mul(x, 2), 4),
      pow(y, 2),
      pow(y, 3),
      sum(neg(x), 0),
      max(x, 1),
    ],
    arrays: whole,
  },
  conditions: {
    fn: (x, y) => [
      logicalNot(logicalNot(x)),
      logicalAnd(x, logicalNot(y)),
      logicalOr(logicalNot(x), y),
      where(logicalNot(x), 2, 3),
      where(x, 5, 5),
      where(true, x, y),
      where(false, x, y),
    ],
    arrays: flags,
  },
  "casts there and back": {
    fn: (x) => [
      cast(cast(x, "bool"), x.dtype),
      cast(cast(cast(x, "bool"), "int32"), x.dtype),
      cast(cast(x, "int32"), x.dtype),
      cast(less(x, 0), "int32"),
    ],
    arrays: one,
  },
  "sums of sums, of negatives, of constants, over single elements": {
    fn: (x) => [
      sum(sum(x, 0)),
      sum(sum(reshape(x, [3, 5, 1]), 1), 1),
      sum(neg(x), 1),
      sum(broadcastTo(asTensor(3), [7, 3]), 0),
      sum(mul(ones([4]), 0.5)),
      sum(slice(x, [0, 1], [3, 2]), 1),
      max(slice(x, [2], [3]), 0),
      mean(reshape(x, [15, 1]), 1),
    ],
    arrays: one,
  },
  "movement after movement": {
    fn: (x) => [
      transpose(transpose(x)),
      transpose(transpose(reshape(x, [3, 1, 5]), [2, 0, 1]), [1, 2, 0]),
      reshape(reshape(x, [15]), [5, 3]),
      reshape(transpose(x), [15]),
      broadcastTo(broadcastTo(slice(x, [0], [1]), [3, 5]), [2, 3, 5]),
      broadcastTo(reshape(x, [1, 3, 5]), [2, 3, 5]),
      slice(broadcastTo(asTensor(2), [3, 5]), [1, 1], [2, 4]),
      pad(slice(x, [1, 1], [2, 4]), [1, 1], [1, 1]),
      concat([slice(x, [0], [1]), slice(x, [1], [3])], 0),
    ],
    arrays: one,
  },
  "what is repeated is computed once": {
    fn: (x) => {
      const row = slice(x, [0, 0], [1, 5]);
      const column = slice(x, [0, 0], [3, 1]);
      const wide = [3, 5];
      return [
        exp(broadcastTo(row, wide)),
        add(broadcastTo(row, wide), broadcastTo(column, wide)),
        mul(broadcastTo(row, wide), broadcastTo(exp(row), wide)),
        where(less(broadcastTo(row, wide), 0), broadcastTo(column, wide), broadcastTo(row, wide)),
        sum(tanh(broadcastTo(column, wide)), 1),
      ];
    },
    arrays: one,
  },
  "equal parts": {
    fn: (x, y) => [
      add(mul(x, y), mul(y, x)),
      sub(exp(x), exp(x)),
      div(sub(x, y), add(1, abs(sub(x, y)))),
      mul(add(x, y), add(y, x)),
    ],
    arrays: pair,
  },
  "every elementwise function": {
    fn: (x) => [neg, abs, sign, exp, expm1, tanh, sigmoid, softplus, relu].map((fn) => fn(x)),
    arrays: one,
  },
  "every elementwise function of positive numbers": {
    fn: (x) => [log, log1p, sqrt].map((fn) => fn(x)),
    arrays: positive,
  },
  "the larger and the smaller": {
    fn: (x, y) => [maximum(x, y), minimum(x, y), maximum(x, x), minimum(x, 0)],
    arrays: pair,
  },
  "softmax and its relatives": {
    fn: (x) => [softmax(x), logSoftmax(x, 0), logSumExp(x), variance(x, 1), max(x, 0)],
    arrays: one,
  },
  "indices and products": {
    fn: (x, y) => [
      takeAlongAxis(x, [[4], [0], [2]], 1),
      einsum("ij,kj->ik", x, y),
      einsum("ij,ij->j", x, y),
      expandDims(x, 1).argmax(2),
    ],
    arrays: pair,
  },
  "gradients of a network": {
    fn: (x, y) => {
      const loss = (w: Tensor) =>
        mean(square(sub(tanh(einsum("ij,kj->ik", x, w)), softmax(einsum("ij,kj->ik", y, w)))));
      return grad(loss)(add(y, 0.5));
    },
    arrays: pair,
  },
  "gradients through picks and branches": {
    fn: (x, y) =>
      grad((z) => sum(where(less(z, y), takeAlongAxis(exp(z), [[4], [0], [2]], 1), mul(pow(z, 3), relu(z)))))(x),
    arrays: pair,
  },
};

/** Expressions that equal 0, 1 or x for most numbers, but not for these. */
const hidesNothing: TensorFunction = (x) => [
  mul(x, 0),
  sub(x, x),
  div(x, x),
  add(sub(x, x), 1),
  mul(0, exp(x)),
  sum(mul(x, 0)),
  maximum(x, x),
  div(0, x),
  // Nor may an empty array produce a NaN.
  sum(broadcastTo(asTensor(Infinity), [0, 3]), 0),
];

interface Constants {
  readonly fn: TensorFunction;
  readonly values: readonly number[];
}

/** Functions of scalars. */
const constants: Readonly<Record<string, Constants>> = {
  arithmetic: { fn: (x, y) => [add(x, y), sub(x, y), mul(x, y), div(x, y), pow(x, y), neg(x)], values: [2.5, 1.5] },
  functions: {
    fn: (x) => [exp, expm1, log, log1p, sqrt, tanh, sigmoid, softplus, relu, abs, sign].map((fn) => fn(x)),
    values: [0.7],
  },
  comparisons: {
    fn: (x, y) => [less(x, y), x.equal(y), x.lessEqual(y), maximum(x, y), minimum(x, y), where(less(x, y), x, y)],
    values: [-1.5, 2],
  },
  casts: { fn: (x) => [cast(x, "int32"), cast(x, "bool"), cast(cast(x, "int32"), x.dtype)], values: [-2.75] },
  conditions: {
    fn: (x, y) => [logicalAnd(less(x, y), less(y, x)), logicalOr(less(x, y), less(y, x)), logicalNot(less(x, y))],
    values: [1, 2],
  },
};
