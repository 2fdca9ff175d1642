/** Is ctc the sum over all alignments, also of nothing, and does it keep its digits over many steps and in its second derivative? */
import { type NDArray, type Tensor, compile, evaluate, grad, mul, ndarray, square, sum } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { expect, test } from "vitest";
import { ctc } from "./ctc.ts";

const engine = await cpu();

/** Logits without a pattern, [1, time, classes] of float64. */
function logitsOf(time: number, classes: number): NDArray {
  const values = Float64Array.from({ length: time * classes }, (_, index) => 2 * Math.sin(1 + index * 1.7));
  return ndarray(values, [1, time, classes]);
}

/** Minus the log of the sum of the probabilities of every path that says the labels. */
function byEnumeration(labels: readonly number[], logits: NDArray, blank: number): number {
  const [, time, classes] = logits.shape as [number, number, number];
  const rows = Array.from({ length: time }, (_, step) =>
    Array.from(logits.data.subarray(step * classes, (step + 1) * classes)),
  );
  const said = rows.map((row) => {
    const total = row.reduce((all, x) => all + Math.exp(x), 0);
    return row.map((x) => Math.exp(x) / total);
  });
  const paths = (step: number, last: number, next: number): number => {
    if (step === time) return next === labels.length ? 1 : 0;
    return said[step]!.reduce((all, probability, index) => {
      if (index === blank || index === last) return all + probability * paths(step + 1, index, next);
      return index === labels[next] ? all + probability * paths(step + 1, index, next + 1) : all;
    }, 0);
  };
  return -Math.log(paths(0, blank, 0));
}

test.each([
  [[1, 2], 0, 5],
  [[1, 1], 0, 4],
  [[2], 0, 1],
  [[], 0, 3],
  [[0, 1, 1], 2, 6],
  [[0, 1, 0], -1, 4],
])("of labels %j with blank %i in %i steps it is that of all paths", async (labels, blank, time) => {
  const logits = logitsOf(time, 3);
  const given = ndarray(Int32Array.from(labels), [1, labels.length]);
  const [loss] = (await evaluate(ctc(given, logits, { blank }), { engine })).data;
  expect(loss).toBeCloseTo(byEnumeration(labels, logits, blank < 0 ? 3 + blank : blank), 12);
});

test("of no step it is 0 for no label, and impossible for any", async () => {
  const none = ndarray(new Float32Array(0), [2, 0, 3]);
  expect((await evaluate(ctc(ndarray(new Int32Array(0), [2, 0]), none), { engine })).toArray()).toEqual([0, 0]);
  expect((await evaluate(ctc([[1], [2]], none), { engine })).toArray()).toEqual([Infinity, Infinity]);
});

test("of no row it is nothing", async () => {
  const loss = ctc(ndarray(new Int32Array(0), [0, 2]), ndarray(new Float32Array(0), [0, 4, 3]));
  expect((await evaluate(loss, { engine })).shape).toEqual([0]);
});

test("float32 keeps its digits over many steps", async () => {
  const labels = Int32Array.from({ length: 30 }, (_, index) => 1 + ((index * 7) % 11));
  const run = compile(
    (said, x) => {
      const value = (y: Tensor) => sum(ctc(said, y));
      return [value(x), grad(value)(x)];
    },
    { engine },
  );
  const exact = logitsOf(200, 12);
  const given = ndarray(labels, [1, 30]);
  const [[want, slopes], [got, rounded]] = [
    await run(given, exact),
    await run(given, ndarray(exact, undefined, "float32")),
  ] as [[NDArray, NDArray], [NDArray, NDArray]];
  expect(Math.abs(got.item() / want.item() - 1)).toBeLessThan(1e-6);
  const errors = [...slopes.data].map((slope, index) => Math.abs(slope - rounded.data[index]!));
  expect(Math.max(...errors)).toBeLessThan(1e-5);
});

test("its second derivative is that of differences", async () => {
  const labels = ndarray(Int32Array.of(1, 2, 1), [1, 3]);
  const slopes = (y: Tensor): Tensor => grad((z) => sum(ctc(labels, z)))(y);
  const first = compile((y) => slopes(y), { engine });
  const second = compile((y) => grad((z) => sum(mul(square(slopes(z)), 0.5)))(y), { engine });
  const logits = logitsOf(6, 3);
  const got = await second(logits);
  const energy = async (index: number, by: number): Promise<number> => {
    const moved = logits.data.slice();
    moved[index]! += by;
    return [...(await first(ndarray(moved, [1, 6, 3]))).data].reduce((all, slope) => all + (slope * slope) / 2, 0);
  };
  for (const index of [0, 7, 17]) {
    const difference = ((await energy(index, 1e-4)) - (await energy(index, -1e-4))) / 2e-4;
    expect(got.data[index]).toBeCloseTo(difference, 7);
  }
});

test.each([3, -4])("a blank of %i among 3 classes is refused", (blank) => {
  expect(() => ctc([[1]], logitsOf(2, 3), { blank })).toThrow(
    `ctc: blank must be one of 3 classes, from -3 to 2, got ${blank}.`,
  );
});
