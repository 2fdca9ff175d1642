import { type Tensor, add, asTensor, evaluate, grad, oneHot, softmax } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { describe, expect, it } from "vitest";
import { elementsOf, gradientsOf, valueOf } from "../../test/on-cpu.ts";
import { softmaxCrossentropyLogits } from "./softmax-crossentropy.ts";
import { sparseSoftmaxCrossentropyLogits } from "./sparse-softmax-crossentropy.ts";

const logits = [
  [0.5, -1, 2],
  [3, 0, -2],
  [-0.25, 0.125, 0],
];
const labels = [2, 1, 0];

describe("softmaxCrossentropyLogits and sparseSoftmaxCrossentropyLogits", () => {
  it("agree, value and gradient, where the distribution is one-hot", async () => {
    const dense = (z: typeof logits) => softmaxCrossentropyLogits(oneHot(labels, 3), z);
    expect(await valueOf(dense(logits))).toEqual(await valueOf(sparseSoftmaxCrossentropyLogits(labels, logits)));
    const [fromDense] = await gradientsOf((z) => softmaxCrossentropyLogits(oneHot(labels, 3), z), logits);
    const [fromSparse] = await gradientsOf((z) => sparseSoftmaxCrossentropyLogits(labels, z), logits);
    expect(fromDense).toEqual(fromSparse);
  });

  it("have softmax minus the label as gradient", async () => {
    const [gradient] = await gradientsOf((z) => sparseSoftmaxCrossentropyLogits(labels, z), logits);
    const expected = await elementsOf(softmax(logits).sub(oneHot(labels, 3)));
    for (const [index, value] of gradient!.entries()) expect(value).toBeCloseTo(expected[index]!, 6);
  });

  it("do not change where all logits of a row are shifted", async () => {
    const shifted = add(logits, [[1024], [-1024], [0]]);
    const [far, near] = [
      await elementsOf(sparseSoftmaxCrossentropyLogits(labels, shifted)),
      await elementsOf(sparseSoftmaxCrossentropyLogits(labels, logits)),
    ];
    for (const [index, value] of far.entries()) expect(value).toBeCloseTo(near[index]!, 4);
  });

  it("are finite and right at logits of 10000", async () => {
    const extreme = [
      [1e4, -1e4],
      [-1e4, 1e4],
    ];
    expect(await valueOf(sparseSoftmaxCrossentropyLogits([0, 0], extreme))).toEqual([0, 20000]);
    expect(await gradientsOf((z) => sparseSoftmaxCrossentropyLogits([0, 0], z), extreme)).toEqual([[0, 0, -1, 1]]);
  });

  it("see nothing of a class without label and probability", async () => {
    const impossible = [[0, -Infinity, 0]];
    expect(await elementsOf(softmaxCrossentropyLogits([[0.5, 0, 0.5]], impossible))).toEqual([Math.fround(Math.LN2)]);
    const [byLabels, byLogits] = await gradientsOf((y, z) => softmaxCrossentropyLogits(y, z), [[1, 0, 0]], impossible);
    expect(byLabels![1]).toBe(0);
    expect(byLogits).toEqual([-0.5, 0, 0.5]);
    expect(await gradientsOf((z) => sparseSoftmaxCrossentropyLogits([0], z), impossible)).toEqual([[-0.5, 0, 0.5]]);
  });

  it("are infinite where the label is impossible", async () => {
    expect(await valueOf(softmaxCrossentropyLogits([[0, 1]], [[0, -Infinity]]))).toEqual([Infinity]);
    expect(await valueOf(sparseSoftmaxCrossentropyLogits([1], [[0, -Infinity]]))).toEqual([Infinity]);
  });

  it("carry NaN, from a class without label too", async () => {
    expect(
      await valueOf(
        softmaxCrossentropyLogits(
          [
            [1, 0],
            [1, 0],
          ],
          [
            [0, NaN],
            [0, 0],
          ],
        ),
      ),
    ).toEqual([NaN, expect.closeTo(Math.LN2, 6)]);
    expect(await valueOf(sparseSoftmaxCrossentropyLogits([0], [[0, NaN]]))).toEqual([NaN]);
    expect(await valueOf(softmaxCrossentropyLogits([[NaN, 0]], [[0, 0]]))).toEqual([NaN]);
  });

  it("are 0 of one class, and empty of an empty batch", async () => {
    expect(await valueOf(sparseSoftmaxCrossentropyLogits([0, 0], [[5], [-3]]))).toEqual([0, 0]);
    expect(await valueOf(sparseSoftmaxCrossentropyLogits(new Int32Array(0), logitsOfNothing()))).toEqual([]);
    expect(await valueOf(softmaxCrossentropyLogits(logitsOfNothing(), logitsOfNothing()))).toEqual([]);
  });

  it("take any leading axes, and none", async () => {
    expect(
      sparseSoftmaxCrossentropyLogits(
        [[0, 1]],
        [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
      ).shape,
    ).toEqual([1, 2]);
    expect(await valueOf(sparseSoftmaxCrossentropyLogits(1, [0, 0]))).toBeCloseTo(Math.LN2, 6);
    expect(
      await valueOf(
        softmaxCrossentropyLogits(
          [0, 1],
          [
            [0, 0],
            [0, 0],
          ],
        ),
      ),
    ).toEqual([expect.closeTo(Math.LN2, 6), expect.closeTo(Math.LN2, 6)]);
  });

  it("take labels of any integer kind", async () => {
    const expected = await valueOf(sparseSoftmaxCrossentropyLogits(labels, logits));
    for (const kind of [
      new Int32Array(labels),
      new Uint8Array(labels),
      new Float32Array(labels),
      BigInt64Array.from(labels.map(BigInt)),
    ]) {
      expect(await valueOf(sparseSoftmaxCrossentropyLogits(kind, logits))).toEqual(expected);
    }
  });

  it.each(["codegen", "interpreter"] as const)(
    "keep their digits, value and gradient, of a sure and right prediction: %s",
    async (mode) => {
      const one = await cpu({ mode });
      const gaps = [5, 10, 12, 17, 20];
      const rows = gaps.map((gap) => [gap, 0]);
      const losses = {
        sparse: (z: Tensor) => sparseSoftmaxCrossentropyLogits(new Int32Array(gaps.length), z),
        dense: (z: Tensor) => softmaxCrossentropyLogits([[1, 0]], z),
        smooth: (z: Tensor) =>
          softmaxCrossentropyLogits(
            [
              [0.5, 0],
              [0.5, 0],
            ],
            z.slice([0], [2]),
          ),
      };
      for (const [name, loss] of Object.entries(losses)) {
        const [value, gradient] = await evaluate([loss(asTensor(rows)), grad((z: Tensor) => loss(z).sum())(rows)], {
          engine: one,
        });
        const factor = name === "smooth" ? 0.5 : 1;
        for (const [row, got] of value!.data.entries()) {
          const off = 1 / (1 + Math.exp(gaps[row]!));
          expect(got / (factor * Math.log1p(Math.exp(-gaps[row]!)))).toBeCloseTo(1, 5);
          expect(gradient!.data[2 * row]! / (-factor * off)).toBeCloseTo(1, 5);
          expect(gradient!.data[2 * row + 1]! / (factor * off)).toBeCloseTo(1, 5);
        }
      }
    },
  );

  it("have a second derivative, also of a sure prediction", async () => {
    for (const loss of [
      (z: Tensor) => sparseSoftmaxCrossentropyLogits([0, 1], z),
      (z: Tensor) =>
        softmaxCrossentropyLogits(
          [
            [1, 0, 0],
            [0, 1, 0],
          ],
          z,
        ),
    ]) {
      const rows = [
        [3, 0, 0],
        [0.5, -1, 2],
      ];
      const slope = (z: Tensor) =>
        grad((x: Tensor) => loss(x).sum())(z)
          .mul([[1, 0, 0]])
          .sum();
      const [curvature] = await gradientsOf(slope, rows);
      const p = await elementsOf(softmax(rows));
      const wanted = p.map((value, index) => p[index < 3 ? 0 : 3]! * ((index % 3 === 0 ? 1 : 0) - value));
      for (const [index, value] of curvature!.entries()) expect(value).toBeCloseTo(wanted[index]!, 6);
    }
  });
});

function logitsOfNothing() {
  return oneHot(new Int32Array(0), 3);
}
