/** Does a row have the same bits in a batch of 1 as in a large one? Tested on engines that declare it. */
import {
  type Engine,
  type NDArray,
  type Tensor,
  abs,
  add,
  compile,
  div,
  einsum,
  exp,
  grad,
  log,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  mean,
  mul,
  scan,
  softmax,
  softplus,
  square,
  sub,
  sum,
  takeAlongAxis,
  tanh,
  transpose,
  variance,
} from "@symloss/core";
import { type AnyLoss, type ArgumentDefinition, type LossName, losses } from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { ConformanceError } from "./compare.ts";
import { arrayOf, sampleArray, sampleIntegers } from "./data.ts";
import { type TensorFunction, traceOf } from "./oracle/predict.ts";
import { type LossSample, lossSamples } from "./samples.ts";

/** The cases of rows, for an engine that declares `rowIndependent`. */
export function rowCases({ traits }: CaseContext): ConformanceCase[] {
  if (!traits.rowIndependent) return [];
  return [...plainFunctions(), ...lossFunctions()].map(({ name, fn, arrays }) => ({
    name: `operations: rows of ${name} have the same bits in every batch`,
    group: "operations",
    run: (engine) => expectSameRows(engine, fn, arrays),
  }));
}

/** A function whose result rows depend only on the same rows of its arguments, and on shared arguments. */
interface RowFunction {
  readonly name: string;
  readonly fn: TensorFunction;
  /** The arguments for this many rows; shared ones are always the same. */
  readonly arrays: (rows: number) => readonly RowArray[];
}

interface RowArray {
  readonly array: NDArray;
  readonly shared: boolean;
}

/** Sizes around those of vectors and blocks. */
const batches = [1, 2, 3, 7, 64];
const largest = 4096;

async function expectSameRows(engine: Engine, fn: TensorFunction, arrays: RowFunction["arrays"]): Promise<void> {
  const all = arrays(largest);
  const list = (...tensors: Tensor[]): Tensor[] => [fn(...tensors)].flat();
  const dynamic = all.flatMap(({ shared }, argument) => (shared ? [] : [{ argument, axis: 0, name: "rows" }]));
  const each = compile(list, { engine });
  // The same function, compiled once for any number of rows.
  const once = compile(list, { engine, dynamic });
  try {
    const whole = await each(...all.map(({ array }) => array));
    for (const batch of batches) {
      for (const first of batch === 1 ? [0, 5, largest - 1] : [largest - batch]) {
        const some = all.map(({ array, shared }) => (shared ? array : rowsOf(array, first, batch)));
        for (const compiled of engine.traits.namedDimensions ? [each, once] : [each]) {
          const part = await compiled(...some);
          for (const [result, { data }] of part.entries()) expectRows(data, whole[result]!.data, first, batch);
        }
      }
    }
  } finally {
    await Promise.all([each.dispose(), once.dispose()]);
  }
}

function expectRows(part: ArrayLike<number>, whole: ArrayLike<number>, first: number, batch: number): void {
  const width = whole.length / largest;
  for (let index = 0; index < part.length; index++) {
    const want = whole[first * width + index]!;
    if (Object.is(part[index], want)) continue;
    throw new ConformanceError(
      `row ${first + Math.floor(index / width)} must have the same bits in a batch of ${batch} as in one of ${largest}, got ${part[index]} and ${want}.`,
    );
  }
}

function rowsOf(array: NDArray, first: number, count: number): NDArray {
  const width = array.size / array.shape[0]!;
  const data = array.data.subarray(first * width, (first + count) * width);
  return arrayOf(data as Float32Array, [count, ...array.shape.slice(1)], array.dtype);
}

function rowArray(rows: number, width: readonly number[], seed: number): RowArray {
  return { array: sampleArray("float32", [rows, ...width], seed), shared: false };
}

function sharedArray(shape: readonly number[], seed: number): RowArray {
  return { array: sampleArray("float32", shape, seed, { low: 0.5, high: 2 }), shared: true };
}

function plainFunctions(): RowFunction[] {
  const one = (rows: number) => [rowArray(rows, [10], 1)];
  const wide = (rows: number) => [rowArray(rows, [67], 2)];
  const withShared = (rows: number) => [rowArray(rows, [10], 1), sharedArray([10], 3)];
  const withWeights = (rows: number) => [rowArray(rows, [10], 1), sharedArray([10, 5], 4)];
  const withManyWeights = (rows: number) => [rowArray(rows, [67], 2), sharedArray([67, 33], 5)];
  const withColumns = (rows: number) => [rowArray(rows, [10], 1), sharedArray([5, 10], 4)];
  const withFactors = (rows: number) => [rowArray(rows, [3, 20], 7), sharedArray([3, 20, 9], 8)];
  const labelled = (rows: number) => [
    rowArray(rows, [10], 1),
    { array: arrayOf(sampleIntegers(rows, 6, 0, 9), [rows, 1], "int32"), shared: false },
  ];
  const perRow = (fn: (x: Tensor) => Tensor) => (x: Tensor) => [fn(x), grad((y) => sum(square(fn(y))))(x)];
  return [
    { name: "elementwise functions", fn: (x) => [exp(x), tanh(x), softplus(x), log(add(square(x), 0.1))], arrays: one },
    { name: "sums, means and the largest", fn: (x) => [sum(x, 1), mean(x, 1), max(x, 1)], arrays: wide },
    { name: "softmax, with gradients", fn: perRow((x) => softmax(x)), arrays: one },
    { name: "logSoftmax, with gradients", fn: perRow((x) => logSoftmax(x)), arrays: one },
    { name: "logSumExp, with gradients", fn: perRow((x) => logSumExp(x, 1)), arrays: wide },
    { name: "variance, with gradients", fn: perRow((x) => variance(x, 1)), arrays: one },
    { name: "what is centred and scaled", fn: perRow(normalized), arrays: wide },
    {
      name: "a quotient by what is shared",
      fn: (x, y) => [div(x, y!), exp(div(x, y!)), div(x, sum(y!))],
      arrays: withShared,
    },
    { name: "a product with shared weights", fn: (x, w) => matmul(x, w!), arrays: withWeights },
    { name: "a product with many shared weights", fn: (x, w) => tanh(matmul(x, w!)), arrays: withManyWeights },
    {
      name: "the gradient through a product with shared weights",
      fn: (x, w) => grad((y) => sum(square(tanh(matmul(y, w!)))))(x),
      arrays: withManyWeights,
    },
    {
      name: "a product whose columns they are, with gradients",
      fn: (x, w) => perRow((y) => transpose(tanh(matmul(w!, transpose(y)))))(x),
      arrays: withColumns,
    },
    {
      name: "a product on each side of another axis, with gradients",
      fn: (x, w) => perRow((y) => einsum("nfc,fck->nfk", y, w!))(x),
      arrays: withFactors,
    },
    {
      name: "sums beside sums of what is shared, with gradients",
      fn: (x, w) => perRow((y) => sum(mul(y, sum(w!, 1)), 1))(x),
      arrays: withManyWeights,
    },
    {
      name: "what is summed after some steps",
      fn: (x) => sum(abs(add(mul(square(sub(x, 1)), 3), x)), 1),
      arrays: wide,
    },
    {
      name: "what is carried along another axis, with gradients",
      fn: perRow((x) => scan((carry, y) => [tanh(add(mul(carry, 0.5), y)), carry], sum(x, 1), transpose(x))[0]),
      arrays: wide,
    },
    {
      name: "a recurrence with shared weights, with gradients",
      fn: (x, w) =>
        perRow((y) => {
          const steps = transpose(y, [1, 0, 2]);
          return scan((carry, z) => [tanh(add(matmul(carry, w!), z))], mean(y, 1), steps)[0];
        })(x),
      arrays: (rows) => [rowArray(rows, [3, 17], 9), sharedArray([17, 17], 10)],
    },
    { name: "what is picked", fn: (x, index) => takeAlongAxis(softmax(x), index!, 1), arrays: labelled },
  ];
}

function normalized(x: Tensor): Tensor {
  const centred = sub(x, mean(x, { axis: 1, keepAxes: true }));
  return div(centred, add(variance(x, { axis: 1, keepAxes: true }), 1e-5).pow(0.5));
}

let ofLosses: readonly RowFunction[] | undefined;

/** Every loss with a value for each row, in each form of its arguments and with each of its choices, with its gradients. */
function lossFunctions(): readonly RowFunction[] {
  // Found once: it takes a while to ask each loss, and they are the same for every engine.
  return (ofLosses ??= Object.values(losses).flatMap(rowFunctionsOf));
}

function rowFunctionsOf(loss: AnyLoss): RowFunction[] {
  const { arguments: list, comparesRows } = loss.definition;
  if (comparesRows || list.some(({ elements }) => elements === "count")) return [];
  return samplesOf(loss, 3).flatMap((sample, form) => {
    const fn = resultsOf(loss, sample.options);
    const few = rowArraysOf(loss, sample).map(({ array }) => array);
    // Some losses have one value for all rows.
    if (!traceOf(fn, few).outputs.every(({ shape }) => shape[0] === 3)) return [];
    const arrays = () => rowArraysOf(loss, manyRowsOf(loss)[form]!);
    return [{ name: `${sample.title}, with gradients`, fn: withGradients(loss, fn), arrays }];
  });
}

function resultsOf(loss: AnyLoss, options: Readonly<Record<string, unknown>>): (...tensors: Tensor[]) => Tensor[] {
  const { arguments: list, results } = loss.definition;
  return (...tensors) => {
    const result = loss(Object.fromEntries(list.map(({ name }, index) => [name, tensors[index]!])), options);
    return Object.keys(results).length === 1 ? [result as Tensor] : Object.values(result as Record<string, Tensor>);
  };
}

function withGradients({ definition }: AnyLoss, fn: (...tensors: Tensor[]) => Tensor[]): TensorFunction {
  const wrt = definition.arguments.flatMap((argument, index) =>
    argument.differentiable && isRow(argument) ? [index] : [],
  );
  const total = (...tensors: Tensor[]) =>
    fn(...tensors)
      .map((result) => sum(result))
      .reduce((left, right) => add(left, right));
  return (...tensors) => [...fn(...tensors), ...grad(total, { wrt })(...tensors)];
}

function isRow({ shape }: ArgumentDefinition): boolean {
  return /^\[(\.\.|batch)/.test(shape);
}

/** The samples of a loss in a batch of so many rows. */
function samplesOf({ definition }: AnyLoss, rows: number): readonly LossSample[] {
  // Other axes have other lengths than a batch of 1, 2 or 3, so that none is taken for another.
  return lossSamples(definition.name as LossName, { lengths: { batch: rows, classes: 5, D: 6, K: 4 } });
}

/** The samples of the last loss with many rows: its forms take turns, and no other loss's are held in memory. */
let manyRows: { readonly loss: AnyLoss; readonly samples: readonly LossSample[] } | undefined;

function manyRowsOf(loss: AnyLoss): readonly LossSample[] {
  if (manyRows?.loss !== loss) manyRows = { loss, samples: samplesOf(loss, largest) };
  return manyRows.samples;
}

function rowArraysOf({ definition }: AnyLoss, { inputs }: LossSample): RowArray[] {
  return definition.arguments.map((argument): RowArray => {
    return { array: inputs[argument.name] as NDArray, shared: !isRow(argument) };
  });
}
