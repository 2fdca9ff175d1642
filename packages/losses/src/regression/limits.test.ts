/** Where does a loss of numbers become another one, and what is it where its formula has no answer? */
import { type Tensor, type TensorLike, grad, sub } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { elementsOf, gradientsOf, valueOf } from "../../test/on-cpu.ts";
import {
  absoluteDifferences,
  absolutePercentageErrors,
  cosineDistance,
  cosineSimilarity,
  epsilonInsensitive,
  gaussianNll,
  gaussianNllLog,
  huber,
  pinball,
  poissonNll,
  poissonNllLog,
  rootMeanSquaredError,
  smoothL1,
  squaredDifferences,
  squaredLogDifferences,
} from "./index.ts";

const targets = [0, 1, -2, 3];
const predictions = [0.25, 3, -2, -1];

async function expectSame(left: Tensor, right: Tensor): Promise<void> {
  const wanted = await elementsOf(right);
  expect(await elementsOf(left)).toEqual(wanted.map((value) => expect.closeTo(value, 5) as number));
}

describe("smoothL1", () => {
  it("is huber over its delta, value and gradients", async () => {
    for (const beta of [0.5, 2]) {
      const scaled = (t: TensorLike, p: TensorLike) => huber(t, p, { delta: beta }).div(beta);
      await expectSame(smoothL1(targets, predictions, { beta }), scaled(targets, predictions));
      expect(await gradientsOf((t, p) => smoothL1(t, p, { beta }), targets, predictions)).toEqual(
        await gradientsOf(scaled, targets, predictions),
      );
    }
  });

  it("is the absolute difference with beta 0, a number or an element of a tensor", async () => {
    for (const beta of [0, [0, 0, 0, 0]]) {
      await expectSame(smoothL1(targets, predictions, { beta }), absoluteDifferences(targets, predictions));
      expect(await gradientsOf((t, p) => smoothL1(t, p, { beta }), targets, predictions)).toEqual(
        await gradientsOf((t, p) => absoluteDifferences(t, p), targets, predictions),
      );
    }
  });

  it("is never squared where it is a line", async () => {
    expect(await elementsOf(smoothL1([0, 0], [1e30, Infinity]))).toEqual([Math.fround(1e30), Infinity]);
    expect(await gradientsOf((p) => smoothL1([0, 0], p), [1e30, Infinity])).toEqual([[1, 1]]);
  });
});

describe("squaredLogDifferences", () => {
  it("keeps the digits of small numbers, and of small differences of large ones", async () => {
    const [small] = await elementsOf(squaredLogDifferences([1e-6], [3e-6]));
    expect(small! / 4e-12).toBeCloseTo(1, 4);
    const wide = squaredLogDifferences(Float64Array.of(1e6), Float64Array.of(1e6 + 1e-3));
    expect((await elementsOf(wide))[0]! / 1e-18).toBeCloseTo(1, 4);
  });

  it("has the gradient of the formula on both sides of its branch, of every order", async () => {
    const second = (p: Tensor) => grad((x) => squaredLogDifferences([1, 1], x).sum())(p);
    const [slopes] = await gradientsOf((p) => squaredLogDifferences([1, 1], p), [1.5, 7]);
    const [curves] = await gradientsOf(second, [1.5, 7]);
    const log = (p: number) => Math.log((1 + p) / 2);
    for (const [index, p] of [1.5, 7].entries()) {
      expect(slopes![index]).toBeCloseTo((2 * log(p)) / (1 + p), 6);
      expect(curves![index]).toBeCloseTo((2 - 2 * log(p)) / (1 + p) ** 2, 6);
    }
  });
});

describe("absolutePercentageErrors", () => {
  it("is the absolute difference where every target has size 1", async () => {
    await expectSame(absolutePercentageErrors([1, -1], [3, 0.5]), absoluteDifferences([1, -1], [3, 0.5]));
  });
});

describe("gaussianNll", () => {
  it("is half the squared difference where the variance is 1", async () => {
    await expectSame(gaussianNll(targets, predictions, 1), squaredDifferences(targets, predictions).mul(0.5));
  });

  it("is that of log variances", async () => {
    const log = [-2, 0, 1, 3];
    await expectSame(gaussianNll(targets, predictions, log.map(Math.exp)), gaussianNllLog(targets, predictions, log));
  });

  it("lets a variance below epsilon grow again", async () => {
    const [, , byVariance] = await gradientsOf((t, p, v) => gaussianNll(t, p, v), [0], [1], [1e-9]);
    expect(byVariance![0]!).toBeLessThan(-1e11);
  });

  it("costs s / 2 where the prediction is exact, however small the variance", async () => {
    expect(await valueOf(gaussianNllLog([1], [1], [-400]))).toEqual([-200]);
    expect(await gradientsOf((t, p, s) => gaussianNllLog(t, p, s), [1], [1], [-400])).toEqual([[0], [0], [0.5]]);
  });
});

describe("cosineDistance", () => {
  it("is one minus the similarity, and keeps its digits where that has none", async () => {
    const [left, right] = [[[1, 2, 3]], [[3, -1, 2]]];
    const similarity = (await elementsOf(cosineSimilarity(left, right)))[0]!;
    expect((await elementsOf(cosineDistance(left, right)))[0]).toBeCloseTo(1 - similarity, 6);
    const [near] = await elementsOf(cosineDistance([[1, 0]], [[1, 1e-4]]));
    expect(near! / 5e-9).toBeCloseTo(1, 4);
  });

  it("takes vectors of any length, along any axis", async () => {
    const tall = [[3e30], [4e30]];
    const short = [[4e-30], [3e-30]];
    expect((await elementsOf(cosineDistance(tall, short, { axis: 0 })))[0]).toBeCloseTo(0.04, 6);
    expect(await valueOf(cosineDistance([0, 0], [1, 2]))).toBe(1);
    expect(await gradientsOf((x, y) => cosineDistance(x, y), [0, 0], [1, 2])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe("rootMeanSquaredError", () => {
  it("is the absolute difference of a single element, and has no slope at a perfect fit", async () => {
    expect(await valueOf(rootMeanSquaredError([2], [5]))).toBe(3);
    expect(await gradientsOf((p) => rootMeanSquaredError([2, 1], p), [2, 1])).toEqual([[0, 0]]);
  });

  it("does not overflow where it is in range", async () => {
    expect((await elementsOf(rootMeanSquaredError([0, 0], [3e30, 3e30])))[0]! / 3e30).toBeCloseTo(1, 6);
  });

  it("is NaN of nothing", async () => {
    expect(await valueOf(rootMeanSquaredError([], []))).toBeNaN();
  });
});

describe("poissonNll", () => {
  const counts = [0, 1, 3, 2.5];
  const means = [0.5, 1, 4, 2];

  it("is that of log means, also in full", async () => {
    for (const full of [false, true]) {
      await expectSame(
        poissonNll(counts, means, { full }),
        poissonNllLog(
          counts,
          means.map((mean) => Math.log(mean)),
          { full },
        ),
      );
    }
  });

  it("adds the logarithm of the factorial, exactly", async () => {
    const constant = poissonNll([0, 1, 2, 5], [1, 1, 1, 1], { full: true }).sub(1);
    await expectSame(constant, sub([0, 0, Math.LN2, Math.log(120)], 0));
  });

  it("costs nothing where nothing is expected and nothing comes", async () => {
    expect(await valueOf(poissonNll([0], [0]))).toEqual([0]);
    expect(await gradientsOf((t, p) => poissonNll(t, p), [0], [0])).toEqual([[0], [1]]);
    expect(await valueOf(poissonNllLog([0], [-Infinity]))).toEqual([0]);
    expect(await valueOf(poissonNll([1], [0]))).toEqual([Infinity]);
  });
});

describe("pinball", () => {
  it("has a gradient by the quantile, and none at an exact prediction", async () => {
    const gradients = await gradientsOf(
      (t, p, q) => pinball(t, p, { quantile: q }),
      [3, 0, 1],
      [1, 1, 1],
      [0.75, 0.75, 0.75],
    );
    expect(gradients).toEqual([
      [0.75, -0.25, 0],
      [-0.75, 0.25, 0],
      [2, -1, 0],
    ]);
  });

  it("is least at the quantile of its targets", async () => {
    const data = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const [everyTime, each] = [data.map(() => data), data.map((value) => [value])];
    const costs = await elementsOf(pinball(everyTime, each, { quantile: 0.75 }).sum(-1));
    expect(data[costs.indexOf(Math.min(...costs))]).toBe(7);
  });
});

describe("epsilonInsensitive", () => {
  it("costs nothing up to epsilon, and has no gradient at it", async () => {
    for (const squared of [false, true]) {
      const call = (p: TensorLike, e: TensorLike) => epsilonInsensitive([0, 0, 0], p, { epsilon: e, squared });
      expect(await elementsOf(call([0.5, -0.5, 0.25], 0.5))).toEqual([0, 0, 0]);
      expect(await gradientsOf(call, [0.5, -0.5, 0.25], [0.5, 0.5, 0.5])).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
    }
  });
});
