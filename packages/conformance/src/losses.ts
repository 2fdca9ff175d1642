/** Are the losses right on this engine? Every golden case with its gradients, differences, NaN, and the one place that reduces. */
import { type DType, type Engine, type NDArray, type Tensor, type TensorLike, grad, mul, sum } from "@symloss/core";
import {
  type AnyLoss,
  type ReduceOptions,
  losses,
  reduce,
  softmaxCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
} from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { type Expected, expectArray, expectThat } from "./compare.ts";
import { compute } from "./compute.ts";
import { arrayOf, sample, vectorOf } from "./data.ts";
import { type GoldenArray, type GoldenCase, goldenCasesOf, goldens, readGolden, readOption } from "./goldens.ts";
import { floatTypes } from "./operations/spec.ts";
import { derivativeAlong, dot, weightedOutput } from "./oracle/differentiate.ts";
import { traceOf } from "./oracle/predict.ts";
import { allowedBy, toleranceOf } from "./tolerance.ts";

/** The cases of losses, in every float that the engine declares. */
export function lossCases({ traits }: CaseContext): ConformanceCase[] {
  const types = floatTypes.filter((dtype) => traits.dtypes.includes(dtype));
  const make = (name: string, run: (engine: Engine) => Promise<void>): ConformanceCase => ({
    name: `losses: ${name}`,
    group: "losses",
    run,
  });
  const names = Object.keys(losses);
  return [
    ...names.map((name) => make(`${name} has golden cases`, () => expectGoldens(name))),
    ...types.flatMap((dtype) => [
      ...names.flatMap((name) =>
        goldenCalls(name, dtype).flatMap((call) => [
          make(`${name} ${dtype}, ${call.golden.name}`, (engine) => expectGolden(engine, call)),
          ...(hasDifferences(call.golden)
            ? [make(`${name} ${dtype}, ${call.golden.name}, differences`, (engine) => expectSlopes(engine, call))]
            : []),
        ]),
      ),
      ...Object.entries(reductions).map(([name, reduction]) =>
        make(`reduce ${dtype}, ${name}`, (engine) => expectReduction(engine, name, reduction, dtype)),
      ),
    ]),
    ...(traits.nonFinite === "strict"
      ? types.flatMap((dtype) => nonFiniteCases(dtype).map(([name, run]) => make(name, run)))
      : []),
  ];
}

/** Whether its gradients can be checked by differences: not at a kink, nor if the values are so large that a step is lost in rounding. */
function hasDifferences({ gradients, kink, inputs, optionInputs, outputs }: GoldenCase): boolean {
  if (gradients === undefined || kink === true) return false;
  const arrays = Object.values({ ...inputs, ...optionInputs, ...outputs });
  return arrays.every((array) => readGolden(array, "float64").data.every((value) => Math.abs(value) <= 2 ** 20));
}

/** The losses by name, whatever name is asked. */
const catalogue: Readonly<Record<string, AnyLoss | undefined>> = losses;

/** A golden case as a call: the loss as a function of the arrays alone. */
interface GoldenCall {
  readonly golden: GoldenCase;
  readonly dtype: DType;
  /** The names of the arrays as the golden case has them. */
  readonly names: readonly string[];
  readonly arrays: () => readonly NDArray[];
  readonly fn: (...tensors: Tensor[]) => readonly Tensor[];
}

function goldenCalls(name: string, dtype: DType): GoldenCall[] {
  const loss = catalogue[name]!;
  // Without floats among its arguments it gives float32.
  if (dtype === "float64" && loss.definition.arguments.every(({ differentiable }) => !differentiable)) return [];
  return goldenCasesOf(name).map((golden) => goldenCall(loss, golden, dtype));
}

function goldenCall(loss: AnyLoss, golden: GoldenCase, dtype: DType): GoldenCall {
  const { inputs, optionInputs = {}, outputs } = golden;
  const given = { ...inputs, ...optionInputs };
  const names = Object.keys(given);
  const options = Object.fromEntries(Object.entries(golden.options).map(([name, value]) => [name, readOption(value)]));
  const isArgument = (name: string) => loss.definition.arguments.some((argument) => argument.name === name);
  return {
    golden,
    dtype,
    names,
    arrays: () => names.map((name) => readGolden(given[name]!, dtype)),
    fn: (...tensors) => {
      const all = { ...options, ...Object.fromEntries(names.map((name, index) => [name, tensors[index]!])) };
      const [named, others] = [true, false].map((wanted) =>
        Object.fromEntries(Object.entries(all).filter(([name]) => isArgument(name) === wanted)),
      );
      const result = loss(named as Readonly<Record<string, TensorLike>>, others);
      const record =
        Object.keys(loss.definition.results).length === 1
          ? { loss: result as Tensor }
          : (result as Record<string, Tensor>);
      return Object.keys(outputs).map((output) => record[output]!);
    },
  };
}

/** The message names the file that is looked for. */
async function expectGoldens(name: string): Promise<void> {
  const found = goldens[name]!;
  const got = found instanceof Error ? `none: ${found.message}` : `${found.length}`;
  expectThat(
    !(found instanceof Error) && found.length > 0,
    `${name}: a loss of the catalogue must have golden cases in goldens/${name}.json, got ${got}.`,
  );
  const strangers = goldenCasesOf(name).filter(({ loss }) => loss !== name);
  expectThat(
    strangers.length === 0,
    `${name}: its golden cases must name it, got ${strangers.map(({ loss }) => loss).join(", ")}.`,
  );
}

/** Values and gradients from one run. */
async function expectGolden(engine: Engine, { golden, dtype, names, arrays, fn }: GoldenCall): Promise<void> {
  const { cotangents = {}, gradients = {}, outputs } = golden;
  const inputs = arrays();
  const weights = Object.keys(cotangents).map((name) => readGolden(cotangents[name]!, dtype));
  const wrt = Object.keys(gradients).map((name) => names.indexOf(name));
  const gradient = grad(
    (...tensors: Tensor[]) => {
      const results = fn(...tensors.slice(0, inputs.length));
      return results
        .map((result, index) => sum(mul(result, tensors[inputs.length + index]!)))
        .reduce((left, right) => left.add(right));
    },
    { wrt },
  );
  const got = await compute(
    engine,
    (...tensors) => [...fn(...tensors.slice(0, inputs.length)), ...(wrt.length === 0 ? [] : gradient(...tensors))],
    [...inputs, ...weights],
    { simplify: true },
  );
  const wanted = [
    ...Object.entries(outputs),
    ...Object.entries(gradients).map(([name, array]) => [`gradient by ${name}`, array] as const),
  ];
  for (const [index, [what, array]] of wanted.entries())
    expectArray(what, got[index]!, expectedOf(engine, array, dtype));
}

function expectedOf(engine: Engine, golden: GoldenArray, dtype: DType): Expected {
  // As float64, whatever the engine computes in: expectations are not rounded.
  const values = readGolden(golden, "float64").data;
  return {
    shape: golden.shape,
    dtype,
    values,
    allowed: allowedBy(toleranceOf(engine.traits.precision, dtype), values),
  };
}

/** The engine's gradients in a direction, against differences of the oracle's values along it. */
async function expectSlopes(engine: Engine, { golden, dtype, names, arrays, fn }: GoldenCall): Promise<void> {
  const inputs = arrays();
  const graph = traceOf(fn, inputs);
  const ones = graph.outputs.map(({ shape }) =>
    Array.from({ length: (shape as number[]).reduce((left, right) => left * right, 1) }, () => 1),
  );
  const scalar = weightedOutput(graph, ones);
  const wrt = Object.keys(golden.gradients ?? {}).map((name) => names.indexOf(name));
  const total = (...tensors: Tensor[]) =>
    fn(...tensors)
      .map((output) => sum(output))
      .reduce((left, right) => left.add(right));
  const got = await compute(engine, (...tensors) => grad(total, { wrt })(...tensors), inputs, { simplify: true });
  const { absolute, relative } = toleranceOf(engine.traits.precision, dtype);
  const elements = inputs.map(({ data }) => [...data]);
  for (const [index, position] of wrt.entries()) {
    const direction = sample(elements[position]!.length, 31 + position, 0.5, 1.5);
    const { value, error } = derivativeAlong(scalar, elements, position, direction, 2 ** -10);
    const gradient = [...got[index]!.data];
    const size = dot(gradient.map(Math.abs), direction);
    if (!(error <= 1e-6 * Math.max(1, size)))
      throw new Error(`expectSlopes: the differences must converge, got ${error} for ${value}.`);
    const slope = dot(gradient, direction);
    const allowed = absolute * size + relative * size + 1e-6 * Math.max(1, size);
    expectThat(
      Math.abs(slope - value) <= allowed,
      `the slope along ${names[position]} must be that of the values, got ${slope} where ${value} is expected (allowed difference ${allowed}).`,
    );
  }
}

interface ReductionCase {
  readonly losses: readonly number[];
  readonly options: (tensors: { readonly weights: NDArray; readonly mask: NDArray }) => ReduceOptions;
  readonly value: number | readonly number[];
  /** With respect to the losses. */
  readonly gradient: readonly number[];
}

const kept = [1, 2, 6, 9];

/** With weights 1, 3, 0, 5 and a mask that keeps the first three. */
const reductions: Readonly<Record<string, ReductionCase>> = {
  "mean by default": { losses: kept, options: () => ({}), value: 4.5, gradient: [0.25, 0.25, 0.25, 0.25] },
  "sum with weights": {
    losses: kept,
    options: ({ weights }) => ({ weights, reduction: "sum" }),
    value: 52,
    gradient: [1, 3, 0, 5],
  },
  "mean with a mask": { losses: kept, options: ({ mask }) => ({ mask }), value: 3, gradient: [1 / 3, 1 / 3, 1 / 3, 0] },
  "none with weights and a mask": {
    losses: kept,
    options: ({ weights, mask }) => ({ weights, mask, reduction: "none" }),
    value: [1, 6, 0, 0],
    gradient: [1, 3, 0, 0],
  },
  "mean with weights and a mask": {
    losses: kept,
    options: ({ weights, mask }) => ({ weights, mask, reduction: "mean" }),
    value: 7 / 3,
    gradient: [1 / 3, 1, 0, 0],
  },
  "weightedMean with weights and a mask": {
    losses: kept,
    options: ({ weights, mask }) => ({ weights, mask, reduction: "weightedMean" }),
    value: 7 / 4,
    gradient: [1 / 4, 3 / 4, 0, 0],
  },
  "meanOverNonzero with weights and a mask": {
    losses: kept,
    options: ({ weights, mask }) => ({ weights, mask, reduction: "meanOverNonzero" }),
    value: 7 / 2,
    gradient: [1 / 2, 3 / 2, 0, 0],
  },
  "whenEmpty where nothing is kept": {
    losses: kept,
    options: () => ({ mask: false, whenEmpty: -7 }),
    value: -7,
    gradient: [0, 0, 0, 0],
  },
  "whenEmpty of nothing": { losses: [], options: () => ({ whenEmpty: 3 }), value: 3, gradient: [] },
};

const nonFiniteReductions: Readonly<Record<string, ReductionCase>> = {
  "a masked NaN has no influence": {
    losses: [1, 2, 6, NaN],
    options: ({ weights, mask }) => ({ weights, mask }),
    value: 7 / 3,
    gradient: [1 / 3, 1, 0, 0],
  },
  "NaN where nothing is kept": { losses: kept, options: () => ({ mask: false }), value: NaN, gradient: [0, 0, 0, 0] },
  "a NaN that is kept is carried": {
    losses: [NaN, 2, 6, 9],
    options: ({ mask }) => ({ mask }),
    value: NaN,
    gradient: [1 / 3, 1 / 3, 1 / 3, 0],
  },
};

async function expectReduction(
  engine: Engine,
  what: string,
  { losses: values, options, value, gradient }: ReductionCase,
  dtype: DType,
): Promise<void> {
  const call = (x: Tensor) =>
    reduce(x, options({ weights: vectorOf([1, 3, 0, 5], dtype), mask: vectorOf([1, 1, 1, 0], "bool") }));
  const got = await compute(engine, (x) => [call(x), grad((y) => sum(call(y)))(x)], [vectorOf(values, dtype)], {
    simplify: true,
  });
  const flat = [value].flat();
  const shape = typeof value === "number" ? [] : [flat.length];
  const tolerance = toleranceOf(engine.traits.precision, dtype);
  expectArray(what, got[0]!, { shape, dtype, values: flat, allowed: allowedBy(tolerance, flat) });
  expectArray(`${what}, gradient`, got[1]!, {
    shape: [values.length],
    dtype,
    values: gradient,
    allowed: allowedBy(tolerance, gradient),
  });
}

type NamedRun = readonly [name: string, run: (engine: Engine) => Promise<void>];

/** What is asked of engines that carry NaN and infinities. */
function nonFiniteCases(dtype: DType): NamedRun[] {
  return [
    ...Object.values(losses)
      .filter(({ definition }) => definition.arguments.some(({ differentiable }) => differentiable))
      .map(({ definition: { name } }): NamedRun => [
        `${name} ${dtype}, NaN in gives no finite loss`,
        (engine) => expectNaN(engine, name, dtype),
      ]),
    ...Object.entries(nonFiniteReductions).map(([name, reduction]): NamedRun => [
      `reduce ${dtype}, ${name}`,
      (engine) => expectReduction(engine, name, reduction, dtype),
    ]),
    [
      `softmaxCrossentropyLogits ${dtype}, a label of 0 at a logit of -Infinity`,
      (engine) => expectDroppedClass(engine, dtype),
    ],
    [
      `sparseSoftmaxCrossentropyLogits ${dtype}, a logit of -Infinity`,
      (engine) => expectImpossibleClass(engine, dtype),
    ],
  ];
}

async function expectNaN(engine: Engine, name: string, dtype: DType): Promise<void> {
  const loss = catalogue[name]!;
  for (const call of goldenCalls(name, dtype).slice(0, 1)) {
    const arrays = call.arrays();
    for (const [position, { differentiable, name: argument }] of loss.definition.arguments.entries()) {
      if (!differentiable) continue;
      const array = arrays[position]!;
      const spoiled = arrayOf([NaN, ...array.data.subarray(1)], array.shape, array.dtype);
      const [got] = await compute(engine, call.fn, arrays.with(position, spoiled), { simplify: true });
      const finite = got!.data.every(Number.isFinite);
      expectThat(
        !finite,
        `${name}: NaN in ${argument} must give a loss that is not finite, got ${[...got!.data].join(", ")}.`,
      );
    }
  }
}

/** 0 log 0 = 0, value and gradient. */
async function expectDroppedClass(engine: Engine, dtype: DType): Promise<void> {
  const labels = arrayOf([0, 1, 0, 0.5, 0.5, 0], [2, 3], dtype);
  const logits = arrayOf([-Infinity, 0, 0, 1, 1, -Infinity], [2, 3], dtype);
  const got = await compute(
    engine,
    (p, q) => [softmaxCrossentropyLogits(p, q), grad((x) => sum(softmaxCrossentropyLogits(p, x)))(q)],
    [labels, logits],
    { simplify: true },
  );
  const tolerance = toleranceOf(engine.traits.precision, dtype);
  const values = [Math.LN2, Math.LN2];
  const gradient = [0, -0.5, 0.5, 0, 0, 0];
  expectArray("value", got[0]!, { shape: [2], dtype, values, allowed: allowedBy(tolerance, values) });
  expectArray("gradient", got[1]!, {
    shape: [2, 3],
    dtype,
    values: gradient,
    allowed: allowedBy(tolerance, [1, ...gradient]),
  });
}

async function expectImpossibleClass(engine: Engine, dtype: DType): Promise<void> {
  const logits = arrayOf([-Infinity, 0, 0, -Infinity, 0, 0], [2, 3], dtype);
  const [got] = await compute(
    engine,
    (labels, q) => sparseSoftmaxCrossentropyLogits(labels, q),
    [vectorOf([1, 0], "int32"), logits],
    { simplify: true },
  );
  const values = [Math.LN2, Infinity];
  expectArray("value", got!, {
    shape: [2],
    dtype,
    values,
    allowed: allowedBy(toleranceOf(engine.traits.precision, dtype), values),
  });
}
