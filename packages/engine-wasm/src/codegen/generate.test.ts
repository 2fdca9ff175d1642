/** Do loops as vector code compute what the interpreter computes, at every length and across blocks? */
import {
  type NDArray,
  type Tensor,
  arange,
  argmax,
  compile,
  equal,
  evaluate,
  exp,
  explain,
  expandDims,
  max,
  mean,
  ndarray,
  square,
  sum,
  valueAndGrad,
  where,
} from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { accuracy, huber, sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { describe, expect, test } from "vitest";
import { wasm } from "../index.ts";

const engine = await wasm();
const interpreter = await cpu({ mode: "interpreter" });

/** Whole numbers, so that every sum is exact. */
function whole(length: number, seed = 1): Float32Array {
  return Float32Array.from({ length }, (_, index) => ((index * 37 + seed * 11) % 23) - 11);
}

function waves(length: number, seed = 1): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(index * 0.7 + seed));
}

type Arrays = readonly NDArray[];

async function both(fn: (...tensors: Tensor[]) => readonly Tensor[], arrays: Arrays): Promise<[Arrays, Arrays]> {
  const [mine, truth] = [engine, interpreter].map((one) =>
    compile((...given: Tensor[]) => [...fn(...given)], { engine: one }),
  );
  return [await mine!(...arrays), await truth!(...arrays)];
}

const lengths = [1, 2, 3, 4, 5, 7, 8, 11, 13, 15, 16, 17, 19, 23, 31, 33, 61, 64, 67, 127, 257, 1021, 1031];

describe("every length has the same results as the interpreter", () => {
  test.each(lengths)("%d elements", async (length) => {
    const x = ndarray(whole(length), [length]);
    const y = ndarray(whole(length, 2), [length]);
    const [mine, truth] = await both(
      (x, y) => [x!.add(y!), sum(x!), max(x!), argmax(x!, 0), sum(x!.mul(y!)), where(x!.less(y!), x!, 0)],
      [x, y],
    );
    expect(mine).toEqual(truth);
  });

  test.each(lengths)("3 rows of %d", async (length) => {
    const x = ndarray(whole(3 * length), [3, length]);
    const [mine, truth] = await both(
      (x) => [sum(x!, 1), sum(x!, 0), max(x!, 1), max(x!, 0), argmax(x!, 1), argmax(x!, 0)],
      [x],
    );
    expect(mine).toEqual(truth);
  });

  test.each(lengths)("a product with %d columns", async (length) => {
    const x = ndarray(whole(5 * 17), [5, 17]);
    const w = ndarray(whole(17 * length, 3), [17, length]);
    const [mine, truth] = await both((x, w) => [x!.matmul(w!), w!.transpose().matmul(x!.transpose())], [x, w]);
    expect(mine).toEqual(truth);
  });

  test.each(lengths)("distances to %d clusters", async (length) => {
    const x = ndarray(whole(6 * 9), [6, 9]);
    const centers = ndarray(whole(length * 9, 3), [length, 9]);
    const [mine, truth] = await both((x, centers) => [sum(square(expandDims(x!, 1).sub(centers!)), 2)], [x, centers]);
    expect(mine).toEqual(truth);
  });
});

describe("arrays that are longer than a block", () => {
  const length = 300_007;
  const [x, y] = [ndarray(waves(length), [length]), ndarray(waves(length, 2), [length])];

  test("are copied part by part, and summed as a whole", async () => {
    const [mine, truth] = await both((x, y) => [huber(x!, y!), mean(huber(x!, y!))], [x, y]);
    expect(mine[0]!.data).toEqual(truth[0]!.data);
    expect(mine[1]!.item()).toBeCloseTo(truth[1]!.item() as number, 6);
  });

  test("have the same bits where they lie in the engine's memory", async () => {
    const fn = (x: Tensor, y: Tensor) => [huber(x, y), sum(huber(x, y))];
    const [here, there] = [compile(fn, { engine }), compile(fn, { engine, results: "device" })];
    const results = await there(await engine.upload(x), await engine.upload(y));
    const read = [];
    for (const result of results) read.push(await result.read());
    expect(read).toEqual((await here(x, y)).map(({ data }) => data));
  });

  test("rows too", async () => {
    const [rows, classes] = [5003, 61];
    const logits = ndarray(waves(rows * classes), [rows, classes]);
    const labels = ndarray(
      Int32Array.from({ length: rows }, (_, row) => (row * 7) % classes),
      [rows],
    );
    const loss = (labels: Tensor, logits: Tensor) =>
      valueAndGrad((logits: Tensor) => mean(sparseSoftmaxCrossentropyLogits(labels, logits)))(logits);
    const [mine, truth] = await both((labels, logits) => loss(labels!, logits!), [labels, logits]);
    expect(mine[0]!.item()).toBeCloseTo(truth[0]!.item() as number, 6);
    for (const [index, value] of mine[1]!.data.entries())
      expect(Math.abs(value - truth[1]!.data[index]!)).toBeLessThan(1e-9);
  });
});

test("sums have the digits of float64, wherever the numbers stand", async () => {
  const length = 2 ** 20;
  const x = Float32Array.from({ length }, (_, index) => Math.exp(5 * Math.sin(index)));
  const truth = x.reduce((sum, value) => sum + value, 0);
  const result = await evaluate(sum(ndarray(x, [length])), { engine });
  expect(Math.abs((result.item() as number) / truth - 1)).toBeLessThan(1e-7);
});

describe("the element of a label is stored after the others", () => {
  test.each([
    ["the first", 0],
    ["one in the middle", 17],
    ["the last", 36],
    ["one past the end", 37],
    ["a negative one", -1],
    ["the largest integer", 2 ** 31 - 1],
  ])("%s", async (_, label) => {
    const x = ndarray(waves(2 * 37), [2, 37]);
    const labels = ndarray(Int32Array.of(label, 3), [2]);
    const fn = (x: Tensor, labels: Tensor) => [where(equal(expandDims(labels, 1), arange(37)), -1, exp(x))];
    const [mine, truth] = await both((x, labels) => fn(x!, labels!), [x, labels]);
    for (const [index, value] of mine[0]!.data.entries()) expect(value).toBeCloseTo(truth[0]!.data[index]!, 5);
    expect(await explain(fn, { engine }, { shape: [2, 37] }, { shape: [2], dtype: "int32" })).toContain(
      "and an element after them",
    );
  });
});

describe("a target is beaten", () => {
  const classes = 21;
  const row = (change: Readonly<Record<number, number>>): Float32Array => {
    const scores = new Float32Array(classes).fill(-2);
    for (const [index, value] of Object.entries(change)) scores[Number(index)] = value;
    return scores;
  };

  test.each([
    ["by none", row({ 5: 1 }), 5],
    ["by a larger one", row({ 5: 1, 20: 2 }), 5],
    ["by an equal one before it", row({ 3: 1, 5: 1 }), 5],
    ["not by an equal one after it", row({ 5: 1, 6: 1 }), 5],
    ["by NaN", row({ 5: 1, 19: NaN }), 5],
    ["not by NaN after its own", row({ 5: NaN, 19: NaN }), 5],
    ["by NaN before its own", row({ 2: NaN, 5: NaN }), 5],
    ["by all, if it is the least", row({ 5: -3 }), 5],
    ["not by infinity below its own", row({ 5: Infinity, 6: Infinity }), 5],
  ])("%s", async (_, scores, label) => {
    const arrays = [ndarray(Int32Array.of(label), [1]), ndarray(scores, [1, classes])];
    const [mine, truth] = await both((labels, scores) => [accuracy(labels!, scores!)], arrays);
    expect(mine).toEqual(truth);
  });
});

describe("explain", () => {
  test("tells of each loop what it became", async () => {
    const text = await explain(
      (x: Tensor) => exp(x).sub(max(x, { axis: 1, keepAxes: true })),
      { engine },
      { shape: [3, 100] },
    );
    expect(text).toMatch(/i0: one by one, around other loops/);
    expect(text).toMatch(/i1: 4 vectors of 4$/m);
  });

  test("tells what is taken lane by lane", async () => {
    const text = await explain((x: Tensor) => exp(x.transpose()), { engine }, { shape: [3, 100], dtype: "float64" });
    expect(text).toMatch(/lane by lane: output0, exp/);
  });

  test("tells of sums in each lane, and of tiles", async () => {
    const fn = (x: Tensor, centers: Tensor) => [
      sum(square(expandDims(x, 1).sub(centers)), 2),
      x.matmul(centers.transpose()),
    ];
    const text = await explain(fn, { engine }, { shape: [100, 32] }, { shape: [64, 32] });
    expect(text).toMatch(/with a sum in each lane over i\d+/);
    expect(text).toMatch(/multiply 100 by 32 by 64: tiles of 4 x 2 sums/);
  });
});
