/** Is perplexity the exponential of the mean cross entropy of the tokens that count? */
import { type NDArray, evaluate, grad, ndarray } from "@symloss/core";
import { expect, test } from "vitest";
import { engine } from "../../test/on-cpu.ts";
import { sparseSoftmaxCrossentropyLogits } from "../classification/sparse-softmax-crossentropy.ts";
import { reduce } from "../reduce.ts";
import { perplexity } from "./perplexity.ts";

const logits = ndarray(
  Float64Array.from({ length: 24 }, (_, index) => Math.sin(7 * index)),
  [2, 3, 4],
);
const labels = ndarray(Int32Array.of(0, 3, 2, 1, -100, 0), [2, 3]);

test("of the tokens that are neither ignored nor masked", async () => {
  const mask = [
    [true, true, false],
    [true, true, true],
  ];
  const kept = ndarray(Uint8Array.of(1, 1, 0, 1, 0, 1), [2, 3], "bool");
  const known = ndarray(Int32Array.of(0, 3, 2, 1, 0, 0), [2, 3]);
  const mean = reduce(sparseSoftmaxCrossentropyLogits(known, logits), { mask: kept });
  const wanted = Math.exp((await evaluate(mean, { engine })).item());
  const got = await evaluate(perplexity(labels, logits, { ignoreIndex: -100, mask }), { engine });
  expect(got.item()).toBeCloseTo(wanted, 12);
});

test("is the number of classes where all are as likely, and NaN of no token", async () => {
  const even = ndarray(new Float32Array(20), [4, 5]);
  expect((await evaluate(perplexity([0, 1, 2, 3], even), { engine })).item()).toBeCloseTo(5, 5);
  expect((await evaluate(perplexity([-1, -1, -1, -1], even, { ignoreIndex: -1 }), { engine })).item()).toBeNaN();
});

test("has a gradient by differences, and none at tokens that do not count, whatever they hold", async () => {
  const spoiled = ndarray(logits.data.slice(), [2, 3, 4]);
  spoiled.data.fill(NaN, 16, 20);
  const at = (x: NDArray) => perplexity(labels, x, { ignoreIndex: -100 });
  const gradient = await evaluate(grad((x) => perplexity(labels, x, { ignoreIndex: -100 }))(spoiled), { engine });
  expect([...gradient.data.subarray(16, 20)]).toEqual([0, 0, 0, 0]);
  for (const place of [0, 7, 13]) {
    const moved = (step: number) => {
      const data = spoiled.data.slice();
      data[place]! += step;
      return at(ndarray(data, [2, 3, 4]));
    };
    const [above, below] = [await evaluate(moved(1e-5), { engine }), await evaluate(moved(-1e-5), { engine })];
    expect(gradient.data[place]).toBeCloseTo((above.item() - below.item()) / 2e-5, 6);
  }
});
