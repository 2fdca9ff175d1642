/** Are values and gradients the golden ones, on this engine? */
import { type DType, type Engine, type NDArray, type Tensor, grad, mul, sum } from "@symloss/core";
import { losses } from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { ConformanceError, type Expected, expectArray, expectThat } from "./compare.ts";
import { compute } from "./compute.ts";
import { goldenCasesOf, goldenIndex, readGolden, readOption } from "./goldens.ts";
import { floatTypes } from "./operations/spec.ts";
import { readyCasesOf, subjectOf } from "./subject.ts";
import { allowedBy, toleranceOf } from "./tolerance.ts";
import type { GoldenArray, GoldenCase } from "./unpack.ts";

/** The functions of the catalogue that have no golden cases, each with the test that is in their place. */
export const testsInPlaceOfGoldens: Readonly<Record<string, string>> = {
  aucAtThresholds: "packages/losses/src/metrics/at-thresholds.test.ts",
  precisionAtRecall: "packages/losses/src/metrics/at-thresholds.test.ts",
  recallAtPrecision: "packages/losses/src/metrics/at-thresholds.test.ts",
  sensitivityAtSpecificity: "packages/losses/src/metrics/at-thresholds.test.ts",
  specificityAtSensitivity: "packages/losses/src/metrics/at-thresholds.test.ts",
  perplexity: "packages/losses/src/language/perplexity.test.ts",
};

/** The golden cases of every function that has them, in every float that the engine declares. */
export function goldenCases({ traits, goldens }: CaseContext): ConformanceCase[] {
  const make = (name: string, run: (engine: Engine) => Promise<void>): ConformanceCase => ({
    name: `losses: ${name}`,
    group: "losses",
    run,
  });
  const types = floatTypes.filter((dtype) => traits.dtypes.includes(dtype));
  const isAsked = (name: string, one: string) =>
    traits.nonFinite === "strict" || !goldenIndex[name]!.nonFinite.includes(one);
  return [
    ...Object.keys(losses).map((name) => make(`${name} has golden cases`, () => expectGoldens(name))),
    ...types.flatMap((dtype) =>
      Object.keys(goldenIndex).flatMap((name) => {
        if (dtype === "float64" && subjectOf(name)?.hasFloats === false) return [];
        const asked = readyCasesOf(name).filter((one) => isAsked(name, one));
        const selected = goldens === "all" ? asked : asked.slice(0, 1);
        return selected.map((one) =>
          make(`${name} ${dtype}, ${one}`, async (engine) => expectGolden(engine, await goldenCall(name, one, dtype))),
        );
      }),
    ),
  ];
}

/** A golden case as a call: a function of the arrays alone. */
export interface GoldenCall {
  readonly golden: GoldenCase;
  readonly dtype: DType;
  /** The names of the arrays as the golden case has them. */
  readonly names: readonly string[];
  readonly arrays: readonly NDArray[];
  /** The results in the order of the outputs of the golden case. */
  readonly fn: (...tensors: Tensor[]) => readonly Tensor[];
}

/** The call of the golden case of that name, with its arrays in this dtype where they are floats. */
export async function goldenCall(name: string, caseName: string, dtype: DType): Promise<GoldenCall> {
  const golden = (await goldenCasesOf(name)).find((one) => one.name === caseName)!;
  const { inputs, optionInputs = {}, outputs } = golden;
  const options = Object.fromEntries(
    Object.entries(golden.options).map(([option, value]) => [option, readOption(value)]),
  );
  const names = Object.keys({ ...inputs, ...optionInputs });
  const positional = Object.keys(inputs).length;
  const subject = subjectOf(name)!;
  return {
    golden,
    dtype,
    names,
    arrays: Object.values({ ...inputs, ...optionInputs }).map((array) => readGolden(array, dtype)),
    fn: (...tensors) => {
      const named = names.map((one, index) => [one, tensors[index]!] as const);
      const results = subject.call(Object.fromEntries(named.slice(0, positional)), {
        ...options,
        ...Object.fromEntries(named.slice(positional)),
      });
      return Object.keys(outputs).map((output) => results[output] ?? missingResult(name, output));
    },
  };
}

function missingResult(name: string, output: string): never {
  throw new ConformanceError(`${name}: it must have a result ${output}, got none.`);
}

/** The message names the file that is looked for. */
function expectGoldens(name: string): Promise<void> {
  const has = Object.hasOwn(goldenIndex, name) || Object.hasOwn(testsInPlaceOfGoldens, name);
  expectThat(
    has,
    `${name}: a function of the catalogue must have golden cases in goldens/packed/${name}.json, or a test in their place, got neither.`,
  );
  return Promise.resolve();
}

/** Values and gradients from one run. */
async function expectGolden(engine: Engine, { golden, dtype, names, arrays, fn }: GoldenCall): Promise<void> {
  const { cotangents = {}, gradients = {}, outputs } = golden;
  const weighted = Object.keys(cotangents).map((name) => Object.keys(outputs).indexOf(name));
  const weights = Object.values(cotangents).map((array) => readGolden(array, dtype));
  const wrt = Object.keys(gradients).map((name) => names.indexOf(name));
  const total = (...tensors: Tensor[]) => {
    const results = fn(...tensors.slice(0, arrays.length));
    return weighted
      .map((output, index) => sum(mul(results[output]!, tensors[arrays.length + index]!)))
      .reduce((left, right) => left.add(right));
  };
  const got = await compute(
    engine,
    (...tensors) => [
      ...fn(...tensors.slice(0, arrays.length)),
      ...(wrt.length === 0 ? [] : grad(total, { wrt })(...tensors)),
    ],
    [...arrays, ...weights],
    { simplify: true },
  );
  const wanted = [
    ...Object.entries(outputs),
    ...Object.entries(gradients).map(([name, array]) => [`gradient by ${name}`, array] as const),
  ];
  for (const [index, [what, array]] of wanted.entries())
    expectArray(what, got[index]!, expectedOf(engine, array, isFlag(got[index]!) ? got[index]!.dtype : dtype));
}

/** What says which rows are valid, or how many pairs there are, need not be a float. */
function isFlag({ dtype }: NDArray): boolean {
  return dtype === "bool" || dtype === "int32";
}

function expectedOf(engine: Engine, golden: GoldenArray, dtype: DType): Expected {
  // As float64, whatever the engine computes in: expectations are not rounded.
  const { shape, data } = golden;
  return { shape, dtype, values: data, allowed: allowedBy(toleranceOf(engine.traits.precision, dtype), data) };
}
