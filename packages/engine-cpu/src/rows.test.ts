/** Does a row give the same bits whatever the number of rows beside it, and a value the same bits wherever it is computed? */
import {
  type Tensor,
  argmax,
  broadcastTo,
  cast,
  concat,
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
  pad,
  reshape,
  softmax,
  softplus,
  sum,
  takeAlongAxis,
  tanh,
  transpose,
  variance,
  where,
} from "@symloss/core";
import {
  type DType,
  type Engine,
  type Executable,
  type Graph,
  type TypedArray,
  prepare,
  traceGraph,
} from "@symloss/core/engine";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { cpu } from "./index.ts";

let engines: Record<"codegen" | "interpreter", Engine>;

beforeAll(async () => {
  engines = { codegen: await cpu(), interpreter: await cpu({ mode: "interpreter" }) };
});

/** The results; this engine is synchronous. */
function compute(engine: Engine, graph: Graph, values: readonly TypedArray[]): readonly TypedArray[] {
  return (engine.compile(graph) as Executable).run(values) as readonly TypedArray[];
}

/** A computation on each row of x and y separately: `[batch, ..] -> [batch, ..]`, with a vector and a matrix for all rows. */
type RowFunction = (x: Tensor, y: Tensor, shared: { readonly vector: Tensor; readonly matrix: Tensor }) => Tensor;

const rowFunctions: Record<string, RowFunction> = {
  softmax: (x) => softmax(x),
  "a product with log softmax": (x, y) => softmax(x).mul(logSoftmax(y)).sum(1),
  logSumExp: (x, y) => logSumExp(x.mul(3), 1).sub(logSumExp(y, { axis: 1, keepAxes: true }).squeeze(1)),
  "a variance and what is divided by it": (x) =>
    x.sub(mean(x, { axis: 1, keepAxes: true })).div(variance(x, { axis: 1, keepAxes: true }).add(0.1)),
  "cross entropy of sigmoids, summed": (x, y) => softplus(x).sub(x.mul(y)).sum(1),
  "softplus inside other sums": (x, y) => softplus(x.mul(y)).add(x.square()).sum(1).add(y.sum(1)),
  "a vector for all rows": (x, y, { vector }) => x.div(vector).add(y.mul(vector)).add(vector).sum(1),
  "a row for all rows": (x, _, { vector }) =>
    x
      .square()
      .mul(exp(vector.neg()).reshape([1, -1]))
      .add(vector.reshape([1, -1]))
      .sum(1),
  "a matrix for all rows": (x, y, { matrix }) =>
    matmul(x, matrix)
      .relu()
      .add(matmul(y, matrix).sum({ axis: 1, keepAxes: true })),
  "two matrices and a loss": (x, y, { matrix }) =>
    matmul(matmul(x, matrix).tanh(), transpose(matrix)).sub(y).square().sum(1),
  "products of rows": (x, y) => einsum("bi,bi->b", x, y).add(einsum("bi,bj->bij", x, y).max([1, 2])),
  "largest and what is less": (x) => max(x, 1).sub(x.mul(0.3).add(x.mul(0.7)).sum(1)),
  "a normalised row": (x) => div(exp(tanh(x)), sum(exp(tanh(x)), { axis: 1, keepAxes: true })),
  "a part of a normalised row": (x) => softmax(x).slice([0, 0], [undefined, 1]),
  "rows that walk along columns": (x, y) => transpose(transpose(x).mul(transpose(y)).softmax(0)).sum(1),
  "rows merged and parted again": (x, y) =>
    reshape(reshape(x.abs(), [-1]).add(reshape(exp(y), [-1])), x.shape as number[]).sum(1),
  "elements that are looked up": (x) => takeAlongAxis(softmax(x), cast(x.abs(), "int32"), 1).log().sum(1),
  "padded and joined": (x, y) =>
    concat([pad(x.exp(), [0, 1], [0, 2]), y, softmax(y)], 1)
      .square()
      .sum(1),
  "a search": (x, y) => where(argmax(x, 1).equal(argmax(y, 1)), max(x, 1), log(sum(exp(y), 1))),
};

const batches = [1, 2, 5, 33, 130];

function elementsOf(size: number, seed: number, dtype: DType): TypedArray {
  const values = Array.from({ length: size }, (_, index) =>
    Math.fround(2 * Math.sin(index * 1.7 + seed * (1 + (index % 7)))),
  );
  return dtype === "float64" ? Float64Array.from(values) : Float32Array.from(values);
}

/** The results of the first rows, as a string of their bits. */
function bitsOf(results: readonly TypedArray[], batch: number, rows: number): string {
  return results
    .map((result) => {
      const part = result.slice(0, (result.length / batch) * rows);
      return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString("hex");
    })
    .join(" ");
}

function run(engine: Engine, fn: RowFunction, batch: number, length: number, dtype: DType): readonly TypedArray[] {
  const shapes = { x: [batch, length], y: [batch, length], vector: [length], matrix: [length, 6] };
  const graph = prepare(
    traceGraph(
      "rows",
      ({ x, y, vector, matrix }: Readonly<Record<keyof typeof shapes, Tensor>>) => {
        const shared = { vector, matrix };
        const gradients = grad((left: Tensor, right: Tensor) => fn(left, right, shared).square().sum(), {
          wrt: [0, 1],
        });
        return [fn(x, y, shared), ...(gradients(x, y) as readonly Tensor[])];
      },
      Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype }])) as never,
    ),
    engine,
  );
  const values = graph.inputs.map(({ size }, index) => elementsOf(size, index, dtype));
  return compute(engine, graph, values);
}

describe.each(["codegen", "interpreter"] as const)("in mode %s", (mode) => {
  describe.each(["float32", "float64"] as const)("%s", (dtype) => {
    test.each(Object.entries(rowFunctions))("%s: a row has the same bits in every batch", (_, fn) => {
      for (const length of [5, 40]) {
        const alone = run(engines[mode], fn, 1, length, dtype);
        const few = run(engines[mode], fn, 3, length, dtype);
        for (const batch of batches) {
          const results = run(engines[mode], fn, batch, length, dtype);
          expect(bitsOf(results, batch, 1), `a batch of ${batch}`).toBe(bitsOf(alone, 1, 1));
          const rows = Math.min(batch, 3);
          expect(bitsOf(results, batch, rows), `a batch of ${batch}`).toBe(bitsOf(few, 3, rows));
        }
      }
    });

    test.each(["a variance and what is divided by it", "softmax", "cross entropy of sigmoids, summed"])(
      "%s: long rows, and many",
      (name) => {
        const fn = rowFunctions[name]!;
        for (const [length, batch] of [
          [5000, 4],
          [3, 4096],
        ] as const) {
          const alone = run(engines[mode], fn, 1, length, dtype);
          expect(bitsOf(run(engines[mode], fn, batch, length, dtype), batch, 1)).toBe(bitsOf(alone, 1, 1));
        }
      },
    );

    test("row functions put together at random", () => {
      const names = Object.keys(rowFunctions);
      fc.assert(
        fc.property(
          fc.array(fc.constantFrom(...names), { minLength: 2, maxLength: 4 }),
          fc.constantFrom(1, 2, 7, 17),
          fc.constantFrom(...batches.slice(1)),
          (chosen, length, batch) => {
            const chain: RowFunction = (x, y, shared) =>
              chosen.reduce((value, name) => {
                const result = rowFunctions[name]!(value, y, shared);
                if (result.rank === 2 && result.shape[1] === length) return result;
                const each = result.rank === 1 ? result : result.mean(1);
                return value.mul(0.5).add(broadcastTo(each.tanh().expandDims(1), value.shape));
              }, x);
            const alone = run(engines[mode], chain, 1, length, dtype);
            return bitsOf(run(engines[mode], chain, batch, length, dtype), batch, 1) === bitsOf(alone, 1, 1);
          },
        ),
        { numRuns: 15, seed: 1 },
      );
    });
  });
});

describe("one value has one formula", () => {
  const evaluated = (fn: (x: Tensor) => Tensor, values: readonly number[]): number[] => {
    const graph = prepare(
      traceGraph("one", ({ x }: { readonly x: Tensor }) => [fn(x)], { x: { shape: [values.length] } }),
      engines.codegen,
    );
    return [...compute(engines.codegen, graph, [Float32Array.from(values)])[0]!];
  };

  test.each([1, 2, 19, 20])(
    "of %i equal candidates outside and inside a loop the largest is found among all",
    (count) => {
      const rest = new Float32Array(count);
      const slope = grad((w: Tensor) => max(exp(concat([w.reshape([1]), rest]))));
      const graph = prepare(
        traceGraph("largest", ({ w }: { readonly w: Tensor }) => [slope(w)], { w: { shape: [] } }),
        engines.codegen,
      );
      const got = compute(engines.codegen, graph, [Float32Array.of(3.4)])[0]![0];
      expect(got).toBeCloseTo(29.9641, 4);
    },
  );

  test.each([
    ["exp", (x: Tensor) => exp(x)],
    ["log", (x: Tensor) => log(x.abs().add(0.1))],
    ["softplus", (x: Tensor) => softplus(x)],
    ["softmax", (x: Tensor) => softmax(x)],
    ["a share of a number", (x: Tensor) => x.div(x.slice([3], [4]).reshape([])).mul(1)],
    ["what is limited", (x: Tensor) => where(x.abs().mul(1).lessEqual(0.3), x.abs(), 0.3)],
    ["what is joined with others", (x: Tensor) => concat([exp(x), softplus(x)], 0)],
  ] as const)("the largest less any is never below 0, and 0 for the largest: %s", (_, fn) => {
    for (let seed = 0; seed < 20; seed++) {
      const values = [...elementsOf(23, seed, "float32")];
      const gaps = evaluated((x) => max(fn(x)).sub(fn(x)), values);
      const first = evaluated((x) => max(fn(x)).sub(fn(x).slice([0], [1])), values);
      const last = evaluated(
        (x) =>
          fn(x)
            .slice([22], [23])
            .sub(max(fn(x)))
            .neg(),
        values,
      );
      expect([gaps.some((gap) => gap < 0), Math.min(...gaps)]).toEqual([false, 0]);
      expect(first[0]).toBe(gaps[0]);
      expect(last[0]).toBe(gaps[22]);
    }
  });

  test("what is limited is at most the limit, to the last digit", () => {
    const limited = (x: Tensor): Tensor => where(x.abs().lessEqual(0.3), x.abs(), 0.3);
    const gaps = evaluated(
      (x) => limited(x).neg().add(0.3),
      [...elementsOf(1000, 3, "float32")].map((value) => value * 50),
    );
    expect(gaps.some((gap) => gap < 0)).toBe(false);
    expect(gaps.filter((gap) => gap === 0).length).toBeGreaterThan(900);
  });
});
