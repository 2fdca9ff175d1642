/** Do invalid calls throw the right class of error, with a message that names function and argument? */
import {
  type Engine,
  NDArray,
  type NestedArray,
  type Tensor,
  add,
  argmax,
  arange,
  asTensor,
  broadcastTo,
  cast,
  compile,
  concat,
  einsum,
  evaluate,
  exp,
  grad,
  matmul,
  max,
  mul,
  ndarray,
  oneHot,
  ones,
  reshape,
  sum,
  takeAlongAxis,
  transpose,
  valueAndGrad,
  zeros,
} from "@symloss/core";
import { formatType } from "@symloss/core/engine";
import {
  accuracy,
  clusteringAccuracy,
  explainedVariance,
  fgmmVae,
  hingeLoss,
  huber,
  multiclassHingeLoss,
  reduce,
  softmaxCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  squaredDifferences,
  vae,
  vaeCompGmm,
} from "@symloss/losses";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { expectArray, expectError, expectThat } from "./compare.ts";
import { arrayOf, vectorOf } from "./data.ts";
import { variantOf } from "./variant.ts";

/** The cases of faults. */
export function faultCases({ traits }: CaseContext): ConformanceCase[] {
  const make = (name: string, run: (engine: Engine) => Promise<void>): ConformanceCase => ({
    name: `faults: ${name}`,
    group: "faults",
    run,
  });
  return [
    ...Object.entries(faults).map(([name, { run, error, words }]) =>
      make(name, async (engine) => {
        await expectError(name, () => run(engine), error, words);
        await expectWorking(engine);
      }),
    ),
    ...(traits.dtypes.includes("float64")
      ? []
      : [
          make("float64 where the engine has none", (engine) =>
            expectError("float64", () => double(engine), "DTypeError", [engine.name, "f64"]),
          ),
        ]),
    make("an operation that the engine has not, and that can't be said otherwise", expectUnsupported),
    make("a class index that is computed and out of range: nothing crashes", expectNoCrash),
  ];
}

interface Fault {
  readonly run: (engine: Engine) => unknown;
  readonly error: string;
  /** What the message names. */
  readonly words: readonly string[];
}

const rows = [
  [1, 2, 3],
  [4, 5, 6],
];

const posing = '{"kind":"symloss.NDArray","shape":[],"dtype":"float32","data":["(globalThis.x=1)"]}';

function holdingItself(): NestedArray {
  const list: NestedArray[] = [];
  list.push(list);
  return list;
}

/** The array, after its buffer has been transferred. */
function transferred<A extends Float32Array | Int32Array>(array: A): A {
  // Every environment of the library has it, but TypeScript's language library does not declare it.
  const { structuredClone: clone } = globalThis as unknown as {
    structuredClone: (value: unknown, options: { readonly transfer: readonly unknown[] }) => unknown;
  };
  clone(array, { transfer: [array.buffer] });
  return array;
}

/** Calls that must throw. */
const faults: Readonly<Record<string, Fault>> = {
  "shapes that do not broadcast": {
    run: (engine) => evaluate(add([1, 2], [1, 2, 3]), { engine }),
    error: "ShapeError",
    words: ["add", "x", "y", "f32[2]", "f32[3]"],
  },
  "matrices that do not fit": { run: () => matmul(rows, rows), error: "ShapeError", words: ["matmul", "f32[2,3]"] },
  "a reshape to another size": {
    run: () => reshape(rows, [4]),
    error: "ShapeError",
    words: ["reshape", "[4]", "f32[2,3]"],
  },
  "a broadcast that shrinks": { run: () => broadcastTo(rows, [3]), error: "ShapeError", words: ["broadcastTo", "[3]"] },
  "a concat of other shapes": { run: () => concat([rows, [[1], [2], [3]]], 1), error: "ShapeError", words: ["concat"] },
  "a concat of nothing": { run: () => concat([]), error: "ShapeError", words: ["concat", "tensors"] },
  "a permutation that repeats an axis": {
    run: () => transpose(rows, [0, 0]),
    error: "OutOfRangeError",
    words: ["transpose", "permutation"],
  },
  "an axis that is none": { run: () => sum(rows, 2), error: "OutOfRangeError", words: ["sum", "axis", "2"] },
  "the largest of nothing": { run: () => max(zeros([3, 0]), 1), error: "ShapeError", words: ["max", "f32[3,0]"] },
  "argmax of nothing": { run: () => argmax(zeros([0])), error: "ShapeError", words: ["argmax"] },
  "a dtype that is none": {
    run: () => cast(rows, "float16" as never),
    error: "DTypeError",
    words: ["cast", "float16"],
  },
  "lists of different lengths": {
    run: () => ndarray([[1, 2], [3]]),
    error: "ShapeError",
    words: ["ndarray", "values"],
  },
  "an integer that does not fit": {
    run: () => ndarray(new Uint32Array([1, 3_000_000_000])),
    error: "OutOfRangeError",
    words: ["ndarray", "int32", "3000000000"],
  },
  "an equation that can't be read": {
    run: () => einsum("ij->>j", rows),
    error: "OutOfRangeError",
    words: ["einsum", "equation"],
  },
  "an equation that does not fit": {
    run: () => einsum("ij,jk->ik", rows, rows),
    error: "ShapeError",
    words: ["einsum", "j"],
  },

  "an array of another size than its shape": {
    run: () => new NDArray(new Float32Array(3), [2, 2], "float32"),
    error: "ShapeError",
    words: ["NDArray", "[2,2]"],
  },
  "an array of a negative length": {
    run: () => new NDArray(new Float32Array(4), [-2, -2], "float32"),
    error: "ShapeError",
    words: ["NDArray", "shape"],
  },
  "an array that is no typed array of its dtype": {
    run: () => new NDArray(new Float64Array(3), [3], "float32"),
    error: "DTypeError",
    words: ["NDArray", "f32[3]", "Float64Array"],
  },
  "an array of a list": {
    run: () => new NDArray([1, 2, 3] as never, [3], "float32"),
    error: "DTypeError",
    words: ["NDArray", "data"],
  },
  "an array of JSON that poses as one": {
    run: (engine) => evaluate(add(JSON.parse(posing) as never, 1), { engine }),
    error: "DTypeError",
    words: ["add", "x"],
  },
  "a list that holds itself": { run: () => asTensor(holdingItself()), error: "ShapeError", words: ["asTensor"] },
  "a list that holds itself, given to a loss": {
    run: () => huber(holdingItself(), [1]),
    error: "ShapeError",
    words: ["huber", "targets"],
  },
  "a list that holds itself, given to a compiled function": {
    run: (engine) => compile((x: Tensor) => exp(x), { engine })(holdingItself()),
    error: "ShapeError",
    words: ["compile", "argument 0"],
  },
  "an argument whose memory was transferred": {
    run: (engine) => compile((x: Tensor) => exp(x), { engine })(transferred(new Float32Array(3))),
    error: "DTypeError",
    words: ["compile", "argument 0", "transferred"],
  },
  "labels whose memory was transferred": {
    run: async (engine) => {
      const labels = new Int32Array([0, 1]);
      const compiled = compile((x: Tensor, y: Tensor) => sparseSoftmaxCrossentropyLogits(x, y).mean(), { engine });
      await compiled(labels, ndarray(rows));
      await compiled(transferred(labels), ndarray(rows));
    },
    error: "DTypeError",
    words: ["compile", "argument 0", "transferred"],
  },

  "the gradient of what is no scalar": {
    run: (engine) =>
      compile(
        grad((x) => exp(x)),
        { engine },
      )([1, 2]),
    error: "ShapeError",
    words: ["grad", "scalar", "f32[2]"],
  },
  "the gradient by an integer": {
    run: (engine) =>
      compile(
        grad((x) => sum(x)),
        { engine },
      )(new Int32Array([1, 2])),
    error: "DTypeError",
    words: ["grad", "argument 0", "i32[2]"],
  },
  "the gradient of an integer": {
    run: (engine) =>
      compile(
        valueAndGrad((x) => sum(cast(x, "int32"))),
        { engine },
      )([1, 2]),
    error: "DTypeError",
    words: ["valueAndGrad", "float"],
  },
  "the gradient by an argument that is not there": {
    run: (engine) =>
      compile(
        grad((x) => sum(x), { wrt: 1 as never }),
        { engine },
      )([1, 2]),
    error: "OutOfRangeError",
    words: ["grad", "wrt", "1"],
  },
  "an argument that is no array": {
    run: (engine) => compile((x) => exp(x), { engine })("1" as never),
    error: "DTypeError",
    words: ["compile", "argument 0"],
  },
  "a tensor given to a compiled function": {
    run: (engine) => compile((x) => exp(x), { engine })(asTensor([1]) as never),
    error: "DTypeError",
    words: ["compile", "argument 0", "Tensor"],
  },
  "a function that returns no tensor": {
    run: (engine) => compile((() => "1") as never, { engine })(),
    error: "DTypeError",
    words: ["compile", "Tensor"],
  },
  "an async function": {
    run: (engine) => compile((async (x: Tensor) => exp(x)) as never, { engine })([1]),
    error: "DTypeError",
    words: ["compile", "async"],
  },
  "a place for results that is none": {
    run: (engine) => compile((x) => exp(x), { engine, results: "gpu" as never }),
    error: "OutOfRangeError",
    words: ["compile", "results", "gpu"],
  },
  "outputs of another size": {
    run: (engine) => compile((x: Tensor) => exp(x), { engine }).into(new Float32Array(3), ndarray([1, 2])),
    error: "DTypeError",
    words: ["into", "f32[2]"],
  },
  "outputs of another dtype": {
    run: (engine) => compile((x: Tensor) => exp(x), { engine }).into(new Int32Array(2), ndarray([1, 2])),
    error: "DTypeError",
    words: ["into", "f32[2]"],
  },
  "outputs in another structure": {
    run: (engine) => compile((x: Tensor) => [exp(x), x], { engine }).into([new Float32Array(2)], ndarray([1, 2])),
    error: "DTypeError",
    words: ["into", "structure"],
  },

  "a label past the last class": labelFault([0, 3], "3"),
  "a label below 0": labelFault([-1, 0], "-1"),
  "a label that is no integer": labelFault([0.5, 1], "0.5"),
  "a label that is NaN": labelFault([0, NaN], "NaN"),
  "a label that is infinite": labelFault([Infinity, 0], "Infinity"),
  "a label past the last class, in a constant": {
    run: (engine) => evaluate(sparseSoftmaxCrossentropyLogits([0, 3], rows), { engine }),
    error: "OutOfRangeError",
    words: ["sparseSoftmaxCrossentropyLogits", "labels", "3"],
  },
  "a label of the hinge past the last class": {
    run: (engine) =>
      compile((x: Tensor, y: Tensor) => multiclassHingeLoss(x, y), { engine })(
        ndarray(rows),
        new Int32Array([0, 7]) as never,
      ),
    error: "OutOfRangeError",
    words: ["multiclassHingeLoss", "targets", "7"],
  },
  "rows that are not one-hot": {
    run: (engine) =>
      compile((x: Tensor, y: Tensor) => multiclassHingeLoss(x, y), { engine })(
        ndarray(rows),
        ndarray([
          [0, 1, 0],
          [0.5, 0.5, 0],
        ]),
      ),
    error: "OutOfRangeError",
    words: ["multiclassHingeLoss", "targets", "one-hot"],
  },
  "a target of accuracy past the last class": {
    run: (engine) => evaluate(accuracy([0, 3], rows), { engine }),
    error: "OutOfRangeError",
    words: ["accuracy", "targets", "3"],
  },
  "a cluster past the last": {
    run: (engine) => evaluate(clusteringAccuracy([0, 1], [0, 2], 2), { engine }),
    error: "OutOfRangeError",
    words: ["clusteringAccuracy", "predictions", "2"],
  },
  "an index of oneHot past the last": {
    run: (engine) => evaluate(oneHot([0, 4], 4), { engine }),
    error: "OutOfRangeError",
    words: ["oneHot", "indices", "4"],
  },

  "an option that is none": {
    run: () => huber([1], [2], { dleta: 1 } as never),
    error: "OutOfRangeError",
    words: ["huber", "dleta", "delta"],
  },
  "an argument that is none": {
    run: () => huber({ target: [1], predictions: [2] } as never),
    error: "ShapeError",
    words: ["huber", "target", "targets"],
  },
  "an argument too few": {
    run: () => (huber as (x: unknown) => unknown)([1]),
    error: "ShapeError",
    words: ["huber", "predictions"],
  },
  "a negative delta": {
    run: () => hingeLoss([1], [2], { delta: -1 }),
    error: "OutOfRangeError",
    words: ["hingeLoss", "delta", "-1"],
  },
  "targets and predictions that do not broadcast": {
    run: () => squaredDifferences([1, 2], [1, 2, 3]),
    error: "ShapeError",
    words: ["squaredDifferences", "x", "y"],
  },
  "labels of another shape than logits": {
    run: () => softmaxCrossentropyLogits(rows, [[1, 2]]),
    error: "ShapeError",
    words: ["softmaxCrossentropyLogits", "labels", "logits"],
  },
  "a hinge of one class": {
    run: () => multiclassHingeLoss([[1], [2]], [0, 0]),
    error: "ShapeError",
    words: ["multiclassHingeLoss", "predictions"],
  },
  "an axis of explainedVariance that is none": {
    run: () => explainedVariance(rows, rows, { axis: 5 }),
    error: "OutOfRangeError",
    words: ["explainedVariance", "axis", "5"],
  },
  "a variance of 0 that is given when it runs": {
    run: (engine) =>
      compile((x: Tensor, variance: Tensor) => vae(x, x, x, variance), { engine })(
        ndarray([[1, 2]]),
        ndarray([[1, 0]]),
      ),
    error: "OutOfRangeError",
    words: ["vae", "qVariance", "0"],
  },
  "a matrix as covariance": {
    run: () => vae([[1, 2]], [[1, 2]], [[1, 2]], ones([1, 2, 2])),
    error: "ShapeError",
    words: ["vae", "qVariance"],
  },
  "a formula that is none": {
    run: () => vae([[1]], [[1]], [[1]], [[1]], { formula: "right" as never }),
    error: "OutOfRangeError",
    words: ["vae", "formula", "right"],
  },
  "logVarianceX where the seed's formula does not use it": {
    run: () => vaeCompGmm([[0]], [[2]], [[[0]]], [[[0]]], [[[0]]], [[[0]]], [[0]], { logVarianceX: 1 }),
    error: "OutOfRangeError",
    words: ["vaeCompGmm", "logVarianceX"],
  },
  "a mode that is none": {
    run: () =>
      fgmmVae([[0]], [[0]], [0], [0], [[0]], [[0]], [[[0]]], [[[0]]], [[0]], [[0]], [0], { mode: "both" as never }),
    error: "OutOfRangeError",
    words: ["fgmmVae", "mode", "both"],
  },
  "a reduction that is none": {
    run: () => reduce([1], { reduction: "average" as never }),
    error: "OutOfRangeError",
    words: ["reduce", "reduction", "average"],
  },
  "weights that do not broadcast": {
    run: () => reduce([1, 2], { weights: [1, 2, 3] }),
    error: "ShapeError",
    words: ["reduce", "weights"],
  },
};

/** Labels passed when a compiled function runs. */
function labelFault(labels: readonly number[], value: string): Fault {
  return {
    run: (engine) => {
      const compiled = compile((x: Tensor, y: Tensor) => sparseSoftmaxCrossentropyLogits(x, y).mean(), { engine });
      return compiled(
        vectorOf(labels, Number.isInteger(labels[0]) && Number.isInteger(labels[1]) ? "int32" : "float32"),
        ndarray(rows),
      );
    },
    error: "OutOfRangeError",
    words: ["sparseSoftmaxCrossentropyLogits", "labels", value, "0 to 2"],
  };
}

/** Throws unless the engine computes as before after an error. */
async function expectWorking(engine: Engine): Promise<void> {
  const got = await evaluate(mul(add([1, 2, 3], 1), 2), { engine });
  expectArray("after the error", got, { shape: [3], dtype: "float32", values: [4, 6, 8], allowed: () => 0 });
}

function double(engine: Engine): unknown {
  return evaluate(add(ndarray(new Float64Array([1])), 1), { engine });
}

async function expectUnsupported(engine: Engine): Promise<void> {
  const { name, traits } = engine;
  const operations = traits.operations.filter((operation) => operation !== "exp");
  const poorer = variantOf(engine, { traits: { ...traits, operations } });
  const words = ["compile", name, "exp"];
  await expectError("exp", () => evaluate(exp([1, 2]), { engine: poorer }), "UnsupportedOperationError", words);
}

/** An element read out of range may be anything, but those in range must be right, and the engine must survive. */
async function expectNoCrash(engine: Engine): Promise<void> {
  const x = arrayOf([1, 2, 3, 4, 5, 6], [3, 2], "float32");
  const pick = (y: Tensor, shift: Tensor) => takeAlongAxis(y, add(reshape(arange(3), [3, 1]), shift), 1);
  const compiled = compile(pick, { engine });
  const values = [1, 4, 0];
  for (const shift of [0, -1, 1000, -1_000_000]) {
    const got = await compiled(x, vectorOf([shift], "int32"));
    expectThat(got.shape.join() === "3,1", `the result must be f32[3,1], got ${formatType(got.dtype, got.shape)}.`);
    if (shift === 0) {
      const allowed = (index: number) => (index === 2 ? Infinity : 0);
      expectArray("what is in range", got, { shape: [3, 1], dtype: "float32", values, allowed });
    }
  }
  await compiled.dispose();
  await expectWorking(engine);
}
