import { type Tensor, grad } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { elementsOf, gradientsOf, valueOf } from "../../test/on-cpu.ts";
import { huber } from "./huber.ts";
import { squaredDifferences } from "./squared-differences.ts";

describe("huber", () => {
  it("takes the quadratic branch at delta, and has no slope at 0", async () => {
    expect(await valueOf(huber([0, 0, 0], [1, -1, 0]))).toEqual([0.5, 0.5, 0]);
    expect(await gradientsOf((predictions) => huber([0, 0, 0], predictions), [1, -1, 0])).toEqual([[1, -1, 0]]);
  });

  it("is curved at delta, and straight beyond", async () => {
    const slope = (predictions: Tensor) => grad((x) => huber([0, 0, 0], x).sum())(predictions);
    expect(await gradientsOf(slope, [0.5, 1, 1.5])).toEqual([[1, 1, 0]]);
  });

  it("stays finite where the error can't be squared", async () => {
    const errors = [1e30, -1e30, 3e38];
    expect(await elementsOf(huber([0, 0, 0], errors))).toEqual([...new Float32Array([1e30, 1e30, 3e38])]);
    expect(await gradientsOf((targets, predictions) => huber(targets, predictions), [0, 0, 0], errors)).toEqual([
      [-1, 1, -1],
      [1, -1, 1],
    ]);
  });

  it("is infinite, with the slope of the line, for an infinite error", async () => {
    expect(await valueOf(huber([0, 0], [Infinity, -Infinity], { delta: 2 }))).toEqual([Infinity, Infinity]);
    expect(await gradientsOf((predictions) => huber([0, 0], predictions, { delta: 2 }), [Infinity, -Infinity])).toEqual(
      [[2, -2]],
    );
  });

  it("carries NaN", async () => {
    expect(await valueOf(huber([NaN, 0, 0], [0, NaN, 0]))).toEqual([NaN, NaN, 0]);
    expect(await valueOf(huber([0], [1], { delta: [NaN] }))).toEqual([NaN]);
  });

  it("is half of the squared difference where delta has no end, and 0 where it is 0", async () => {
    const [targets, predictions] = [
      [0.5, -20, 3],
      [2, 20, 3],
    ];
    expect(await valueOf(huber(targets, predictions, { delta: Infinity }))).toEqual(
      await valueOf(squaredDifferences(targets, predictions).mul(0.5)),
    );
    expect(await valueOf(huber(targets, predictions, { delta: 0 }))).toEqual([0, 0, 0]);
  });

  it("has a gradient with respect to delta: |error| - delta on the line, 0 on the parabola", async () => {
    const [, , delta] = await gradientsOf(
      (targets, predictions, bend) => huber(targets, predictions, { delta: bend }),
      [0, 0, 0],
      [3, 0.5, -2],
      [1, 1, 0.5],
    );
    expect(delta).toEqual([2, 0, 1.5]);
  });

  it("takes a delta for each column", async () => {
    expect(
      await valueOf(
        huber(
          [
            [0, 0],
            [0, 0],
          ],
          [
            [3, 3],
            [1, 1],
          ],
          { delta: [1, 2] },
        ),
      ),
    ).toEqual([
      [2.5, 4],
      [0.5, 0.5],
    ]);
  });

  it("broadcasts, and sums the gradient over what was repeated", async () => {
    const [targets] = await gradientsOf(
      (t, p) => huber(t, p),
      [[0, 0]],
      [
        [0.5, 3],
        [0.25, -3],
        [1, 3],
      ],
    );
    expect(targets).toEqual([-1.75, -1]);
  });

  it("has the dtype of its arguments", () => {
    expect(huber(new Float64Array(2), 0.1).dtype).toBe("float64");
    expect(huber([1, 2], new Int32Array(2)).dtype).toBe("float32");
    expect(huber(new Int32Array(2), new Int32Array(2)).dtype).toBe("float32");
  });

  it("rounds a number to the precision of the arrays that it meets, and not before", async () => {
    expect(await valueOf(huber(new Float64Array([0]), 0.1, { delta: 0.01 }))).toEqual([0.01 * (0.1 - 0.005)]);
  });

  it("takes a list for the precision of what it meets, whichever is the list", async () => {
    const [zero, far] = [Float64Array.of(0), Float64Array.of(0.3)];
    const wanted = [0.1 * (0.3 - 0.5 * 0.1)];
    expect(await elementsOf(huber(zero, far, { delta: [0.1] }))).toEqual(wanted);
    expect(await elementsOf(huber([0], [0.3], { delta: Float64Array.of(0.1) }))).toEqual(wanted);
    expect(await elementsOf(huber(0, [0.3], { delta: Float64Array.of(0.1) }))).toEqual(wanted);
    expect(huber([0], [0.3], { delta: [0.1] }).dtype).toBe("float32");
  });
});
