/** Where does a likelihood become another one, and which digits does it keep where its gamma functions have none? */
import { type Tensor, type TensorLike, grad } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { elementsOf, gradientsOf } from "../../test/on-cpu.ts";
import { gaussianNll, laplaceNll, negativeBinomialNll, poissonNll, studentTNll } from "./index.ts";

const targets = [0, 1, -2, 3];
const predictions = [0.25, 3, -2, -1];

describe("laplaceNll", () => {
  it("is a density", async () => {
    const at = Float64Array.from({ length: 4001 }, (_, index) => (index - 2000) / 50);
    const densities = await elementsOf(laplaceNll(at, Float64Array.of(0.5), Float64Array.of(1.5)).neg().exp());
    expect(densities.reduce((left, right) => left + right) / 50).toBeCloseTo(1, 4);
  });
});

describe("studentTNll", () => {
  const full = { full: true, epsilon: 0 };
  const double = (values: readonly number[]) => Float64Array.from(values);

  it("is the Cauchy distribution of one degree", async () => {
    const scales = [0.5, 1, 2, 4];
    const cauchy = targets.map((target, index) => {
      const z = (target - predictions[index]!) / scales[index]!;
      return Math.log(Math.PI * scales[index]! * (1 + z * z));
    });
    expect(await elementsOf(studentTNll(targets, predictions, scales, 1))).toEqual(cauchy.map(near));
  });

  it("is the normal distribution of infinitely many, and nears it with the square of errors over degrees", async () => {
    const [t, p, s] = [targets, predictions, [0.5, 1, 2, 4]].map(double) as [Float64Array, Float64Array, Float64Array];
    const normal = await elementsOf(
      gaussianNll(
        t,
        p,
        s.map((scale) => scale * scale),
        full,
      ),
    );
    for (const degrees of [1e4, 1e8, 1e12]) {
      const got = await elementsOf(studentTNll(t, p, s, double([degrees])));
      for (const [index, value] of got.entries()) {
        const z = (t[index]! - p[index]!) / s[index]!;
        // The first terms of what is left, which the subtraction of two gamma functions would lose.
        const rest = (1 + 2 * z ** 2 - z ** 4) / (4 * degrees);
        expect(Math.abs(value - normal[index]! - rest)).toBeLessThan(100 / degrees ** 2 + 1e-15 * Math.abs(value) * 4);
      }
      const slopes = await gradientsOf((d) => studentTNll(t, p, s, d), double([degrees, degrees, degrees, degrees]));
      for (const [index, slope] of slopes[0]!.entries()) {
        const z = (t[index]! - p[index]!) / s[index]!;
        expect((slope * 4 * degrees ** 2) / (z ** 4 - 2 * z ** 2 - 1)).toBeCloseTo(1, 2);
      }
    }
  });

  it("has values and gradients of errors too large to be squared", async () => {
    for (const [error, scale] of [
      [1e30, 1],
      [1e20, 1e-20],
      [-1e38, 1e-30],
    ] as const) {
      const call = (t: TensorLike, s: TensorLike, d: TensorLike) => studentTNll(t, [0], s, d);
      const logarithm = Math.log(Math.abs(error)) - Math.log(scale);
      const [value] = await elementsOf(call([error], [scale], [3]));
      // log(Gamma(3/2) / Gamma(2)) + log(3 pi) / 2 + 2 log(z^2 / 3)
      const constant = Math.log(Math.sqrt(Math.PI) / 2) + Math.log(3 * Math.PI) / 2 - 2 * Math.log(3);
      expect(value).toBeCloseTo(Math.log(scale) + constant + 4 * logarithm, 3);
      const [byTarget, byScale, byDegrees] = await gradientsOf(call, [error], [scale], [3]);
      expect(byTarget![0]! * error).toBeCloseTo(4, 5);
      expect(byScale![0]! * scale).toBeCloseTo(-3, 5);
      // (digamma(3/2) - digamma(2)) / 2 + 1 / 6, and (log(z^2 / 3) - 1) / 2 - 1 / 6
      const digammas = (2 - 2 * Math.LN2 - 1) / 2;
      expect(byDegrees![0]!).toBeCloseTo(digammas + logarithm - Math.log(3) / 2 - 1 / 2, 4);
    }
  });

  it("has no slope by the scale where the error is the scale", async () => {
    const [slopes] = await gradientsOf((s) => studentTNll([2, -3], [0, 0], s, [2, 7]), [2, 3]);
    expect(slopes).toEqual([0, 0]);
  });
});

describe("negativeBinomialNll", () => {
  const counts = Float64Array.of(0, 1, 3, 12, 40);
  const means = Float64Array.of(0.5, 2, 3, 9, 50);

  it("is the Poisson distribution at dispersion 0, value and gradients", async () => {
    const poisson = (t: TensorLike, m: TensorLike) => poissonNll(t, m, { full: true });
    const binomial = (t: TensorLike, m: TensorLike) => negativeBinomialNll(t, m, 0);
    expect(await elementsOf(binomial(counts, means))).toEqual((await elementsOf(poisson(counts, means))).map(near));
    const want = await gradientsOf(poisson, counts, means);
    expect(await gradientsOf(binomial, counts, means)).toEqual(want.map((slopes) => slopes.map(near)));
    const dispersions = Float64Array.of(0, 1e-300, 1e-20, 1e-12, 0);
    const [byDispersion] = await gradientsOf((d) => negativeBinomialNll(counts, means, d), dispersions);
    const limits = Array.from(counts, (y, index) => (y - (y - means[index]!) ** 2) / 2);
    expect(byDispersion).toEqual(limits.map(near));
  });

  it("is the geometric distribution at dispersion 1", async () => {
    const geometric = Array.from(
      counts,
      (y, index) => (y + 1) * Math.log1p(means[index]!) - y * Math.log(means[index]!),
    );
    expect(await elementsOf(negativeBinomialNll(counts, means, 1))).toEqual(geometric.map(near));
  });

  it("is a density of counts, on both sides of where its series begin", async () => {
    const all = Float64Array.from({ length: 2000 }, (_, index) => index);
    for (const dispersion of [0.05, 0.125, 0.25, 2]) {
      const nll = negativeBinomialNll(all, Float64Array.of(9), Float64Array.of(dispersion));
      const total = (await elementsOf(nll.neg().exp())).reduce((left, right) => left + right);
      expect(total).toBeCloseTo(1, 12);
    }
  });

  it("keeps the digits of large counts", async () => {
    // From 40 digits.
    const [value] = await elementsOf(negativeBinomialNll([1e6], [1e6], [0.5]));
    expect(value! / 14.4292171968).toBeCloseTo(1, 6);
    const [byDispersion] = await gradientsOf((d) => negativeBinomialNll([1e6], [1e6], d), [0.5]);
    expect(byDispersion![0]! / 1.08144938185).toBeCloseTo(1, 6);
  });

  it("costs nothing that no count comes where none is expected, and Infinity that one does", async () => {
    expect(await elementsOf(negativeBinomialNll([0, 2], [0, 0], [0.5, 0.5]))).toEqual([0, Infinity]);
    const [byMean] = await gradientsOf((m) => negativeBinomialNll([0], m, [0.5]), [0]);
    expect(byMean).toEqual([1]);
  });

  it("has second derivatives, those of its slopes", async () => {
    const [y, m, a] = [
      Float64Array.of(3, 3, 20, 20),
      Float64Array.of(4, 4, 4, 30),
      Float64Array.of(0.01, 0.5, 0.01, 2),
    ];
    const slope = (d: Tensor) => grad((given) => negativeBinomialNll(y, m, given).sum())(d);
    const [curvature] = await gradientsOf(slope, a);
    const slopeAt = (factor: number) =>
      elementsOf(grad((d) => negativeBinomialNll(y, m, d).sum())(a.map((d) => d * factor)));
    const [above, below] = [await slopeAt(1 + 2 ** -14), await slopeAt(1 - 2 ** -14)];
    for (const [index, value] of curvature!.entries())
      expect(value / ((above[index]! - below[index]!) / (2 ** -13 * a[index]!))).toBeCloseTo(1, 6);
  });
});

function near(value: number): number {
  return expect.closeTo(value, 5) as number;
}
