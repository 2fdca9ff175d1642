/** Are the losses right on this engine beyond their golden cases? NaN, labels of 0, and the one place that reduces. */
import { type DType, type Engine, type NDArray, type Tensor, compile, grad, sum } from "@symloss/core";
import {
  type LossName,
  type ReduceOptions,
  losses,
  reduce,
  softmaxCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
} from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { expectArray, expectThat } from "./compare.ts";
import { compute } from "./compute.ts";
import { arrayOf, vectorOf } from "./data.ts";
import { goldenCall } from "./golden-cases.ts";
import { goldenIndex } from "./goldens.ts";
import { floatTypes } from "./operations/spec.ts";
import { readyCasesOf } from "./subject.ts";
import { allowedBy, toleranceOf } from "./tolerance.ts";

/** The cases of losses, in every float that the engine declares. */
export function lossCases({ traits }: CaseContext): ConformanceCase[] {
  const types = floatTypes.filter((dtype) => traits.dtypes.includes(dtype));
  const make = (name: string, run: (engine: Engine) => Promise<void>): ConformanceCase => ({
    name: `losses: ${name}`,
    group: "losses",
    run,
  });
  return [
    ...types.flatMap((dtype) =>
      Object.entries(reductions).map(([name, reduction]) =>
        make(`reduce ${dtype}, ${name}`, (engine) => expectReduction(engine, name, reduction, dtype)),
      ),
    ),
    ...(traits.nonFinite === "strict"
      ? types.flatMap((dtype) => nonFiniteCases(dtype).map(([name, run]) => make(name, run)))
      : []),
  ];
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
  "sum with weights and a mask, by a denominator": {
    losses: kept,
    options: ({ weights, mask }) => ({ weights, mask, reduction: "sum", denominator: 4 }),
    value: 7 / 4,
    gradient: [1 / 4, 3 / 4, 0, 0],
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
    ...Object.keys(losses)
      // What has no gradient counts, and NaN counts as a miss.
      .filter((name) => goldenIndex[name]?.differentiable)
      .map((name): NamedRun => [
        `${name} ${dtype}, NaN in gives no finite loss`,
        (engine) => expectNaN(engine, name as LossName, dtype),
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

async function expectNaN(engine: Engine, name: LossName, dtype: DType): Promise<void> {
  const { fn, arrays, names } = await goldenCall(name, readyCasesOf(name)[0]!, dtype);
  const compiled = compile((...tensors: Tensor[]) => fn(...tensors)[0]!, { engine });
  for (const { differentiable, name: argument } of losses[name].definition.arguments) {
    if (!differentiable) continue;
    const position = names.indexOf(argument);
    const array = arrays[position]!;
    // A whole row, because a loss may look at one of its elements alone.
    const row = array.shape.at(-1) ?? 1;
    const values = Array.from(array.data, (value, index) => (index < row ? NaN : value));
    const spoiled = arrayOf(values, array.shape, array.dtype);
    const { data } = await compiled(...arrays.with(position, spoiled));
    expectThat(
      !data.every(Number.isFinite),
      `${name}: NaN in ${argument} must give a loss that is not finite, got ${[...data].join(", ")}.`,
    );
  }
  await compiled.dispose();
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
