/** Do random graphs, and their gradients, agree with the oracle? What fails is shrunk, and printed with the seed that brings it back. */
import {
  type DType,
  type Engine,
  type NDArray,
  type Tensor,
  abs,
  add,
  broadcastTo,
  concat,
  div,
  exp,
  expandDims,
  expm1,
  less,
  log1p,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  pad,
  pow,
  relu,
  reshape,
  sigmoid,
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
  valueAndGrad,
  variance,
  where,
} from "@symloss/core";
import { formatGraph } from "@symloss/core/engine";
import fc from "fast-check";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { ConformanceError, type Expected, expectArrays, expectThat } from "./compare.ts";
import { compute } from "./compute.ts";
import { productOf, sample, sampleArray } from "./data.ts";
import { floatTypes } from "./operations/spec.ts";
import { derivativeAlong, dot, weightedOutput } from "./oracle/differentiate.ts";
import { type TensorFunction, predict, traceOf } from "./oracle/predict.ts";
import { toleranceOf } from "./tolerance.ts";

/** The cases of random graphs, in every float that the engine declares. */
export function propertyCases(context: CaseContext): ConformanceCase[] {
  const make = (name: string, check: Check): ConformanceCase => ({
    name: `properties: ${name}`,
    group: "properties",
    run: (engine) => expectProperty(engine, context, check),
  });
  return floatTypes
    .filter((dtype) => context.traits.dtypes.includes(dtype))
    .flatMap((dtype) =>
      Object.entries(families).flatMap(([name, makers]) => [
        make(`${name} ${dtype}`, { makers, dtype, expect: expectValues }),
        make(`gradients of ${name} ${dtype}`, { makers, dtype, expect: expectGradients }),
        make(`gradients of ${name} ${dtype}, by differences`, {
          makers: makers.filter(isSmooth),
          dtype,
          expect: expectSlopes,
        }),
      ]),
    );
}

/** Makes a tensor of two, whatever their shapes; the choice tells axes and the like. */
type Maker = (x: Tensor, y: Tensor, choice: number) => Tensor;

/** A random function: arrays of some shapes, and steps each of which makes a tensor of two before it. */
interface Program {
  readonly shapes: readonly number[];
  readonly seed: number;
  readonly steps: readonly {
    readonly maker: number;
    readonly left: number;
    readonly right: number;
    readonly choice: number;
  }[];
}

interface Check {
  readonly makers: readonly Maker[];
  readonly dtype: DType;
  readonly expect: (
    engine: Engine,
    fn: TensorFunction,
    arrays: readonly NDArray[],
    reference: Engine | undefined,
  ) => Promise<void>;
}

const programs: fc.Arbitrary<Program> = fc.record({
  shapes: fc.array(fc.nat(8), { minLength: 1, maxLength: 3 }),
  seed: fc.nat(1000),
  steps: fc.array(fc.record({ maker: fc.nat(1000), left: fc.nat(20), right: fc.nat(20), choice: fc.nat(11) }), {
    minLength: 1,
    maxLength: 9,
  }),
});

const inputShapes: readonly (readonly number[])[] = [[3], [], [1], [7], [5, 3], [1, 7], [3, 1], [2, 3, 5], [4, 1, 3]];

async function expectProperty(
  engine: Engine,
  { seed, runs, reference }: CaseContext,
  { makers, dtype, expect }: Check,
): Promise<void> {
  const property = fc.asyncProperty(programs, async (program) => {
    const arrays = program.shapes.map((shape, index) => sampleArray(dtype, inputShapes[shape]!, program.seed + index));
    await expect(engine, functionOf(program, makers), arrays, reference);
  });
  const { failed, seed: from, counterexamplePath, errorInstance } = await fc.check(property, { seed, numRuns: runs });
  if (!failed) return;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new ConformanceError(
    `random graphs must agree, got (seed ${from}, path ${counterexamplePath}, shrunk) ${reason}`,
  );
}

/** The last two tensors of a program: so that an engine has more than one to give. */
function functionOf({ steps }: Program, makers: readonly Maker[]): TensorFunction {
  return (...inputs) => {
    const tensors = [...inputs];
    for (const { maker, left, right, choice } of steps) {
      const make = makers[maker % makers.length]!;
      tensors.push(
        make(tensors[tensors.length - 1 - (left % tensors.length)]!, tensors[right % tensors.length]!, choice),
      );
    }
    return tensors.slice(-2);
  };
}

async function expectValues(
  engine: Engine,
  fn: TensorFunction,
  arrays: readonly NDArray[],
  reference: Engine | undefined,
): Promise<void> {
  const graph = traceOf(fn, arrays);
  const expected = predict(graph, arrays, engine.traits, slack);
  fc.pre(expected.some(isAsked));
  const got = await compute(engine, fn, arrays, { simplify: true });
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
): Promise<void> {
  const gradient = valueAndGrad(scalarOf(fn), { wrt: arrays.map((_, index) => index) });
  await expectValues(engine, (...tensors) => gradient(...tensors).flat(), arrays, reference);
}

/** The slope along a random direction of each array, against differences of the oracle's values. */
async function expectSlopes(engine: Engine, fn: TensorFunction, arrays: readonly NDArray[]): Promise<void> {
  const scalar = scalarOf(fn);
  const graph = traceOf(scalar, arrays);
  const gradient = valueAndGrad(scalar, { wrt: arrays.map((_, index) => index) });
  const withGradients: TensorFunction = (...tensors) => gradient(...tensors).flat();
  const expected = predict(traceOf(withGradients, arrays), arrays, engine.traits, slack).slice(1);
  const value = weightedOutput(graph, [[1]]);
  const elements = arrays.map(({ data }) => [...data]);
  const directions = elements.map((list, index) => sample(list.length, index, 0.5, 1.5));
  const slopes = elements.map((_, position) =>
    derivativeAlong(value, elements, position, directions[position]!, 2 ** -7),
  );
  fc.pre(slopes.every(({ value: slope, error }) => error <= 1e-7 * Math.max(1, Math.abs(slope))));
  const [, ...got] = await compute(engine, withGradients, arrays, { simplify: true });
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

/** Reordered sums and identities add to what the bounds foresee. */
const slack = 8;

function scalarOf(fn: TensorFunction): (...tensors: Tensor[]) => Tensor {
  return (...tensors) =>
    [fn(...tensors)]
      .flat()
      .map((tensor) => mean(tensor))
      .reduce((left, right) => add(left, right));
}

/** Whether a comparison could fail: not all is open. */
function isAsked({ values, allowed }: Expected): boolean {
  return Array.from(values, (_, index) => allowed(index)).some((bound) => bound < 0.1);
}

const elementwise: readonly Maker[] = [
  (x, y) => add(x, fit(y, x)),
  (x, y) => sub(fit(y, x), x),
  (x, y) => mul(x, fit(y, x)),
  (x, y) => div(x, add(square(fit(y, x)), 0.5)),
  (x, y) => pow(add(square(x), 0.5), tanh(fit(y, x))),
  (x) => neg(x),
  (x) => exp(mul(x, 0.5)),
  (x) => expm1(tanh(x)),
  (x) => log1p(square(x)),
  (x) => sqrt(add(square(x), 0.25)),
  (x) => tanh(x),
  (x) => sigmoid(x),
  (x) => softplus(x),
  (x) => abs(x),
  (x) => relu(x),
  (x, y) => maximum(x, fit(y, x)),
  (x, y) => minimum(fit(y, x), x),
  (x, y) => where(less(x, fit(y, x)), mul(x, 2), y.rank === 0 ? y : 1),
];

const broadcasting: readonly Maker[] = [
  (x, y) => add(x, fit(y, x)),
  (x, y) => mul(expandDims(flat(x), 1), fit(y, expandDims(flat(x), 1))),
  (x, _, choice) => (x.rank < 3 ? broadcastTo(x, [2 + (choice % 3), ...x.shape]) : x),
  (x, _, choice) => (x.rank < 3 ? expandDims(x, choice % (x.rank + 1)) : flat(x)),
  (x, _, choice) => sub(x, mean(x, { axis: axisOf(x, choice), keepAxes: true })),
  (x, _, choice) => mul(x, sum(x, { axis: axisOf(x, choice), keepAxes: true })),
];

const reducing: readonly Maker[] = [
  (x, _, choice) => sum(x, axisOf(x, choice)),
  (x, _, choice) => mean(x, { axis: axisOf(x, choice), keepAxes: true }),
  (x, _, choice) => variance(x, axisOf(x, choice)),
  (x, _, choice) => logSumExp(x, axisOf(x, choice)),
  (x, _, choice) => (x.rank === 0 ? x : softmax(x, choice % x.rank)),
  (x, _, choice) => (x.rank === 0 ? x : logSoftmax(x, choice % x.rank)),
  (x, y) => add(x, fit(y, x)),
  (x, _, choice) => max(x, axisOf(x, choice)),
];

const moving: readonly Maker[] = [
  (x, _, choice) => transpose(x, turned(x.rank, choice)),
  (x) => flat(x),
  (x) => (x.rank > 0 && x.size % 2 === 0 ? reshape(x, [2, x.size / 2]) : flat(x)),
  (x, _, choice) => cut(x, choice),
  (x, _, choice) =>
    x.size > 200
      ? x
      : pad(
          x,
          x.shape.map((__, axis) => (axis + choice) % 2),
          x.shape.map((__, axis) => (axis + choice) % 3),
        ),
  (x, _, choice) => (x.rank === 0 || x.size > 200 ? x : concat([x, neg(x)], choice % x.rank)),
  (x, _, choice) => picked(x, choice),
  (x, y) => mul(x, fit(y, x)),
];

const multiplying: readonly Maker[] = [
  (x) => mul(matmul(rowsOf(x), transpose(rowsOf(x))), 1 / (rowsOf(x).shape[1] as number)),
  (x) => mul(matmul(transpose(rowsOf(x)), rowsOf(x)), 1 / (rowsOf(x).shape[0] as number)),
  (x, y) => (rowsOf(x).shape[1] === rowsOf(y).shape[1] ? matmul(rowsOf(x), transpose(rowsOf(y))) : mul(x, fit(y, x))),
  (x, y) => add(x, fit(y, x)),
  (x) => tanh(x),
  (x) => (x.rank < 3 ? x : matmul(x, transpose(x, [...x.shape.keys()].with(-1, x.rank - 2).with(-2, x.rank - 1)))),
];

const families: Readonly<Record<string, readonly Maker[]>> = {
  "elementwise graphs": elementwise,
  "graphs that broadcast": broadcasting,
  "graphs that reduce": reducing,
  "graphs that move": moving,
  "graphs that multiply matrices": multiplying,
  "graphs of everything": [...elementwise, ...broadcasting, ...reducing, ...moving, ...multiplying],
};

/** Those without a kink. */
function isSmooth(maker: Maker): boolean {
  return !kinked.has(maker);
}

const kinked: ReadonlySet<Maker> = new Set([...elementwise.slice(-5), ...reducing.slice(-1)]);

/** The tensor where it broadcasts with the other without growing much, else its mean. */
function fit(y: Tensor, x: Tensor): Tensor {
  const rank = Math.max(x.rank, y.rank);
  const lengths = Array.from(
    { length: rank },
    (_, index) => [x.shape.at(index - rank) ?? 1, y.shape.at(index - rank) ?? 1] as [number, number],
  );
  const fits = lengths.every(([left, right], index) => index >= 0 && (left === right || left === 1 || right === 1));
  const size = productOf(lengths.map(([left, right]) => Math.max(left, right)));
  return fits && size <= 250 ? y : mean(y);
}

function flat(x: Tensor): Tensor {
  return reshape(x, [x.size]);
}

/** As a matrix: the leading axes together. */
function rowsOf(x: Tensor): Tensor {
  const columns = (x.shape.at(-1) ?? 1) as number;
  return reshape(x, [x.size / columns, columns]);
}

function axisOf(x: Tensor, choice: number): number | null {
  return x.rank === 0 || choice % 4 === 3 ? null : choice % x.rank;
}

function turned(rank: number, choice: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => (axis + choice) % Math.max(1, rank));
  return choice % 2 === 0 ? axes : axes.toReversed();
}

/** Without the first or the last along an axis that has more than one. */
function cut(x: Tensor, choice: number): Tensor {
  const axis = x.shape.findIndex((length) => (length as number) > 1);
  if (axis === -1) return x;
  const starts = x.shape.map((_, index) => (index === axis ? choice % 2 : 0));
  const stops = x.shape.map((length, index) =>
    index === axis ? (length as number) - 1 + (choice % 2) : (length as number),
  );
  return slice(x, starts, stops);
}

/** Two elements along an axis, one of them perhaps twice. */
function picked(x: Tensor, choice: number): Tensor {
  if (x.rank === 0) return x;
  const axis = choice % x.rank;
  const length = x.shape[axis] as number;
  const places = [choice % length, (choice * 5 + 2) % length];
  const indices = reshape(
    new Int32Array(places),
    x.shape.map((_, index) => (index === axis ? 2 : 1)),
  );
  return takeAlongAxis(x, indices, axis);
}
