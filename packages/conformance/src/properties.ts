/** Do random graphs, and their gradients, agree with the oracle? A failure is shrunk, and printed with the seed that reproduces it. */
import { type DType, type Engine, type NDArray, type Tensor, valueAndGrad } from "@symloss/core";
import { type Graph, formatGraph, prepare, refusedNode, verify } from "@symloss/core/engine";
import fc from "fast-check";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { ConformanceError, type Expected, expectArrays, expectThat } from "./compare.ts";
import { compute } from "./compute.ts";
import { arrayOf, sample } from "./data.ts";
import { floatTypes } from "./operations/spec.ts";
import { derivativeAlong, dot, weightedOutput } from "./oracle/differentiate.ts";
import { type TensorFunction, predict, traceOf } from "./oracle/predict.ts";
import { nameLengths } from "./random/name-lengths.ts";
import { type MadeOperation, type Maker, madeOperations, makers as makersOf } from "./random/makers.ts";
import { arraysOf, functionOf, programs, scalarOf, smallShapes } from "./random/program.ts";
import { toleranceOf } from "./tolerance.ts";

/** The cases of random graphs, in every float dtype that the engine declares. */
export function propertyCases(context: CaseContext): ConformanceCase[] {
  const make = (name: string, check: Check): ConformanceCase => ({
    name: `properties: ${name}`,
    group: "properties",
    run: (engine) => expectProperty(engine, context, check),
  });
  const everything = madeOperations
    .flatMap((operation) => makersOf[operation])
    .filter(({ wild }) => wild === undefined);
  return floatTypes
    .filter((dtype) => context.traits.dtypes.includes(dtype))
    .flatMap((dtype) => [
      ...(context.traits.namedDimensions
        ? [
            make(`graphs with a named length ${dtype}`, {
              makers: everything,
              dtype,
              shapes: shapesToName,
              expect: expectNamed,
            }),
          ]
        : []),
      ...Object.entries(families).flatMap(([name, operations]) => {
        const makers = operations.flatMap((operation) => makersOf[operation]).filter(({ wild }) => wild === undefined);
        return [
          make(`${name} ${dtype}`, { makers, dtype, expect: expectValues }),
          make(`gradients of ${name} ${dtype}`, { makers, dtype, expect: expectGradients }),
          make(`gradients of ${name} ${dtype}, by differences`, {
            makers: makers.filter(({ smooth }) => smooth),
            dtype,
            expect: expectSlopes,
          }),
        ];
      }),
    ]);
}

/** A length that small graphs have nowhere but where it is given to them. */
const namedLength = 7;

const shapesToName = smallShapes.map((shape) =>
  shape.map((length, axis) => (axis === 0 || length === 3 ? namedLength : length)),
);

/** The operations in the graphs. */
const families: Readonly<Record<string, readonly MadeOperation[]>> = {
  "elementwise graphs": madeOperations.slice(0, madeOperations.indexOf("sum")),
  "graphs that broadcast": ["add", "sub", "mul", "div", "broadcastTo", "reshape", "sum"],
  "graphs that reduce": ["sum", "max", "argmax", "logSumExp", "softmax", "logSoftmax", "add"],
  "graphs that move": ["reshape", "transpose", "slice", "pad", "concat", "takeAlongAxis", "scatterAdd", "mul"],
  "graphs that multiply matrices": ["matmul", "add", "tanh", "transpose"],
  "graphs of everything": madeOperations,
};

interface Check {
  readonly makers: readonly Maker[];
  readonly dtype: DType;
  readonly shapes?: readonly (readonly number[])[];
  readonly expect: (
    engine: Engine,
    fn: TensorFunction,
    arrays: readonly NDArray[],
    reference: Engine | undefined,
    dtype: DType,
  ) => Promise<void>;
}

async function expectProperty(
  engine: Engine,
  { seed, runs, reference }: CaseContext,
  { makers, dtype, shapes = smallShapes, expect }: Check,
): Promise<void> {
  let refusal: unknown;
  const random = programs({ shapes, fills: ["spread"], orders: [0] });
  const property = fc.asyncProperty(random, async (program) => {
    try {
      await expect(engine, functionOf(program, makers, dtype), arraysOf(program, dtype), reference, dtype);
    } catch (error) {
      if (refusedNode(error) === undefined) throw error;
      // A graph that can't be rewritten using what the engine supports is replaced by another.
      refusal = error;
      fc.pre(false);
    }
  });
  const details = await fc.check(property, { seed, numRuns: runs });
  if (!details.failed) return;
  if (details.counterexample === null)
    throw refusal ?? new Error("expectProperty: the engine could run too few of the graphs.");
  const { errorInstance, seed: from, counterexamplePath: path } = details;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new ConformanceError(`random graphs must agree, got (seed ${from}, path ${path}, shrunk) ${reason}`);
}

async function expectValues(
  engine: Engine,
  fn: TensorFunction,
  arrays: readonly NDArray[],
  reference: Engine | undefined,
): Promise<void> {
  // Computed first: if the engine lacks operations, the prediction is not needed.
  const got = await compute(engine, fn, arrays, { simplify: true });
  const graph = traceOf(fn, arrays);
  const expected = predict(graph, arrays, engine.traits, slack);
  fc.pre(expected.some(isAsked));
  try {
    expectArrays("the oracle's results", got, expected);
    if (reference === undefined) return;
    const bounds = predict(graph, arrays, reference.traits, slack);
    const trusted = await compute(reference, fn, arrays, { simplify: true });
    const wanted = trusted.map(({ data }, index) => ({
      ...expected[index]!,
      values: data,
      allowed: (place: number) => expected[index]!.allowed(place) + bounds[index]!.allowed(place),
    }));
    expectArrays("the reference's results", got, wanted);
  } catch (error) {
    throw error instanceof ConformanceError ? new ConformanceError(`${error.message}\n${formatGraph(graph)}`) : error;
  }
}

async function expectGradients(
  engine: Engine,
  fn: TensorFunction,
  arrays: readonly NDArray[],
  reference: Engine | undefined,
  dtype: DType,
): Promise<void> {
  const gradient = valueAndGrad(scalar(fn, dtype), { wrt: arrays.map((_, index) => index) });
  await expectValues(engine, (...tensors) => gradient(...tensors).flat(), arrays, reference);
}

/** Values and gradients of the graph with a name in place of a length, which the run is given. */
async function expectNamed(
  engine: Engine,
  fn: TensorFunction,
  arrays: readonly NDArray[],
  _: Engine | undefined,
  dtype: DType,
): Promise<void> {
  const gradient = valueAndGrad(scalar(fn, dtype), { wrt: arrays.map((__, index) => index) });
  const graph = traceOf((...tensors) => [...[fn(...tensors)].flat(), ...gradient(...tensors).flat()], arrays);
  const named = nameLengths(prepare(graph, engine, { simplify: false }), namedLength, "batch");
  fc.pre(isValid(named));
  const executable = await engine.compile(prepare(named, engine));
  try {
    const values = arrays.map(({ data }) => data);
    const results = await executable.run(values, undefined, { batch: namedLength });
    const got = graph.outputs.map(({ shape, dtype: own }, index) => arrayOf(results[index]!, shape as number[], own));
    expectArrays("the oracle's results", got, predict(graph, arrays, engine.traits, slack));
  } catch (error) {
    if (refusedNode(error) !== undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConformanceError(`${reason}\n${formatGraph(named)}`, { cause: error });
  } finally {
    await executable.dispose();
  }
}

function isValid(graph: Graph): boolean {
  try {
    verify(graph);
    return graph.inputs.some(({ shape }) => shape.includes("batch"));
  } catch {
    return false;
  }
}

/** Compares the directional derivative along a random direction of each array with differences of the oracle's values. */
async function expectSlopes(
  engine: Engine,
  fn: TensorFunction,
  arrays: readonly NDArray[],
  _: Engine | undefined,
  dtype: DType,
): Promise<void> {
  const total = scalar(fn, dtype);
  const graph = traceOf(total, arrays);
  const gradient = valueAndGrad(total, { wrt: arrays.map((_, index) => index) });
  const withGradients: TensorFunction = (...tensors) => gradient(...tensors).flat();
  const [, ...got] = await compute(engine, withGradients, arrays, { simplify: true });
  const expected = predict(traceOf(withGradients, arrays), arrays, engine.traits, slack).slice(1);
  const value = weightedOutput(graph, [[1]]);
  const elements = arrays.map(({ data }) => [...data]);
  const directions = elements.map((list, index) => sample(list.length, index, 0.5, 1.5));
  const slopes = elements.map((_, position) =>
    derivativeAlong(value, elements, position, directions[position]!, 2 ** -7),
  );
  fc.pre(slopes.every(({ value: slope, error }) => error <= 1e-7 * Math.max(1, Math.abs(slope))));
  const { relative } = toleranceOf(engine.traits.precision, arrays[0]!.dtype);
  for (const [position, { value: slope, error }] of slopes.entries()) {
    const direction = directions[position]!;
    const mine = dot([...got[position]!.data], direction);
    const bound = direction.reduce((total, step, index) => total + step * expected[position]!.allowed(index), 0);
    const allowed = bound + 10 * error + Math.max(relative, 1e-7) * Math.max(1, Math.abs(slope));
    expectThat(
      !(Math.abs(mine - slope) > allowed) && Number.isFinite(mine),
      `the slope along argument ${position} must be that of the values, got ${mine} where ${slope} is expected (allowed difference ${allowed}).\n${formatGraph(graph)}`,
    );
  }
}

/** Reordered sums and identities add to the predicted bounds. */
const slack = 8;

function scalar(fn: TensorFunction, dtype: DType): (...tensors: Tensor[]) => Tensor {
  return (...tensors) => scalarOf([fn(...tensors)].flat(), dtype);
}

/** Whether a comparison could fail: at least one element may not be anything. */
function isAsked({ values, allowed }: Expected): boolean {
  return Array.from(values, (_, index) => allowed(index)).some((bound) => bound < 0.1);
}
