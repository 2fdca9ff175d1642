import {
  type Tensor,
  add,
  argmax,
  concat,
  exp,
  less,
  logSoftmax,
  matmul,
  mul,
  pad,
  softmax,
  sub,
  sum,
  takeAlongAxis,
  transpose,
  where,
} from "@symloss/core";
import { describe, expect, test } from "vitest";
import { arrayOf, vectorOf } from "../data.ts";
import { scatterAdd } from "../operations/indexing.ts";
import { derivativeAtZero, gradientByDifferences, weightedOutput } from "./differentiate.ts";
import { einsumByLoops } from "./einsum.ts";
import { evaluateGraph } from "./evaluate.ts";
import { type TensorFunction, predict, traceOf } from "./predict.ts";

const matrix = arrayOf([1, 2, 3, 4, 5, 6], [2, 3], "float32");
const strict = { precision: "float32", nonFinite: "strict" } as const;

function values(fn: TensorFunction, ...arrays: Parameters<typeof predict>[1]): number[][] {
  const graph = traceOf(fn, arrays);
  const results = evaluateGraph(
    graph,
    arrays.map(({ data }) => [...data]),
  );
  return graph.outputs.map((output) => [...results.get(output)!]);
}

describe("the oracle", () => {
  test("moves elements", () => {
    expect(values((x) => [transpose(x), pad(x, [0, 1], [1, 0]), concat([x, x], 1)], matrix)).toEqual([
      [1, 4, 2, 5, 3, 6],
      [0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0],
      [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6],
    ]);
  });

  test("reduces, multiplies, picks and scatters", () => {
    const index = arrayOf([2, 0], [2, 1], "int32");
    const places = arrayOf([0, 0, 1, 1, 1, 1], [2, 3], "int32");
    expect(
      values(
        (x, i, j) => [
          sum(x, 0),
          sum(x),
          argmax(x, 1),
          matmul(x, transpose(x)),
          takeAlongAxis(x, i, 1),
          scatterAdd(x, j, 1, 2),
        ],
        matrix,
        index,
        places,
      ),
    ).toEqual([[5, 7, 9], [21], [2, 2], [14, 32, 32, 77], [3, 4], [3, 3, 0, 15]]);
  });

  test("normalises rows of any size", () => {
    const [soft, log] = values((x) => [softmax(x), logSoftmax(x)], arrayOf([1e4, 1e4, -1e4, 0], [2, 2], "float64"));
    expect(soft).toEqual([0.5, 0.5, 0, 1]);
    expect(log).toEqual([-Math.LN2, -Math.LN2, -1e4, 0]);
  });

  test("sums by Einstein's rule", () => {
    const y = arrayOf([1, 0, 2, -1, 0, 1], [3, 2], "float32");
    expect(einsumByLoops("ij,jk->ik", [matrix, y])).toEqual({
      shape: [2, 2],
      values: [5, 1, 14, 1],
      scale: [5, 5, 14, 11],
    });
    expect(einsumByLoops("ij->ji", [matrix]).values).toEqual([1, 4, 2, 5, 3, 6]);
    expect(einsumByLoops("...j->...", [matrix]).values).toEqual([6, 15]);
    expect(einsumByLoops("ba", [matrix])).toMatchObject({ shape: [3, 2], values: [1, 4, 2, 5, 3, 6] });
  });
});

describe("the error bounds", () => {
  const allowed = (fn: TensorFunction, ...arrays: Parameters<typeof predict>[1]) => {
    const [first] = predict(traceOf(fn, arrays), arrays, strict);
    return Array.from(first!.values, (_, index) => first!.allowed(index));
  };
  const x = vectorOf([1, 2], "float32");

  test("are half a unit for one addition, and nothing for movement", () => {
    expect(allowed((y) => transpose(y), matrix)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const bound of allowed((y) => add(y, 1), x)) expect(bound).toBeLessThan(0.6 * 3 * 2 ** -23);
  });

  test("grow where numbers cancel", () => {
    const [near] = allowed((y) => sub(mul(exp(y), 1000), 2718.28), vectorOf([1], "float32"));
    expect(near).toBeGreaterThan(1e-4);
    expect(near).toBeLessThan(1e-2);
  });

  test("leave open what hangs on rounding, and nothing else", () => {
    const root = vectorOf([2, 3], "float32");
    const compare = (y: Tensor) => less(mul(mul(y, 1 / 3), 3), y);
    expect(allowed((y) => compare(y), root).every((bound) => bound >= 1)).toBe(true);
    expect(allowed((y) => less(mul(y, 1 / 3), y), root)).toEqual([0, 0]);
    const [chosen] = allowed((y) => where(compare(y), y, add(y, 5)), vectorOf([2], "float32"));
    expect(chosen).toBeGreaterThan(5);
  });

  test("leave infinities open where an engine does", () => {
    const [first] = predict(
      traceOf((y) => exp(y), [vectorOf([1000, 1], "float32")]),
      [vectorOf([1000, 1], "float32")],
      { precision: "gpu", nonFinite: "unspecified" },
    );
    expect(first!.allowed(0)).toBe(Infinity);
    expect(first!.allowed(1)).toBeLessThan(1e-4);
  });
});

describe("differences", () => {
  test("find derivatives of smooth functions to ten digits", () => {
    const { value, error } = derivativeAtZero((step) => Math.exp(1 + step), 2 ** -6);
    expect(Math.abs(value - Math.E)).toBeLessThan(1e-10);
    expect(error).toBeLessThan(1e-9);
  });

  test("say so where there is a kink", () => {
    expect(derivativeAtZero((step) => Math.abs(step + 1e-3), 2 ** -6).error).toBeGreaterThan(1e-4);
  });

  test("find the gradient of a graph", () => {
    const x = vectorOf([1, 2, 3], "float64");
    const scalar = weightedOutput(
      traceOf((y) => mul(y, sum(y)), [x]),
      [[1, 1, 1]],
    );
    for (const { value } of gradientByDifferences(scalar, [[1, 2, 3]], 0)) expect(value).toBeCloseTo(12, 9);
  });
});
