import { describe, expect, it } from "vitest";
import { elementsOf, gradientsOf } from "../../test/on-cpu.ts";
import { normalDivergence, normalEntropy, normalLogProbability } from "../distribution/normal.ts";
import { vae } from "./vae.ts";

const x = [
  [0.5, -1, 2],
  [0, 1, -0.5],
];
const xHat = [
  [0.25, -1.5, 1],
  [0, 0.5, 0.5],
];
const qMean = [
  [0.5, -0.25],
  [1, 2],
];
const qVariance = [
  [0.5, 2],
  [1, 0.125],
];
const zMean = [0.5, -1];
const zVariance = [2, 0.5];

/** The integral of a function over the real line, by the trapezoidal rule, which is exact to rounding for such smooth ones. */
function integrate(f: (z: number) => number): number {
  const step = 0.01;
  let total = 0;
  for (let z = -40; z <= 40; z += step) total += f(z) * step;
  return total;
}

const logDensity = (z: number, mean: number, variance: number) =>
  -0.5 * (Math.log(2 * Math.PI * variance) + (z - mean) ** 2 / variance);

/** The expectation under one normal distribution of the difference of the log densities. */
function divergenceByIntegration(mean: number, variance: number, toMean: number, toVariance: number): number {
  return integrate((z) => {
    const log = logDensity(z, mean, variance);
    return Math.exp(log) * (log - logDensity(z, toMean, toVariance));
  });
}

const logLikelihood = (row: number) => x[row]!.reduce((sum, value, d) => sum + logDensity(xHat[row]![d]!, value, 1), 0);

describe("vae", () => {
  it("is under corrected the expectation that the bound demands, computed as an integral", async () => {
    const losses = await elementsOf(vae(x, xHat, qMean, qVariance, { zMean, zVariance, formula: "corrected" }));
    for (const [row, loss] of losses.entries()) {
      const divergence = [0, 1].reduce(
        (sum, k) => sum + divergenceByIntegration(qMean[row]![k]!, qVariance[row]![k]!, zMean[k]!, zVariance[k]!),
        0,
      );
      expect(loss).toBeCloseTo(divergence - logLikelihood(row), 5);
    }
  });

  it("takes under symjax the divergence the other way round", async () => {
    const losses = await elementsOf(vae(x, xHat, qMean, qVariance, { zMean, zVariance }));
    for (const [row, loss] of losses.entries()) {
      const divergence = [0, 1].reduce(
        (sum, k) => sum + divergenceByIntegration(zMean[k]!, zVariance[k]!, qMean[row]![k]!, qVariance[row]![k]!),
        0,
      );
      expect(loss).toBeCloseTo(divergence - logLikelihood(row), 5);
    }
  });

  it("has a standard prior and a unit variance by default", async () => {
    const options = {
      zMean: 0,
      zVariance: [1, 1],
      xVariance: [
        [1, 1, 1],
        [1, 1, 1],
      ],
      formula: "symjax",
    } as const;
    expect(await elementsOf(vae(x, xHat, qMean, qVariance))).toEqual(
      await elementsOf(vae(x, xHat, qMean, qVariance, options)),
    );
  });

  it("is the reconstruction alone, under both formulas, where the posterior is the prior", async () => {
    const [mean, variance] = [[[0.5, -1]], [[2, 0.5]]];
    const reconstruction = await elementsOf(normalLogProbability([xHat[0]!], { mean: [x[0]!], variance: 1 }).neg());
    for (const formula of ["symjax", "corrected"] as const) {
      expect(await elementsOf(vae([x[0]!], [xHat[0]!], mean, variance, { zMean, zVariance, formula }))).toEqual(
        reconstruction,
      );
    }
  });

  it("has a gradient of 0 in the posterior where that is the prior, under both formulas", async () => {
    for (const formula of ["symjax", "corrected"] as const) {
      const fn = (mean: Parameters<typeof vae>[2], variance: Parameters<typeof vae>[3]) =>
        vae([[0]], [[0]], mean, variance, { formula });
      expect(await gradientsOf(fn, [[0, 0]], [[1, 1]])).toEqual([
        [0, 0],
        [0, 0],
      ]);
    }
  });

  it("is empty of an empty batch", async () => {
    const none = new Float32Array(0);
    const shaped = (columns: number) => normalLogProbability(none, { mean: 0, variance: 1 }).broadcastTo([0, columns]);
    expect(await elementsOf(vae(shaped(3), shaped(3), shaped(2), shaped(2)))).toEqual([]);
  });
});

describe("the normal distribution", () => {
  const normal = { mean: [0.5, -1], variance: [2, 0.125] };

  it("has a density that integrates to 1", () => {
    expect(integrate((z) => Math.exp(logDensity(z, 0.5, 2)))).toBeCloseTo(1, 9);
  });

  it("has this log density", async () => {
    const [value] = await elementsOf(normalLogProbability([0.25, 0], normal));
    expect(value).toBeCloseTo(logDensity(0.25, 0.5, 2) + logDensity(0, -1, 0.125), 5);
  });

  it("has the expectation of minus the log density as entropy", async () => {
    const minusLog = (mean: number, variance: number) =>
      integrate((z) => -Math.exp(logDensity(z, mean, variance)) * logDensity(z, mean, variance));
    const [entropy] = await elementsOf(normalEntropy(normal));
    expect(entropy).toBeCloseTo(minusLog(0.5, 2) + minusLog(-1, 0.125), 5);
  });

  it("diverges from itself by nothing, and from others by more", async () => {
    expect(await elementsOf(normalDivergence(normal, normal))).toEqual([0]);
    expect((await elementsOf(normalDivergence(normal, { mean: 0, variance: 1 })))[0]).toBeGreaterThan(0);
  });

  it("broadcasts over leading axes", () => {
    expect(
      normalLogProbability(
        [
          [0, 0],
          [1, 1],
        ],
        normal,
      ).shape,
    ).toEqual([2]);
    expect(normalDivergence(normal, { mean: [[[0]]], variance: 1 }).shape).toEqual([1, 1]);
  });
});
