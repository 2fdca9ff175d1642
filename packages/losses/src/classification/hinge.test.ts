import { oneHot } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { gradientsOf, valueOf } from "../../test/on-cpu.ts";
import { hingeLoss } from "./hinge.ts";
import { multiclassHingeLoss } from "./multiclass-hinge.ts";

describe("hingeLoss", () => {
  it("has no slope at the margin", async () => {
    expect(await valueOf(hingeLoss([1, -1, 0.5, 2], [1, -1, 1, 1]))).toEqual([0, 0, 0.5, 0]);
    const [gradient] = await gradientsOf((predictions) => hingeLoss(predictions, [1, -1, 1, 1]), [1, -1, 0.5, 2]);
    expect(gradient).toEqual([0, 0, -1, 0]);
  });

  it("has a gradient with respect to delta: 1 within the margin", async () => {
    const [, , delta] = await gradientsOf(
      (p, t, margin) => hingeLoss(p, t, { delta: margin }),
      [0.5, 3, -1],
      [1, 1, 1],
      2,
    );
    expect(delta).toEqual([2]);
  });

  it("carries NaN", async () => {
    expect(await valueOf(hingeLoss([NaN, 1], [1, NaN]))).toEqual([NaN, NaN]);
  });
});

describe("multiclassHingeLoss", () => {
  const scores = [
    [2, 1.5, 1.5],
    [-5, -4.5, -4.75],
    [0, 3, 1],
  ];
  const targets = [0, 2, 1];

  it("is the same for class indices and one-hot rows, value and gradient", async () => {
    const rows = [
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
    ];
    expect(await valueOf(multiclassHingeLoss(scores, rows))).toEqual(
      await valueOf(multiclassHingeLoss(scores, targets)),
    );
    expect(await gradientsOf((p) => multiclassHingeLoss(p, rows), scores)).toEqual(
      await gradientsOf((p) => multiclassHingeLoss(p, targets), scores),
    );
    expect(await valueOf(multiclassHingeLoss(scores, oneHot(targets, 3)))).toEqual([0.5, 1.25, 0]);
  });

  it("shares the gradient among classes that are tied for the best other one", async () => {
    expect(await gradientsOf((p) => multiclassHingeLoss(p, [0]), [[2, 1.5, 1.5]])).toEqual([[-1, 0.5, 0.5]]);
  });

  it("is the binary hinge loss of the difference for two classes", async () => {
    const pairs = [
      [0.5, 0.25],
      [3, 0],
      [-1, 1],
    ];
    const difference = pairs.map(([first, second]) => first! - second!);
    expect(await valueOf(multiclassHingeLoss(pairs, [0, 1, 0]))).toEqual(
      await valueOf(hingeLoss(difference, [1, -1, 1])),
    );
  });

  it("takes a delta for each row, with a gradient", async () => {
    const [, delta] = await gradientsOf(
      (p, margin) => multiclassHingeLoss(p, targets, { delta: margin }),
      scores,
      [1, 0.5, 0.5],
    );
    expect(delta).toEqual([1, 1, 0]);
  });

  it("carries NaN of the right class and of others", async () => {
    expect(
      await valueOf(
        multiclassHingeLoss(
          [
            [NaN, 0],
            [0, NaN],
          ],
          [0, 0],
        ),
      ),
    ).toEqual([NaN, NaN]);
  });

  it("takes a class that is impossible, and an empty batch", async () => {
    expect(await valueOf(multiclassHingeLoss([[2, -Infinity, 1]], [0]))).toEqual([0]);
    expect(await valueOf(multiclassHingeLoss(oneHot(new Int32Array(0), 3), new Int32Array(0)))).toEqual([]);
  });
});
