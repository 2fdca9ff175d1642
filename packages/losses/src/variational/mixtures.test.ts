import { ndarray } from "@symloss/core";
import { describe, expect, it } from "vitest";
import { elementsOf, gradientsOf, valueOf } from "../../test/on-cpu.ts";
import { fgmmVae } from "./fgmm-vae.ts";
import type { Formula } from "./formula.ts";
import { vaeCompGmm } from "./vae-comp-gmm.ts";
import { vaeGmm } from "./vae-gmm.ts";

const x = [
  [0.5, -1, 2],
  [0, 1, -0.5],
];
const xHat = [
  [0.25, -1.5, 1],
  [0, 0.5, 0.5],
];
const zMean = [
  [0.5, -0.25],
  [1, 2],
];
const zLogVariance = [
  [-0.5, 0.25],
  [0, -1],
];
const mean = [
  [0, 0],
  [1, 2],
  [-1, 0.5],
];
const logVariance = [
  [0, 0.5],
  [-0.5, 0],
  [0.25, -0.25],
];
const pi = [0.5, 0.3, 0.2];
const logPi = pi.map(Math.log);
const prior = [zMean, zLogVariance, mean, logVariance, logPi] as const;

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);
const logDensity = (z: number, centre: number, logVar: number) =>
  -halfLogTwoPi - 0.5 * (logVar + (z - centre) ** 2 * Math.exp(-logVar));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const squaredError = (row: number) => sum(x[row]!.map((value, d) => (value - xHat[row]![d]!) ** 2));

/** E log N(z; centre, variance) - log q(z) under a normal q(z), summed over the dimensions. */
function expectedLogRatio(row: number, centre: readonly number[], logVar: readonly number[]): number {
  return sum(
    zMean[row]!.map((value, k) => {
      const own = zLogVariance[row]![k]!;
      return (
        logDensity(value, centre[k]!, logVar[k]!) - 0.5 * Math.exp(own - logVar[k]!) + halfLogTwoPi + 0.5 * (own + 1)
      );
    }),
  );
}

describe("vaeGmm", () => {
  it("is under corrected the bound, summed over the clusters one by one", async () => {
    const { loss, expectedLogLikelihood, responsibilities } = vaeGmm(x, xHat, ...prior, {
      logVarianceX: 0.5,
      formula: "corrected",
    });
    const [losses, likelihoods, shares] = [
      await elementsOf(loss),
      await elementsOf(expectedLogLikelihood),
      await elementsOf(responsibilities),
    ];
    for (const row of [0, 1]) {
      const joint = pi.map(
        (weight, c) =>
          weight * Math.exp(sum(zMean[row]!.map((z, k) => logDensity(z, mean[c]![k]!, logVariance[c]![k]!)))),
      );
      const share = joint.map((value) => value / sum(joint));
      const likelihood =
        -0.5 * (squaredError(row) * Math.exp(-0.5) + 3 * 0.5) + sum(share.map((value, c) => value * logPi[c]!));
      const rest = sum(
        share.map((value, c) => value * (expectedLogRatio(row, mean[c]!, logVariance[c]!) - Math.log(value))),
      );
      expect(shares.slice(3 * row, 3 * row + 3)).toEqual(share.map((value) => expect.closeTo(value, 6) as number));
      expect(likelihoods[row]).toBeCloseTo(likelihood, 5);
      expect(losses[row]).toBeCloseTo(-likelihood - rest, 5);
    }
  });

  it("is the same under both formulas for clusters of equal weight, and only then", async () => {
    const lossOf = (formula: Formula, weights: number[]) =>
      elementsOf(vaeGmm(x, xHat, zMean, zLogVariance, mean, logVariance, weights, { formula }).loss);
    const [symjax, corrected] = [await lossOf("symjax", [-1, -1, -1]), await lossOf("corrected", [-1, -1, -1])];
    for (const row of [0, 1]) expect(symjax[row]).toBeCloseTo(corrected[row]!, 5);
    expect(Math.abs((await lossOf("symjax", logPi))[0]! - (await lossOf("corrected", logPi))[0]!)).toBeGreaterThan(
      1e-3,
    );
  });

  it.each([
    [
      "far away",
      [
        [0, 0],
        [1e4, 0],
        [-1e4, 0],
      ],
      logPi,
    ],
    [
      "so far away that the square of the distance is infinite",
      [
        [0, 0],
        [1e30, 0],
        [-1e30, 0],
      ],
      logPi,
    ],
    ["impossible", mean, [0, -Infinity, -1]],
  ])("is finite, value and gradient, with clusters that are %s", async (_, centres, weights) => {
    for (const formula of ["symjax", "corrected"] as const) {
      const { loss, responsibilities } = vaeGmm(x, xHat, zMean, zLogVariance, centres, logVariance, weights, {
        formula,
      });
      expect(await valueOf(responsibilities.sum(1))).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
      expect((await elementsOf(loss)).every(Number.isFinite)).toBe(true);
      const gradients = await gradientsOf(
        (z, v, m, w, p) => vaeGmm(x, xHat, z, v, m, w, p, { formula }).loss,
        zMean,
        zLogVariance,
        centres,
        logVariance,
        weights,
      );
      expect(gradients.flat().every(Number.isFinite)).toBe(true);
    }
  });

  it("has a gradient with respect to the log variance of the data", async () => {
    const [gradient] = await gradientsOf((logVarianceX) => vaeGmm(x, xHat, ...prior, { logVarianceX }).loss, 0);
    expect(gradient![0]).toBeCloseTo(0.5 * (6 - squaredError(0) - squaredError(1)), 5);
  });
});

describe("vaeCompGmm", () => {
  const piece = [zMean.map((row) => [row]), zLogVariance.map((row) => [row]), [mean], [logVariance], [logPi]] as const;

  it("is under corrected vaeGmm, where there is one piece", async () => {
    const options = { logVarianceX: 0.25, formula: "corrected" } as const;
    expect(await elementsOf(vaeCompGmm(x, xHat, ...piece, options))).toEqual(
      await elementsOf(vaeGmm(x, xHat, ...prior, options).loss),
    );
  });

  it("rewards the squared error under symjax, as the seed does", async () => {
    const single = await elementsOf(vaeGmm(x, xHat, ...prior).loss);
    for (const [row, loss] of (await elementsOf(vaeCompGmm(x, xHat, ...piece))).entries()) {
      expect(loss).toBeCloseTo(single[row]! - 1.5 * squaredError(row), 5);
    }
  });

  it("sums the pieces", async () => {
    const twice = [
      zMean.map((row) => [row, row]),
      zLogVariance.map((row) => [row, row]),
      [mean, mean],
      [logVariance, logVariance],
      [logPi, logPi],
    ] as const;
    const once = await elementsOf(vaeCompGmm(x, x, ...piece, { formula: "corrected" }));
    for (const [row, loss] of (await elementsOf(vaeCompGmm(x, x, ...twice, { formula: "corrected" }))).entries()) {
      expect(loss).toBeCloseTo(2 * once[row]!, 5);
    }
  });
});

describe("fgmmVae", () => {
  const centres = [
    [
      [0.5, -1],
      [1, 0.25],
    ],
    [
      [-0.5, 0.75],
      [2, 1],
    ],
  ];
  const gamma = [
    [
      [0.25, 0.75],
      [0.5, 0.5],
    ],
    [
      [0.9, 0.1],
      [0.3, 0.7],
    ],
  ];
  const eta = [
    [0.25, 0.75],
    [0.6, 0.4],
  ];
  const priorGamma = [
    [0.5, 0.5],
    [0.2, 0.8],
  ];
  const priorEta = [0.3, 0.7];
  const xLogVariance = [0.5, 0, -0.25];
  const latentLogVariance = [0.25, -0.5];
  const log = (values: readonly number[]) => values.map(Math.log);
  const given = [
    x,
    xHat,
    xLogVariance,
    latentLogVariance,
    zMean,
    zLogVariance,
    centres,
    gamma.map((row) => row.map(log)),
    eta.map(log),
    priorGamma.map(log),
    log(priorEta),
  ] as const;

  /** The bound as a sum over which factors take part and which cluster each is in. */
  function byEnumeration(
    row: number,
    parts: readonly (readonly [number, number])[],
    part: (a: readonly [number, number], p: readonly number[]) => number,
  ): number {
    let bound = sum(x[row]!.map((value, d) => logDensity(value, xHat[row]![d]!, xLogVariance[d]!)));
    for (const a of parts) {
      for (const t of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        const weight = part(a, eta[row]!) * gamma[row]![0]![t[0]]! * gamma[row]![1]![t[1]]!;
        const own = part(a, priorEta) * priorGamma[0]![t[0]]! * priorGamma[1]![t[1]]!;
        const centre = [0, 1].map((k) => a[0] * centres[0]![t[0]]![k]! + a[1] * centres[1]![t[1]]![k]!);
        bound += weight * (Math.log(own / weight) + expectedLogRatio(row, centre, latentLogVariance));
      }
    }
    return -bound;
  }

  it("is under corrected the sum over all assignments of factors that each take part or not", async () => {
    const bernoulli = (a: readonly [number, number], p: readonly number[]) =>
      p.reduce((product, value, f) => product * (a[f] === 1 ? value : 1 - value), 1);
    const losses = await elementsOf(fgmmVae(...given, { formula: "corrected", epsilon: 0 }));
    for (const row of [0, 1]) {
      expect(losses[row]).toBeCloseTo(
        byEnumeration(
          row,
          [
            [0, 0],
            [0, 1],
            [1, 0],
            [1, 1],
          ],
          bernoulli,
        ),
        4,
      );
    }
  });

  it("is in mode categorical the sum over which one of the factors takes part, under both formulas", async () => {
    const categorical = (a: readonly [number, number], p: readonly number[]) => p[a.indexOf(1)]!;
    for (const formula of ["symjax", "corrected"] as const) {
      const losses = await elementsOf(fgmmVae(...given, { mode: "categorical", formula }));
      for (const row of [0, 1])
        expect(losses[row]).toBeCloseTo(
          byEnumeration(
            row,
            [
              [1, 0],
              [0, 1],
            ],
            categorical,
          ),
          4,
        );
    }
  });

  it("is the same under both formulas for one latent dimension, and not for two", async () => {
    const first = (values: readonly (readonly number[])[]) => values.map((row) => row.slice(0, 1));
    const narrow = [
      x,
      xHat,
      xLogVariance,
      latentLogVariance.slice(0, 1),
      first(zMean),
      first(zLogVariance),
      centres.map(first),
      given[7],
      given[8],
      given[9],
      given[10],
    ] as const;
    const [symjax, corrected] = [
      await elementsOf(fgmmVae(...narrow)),
      await elementsOf(fgmmVae(...narrow, { formula: "corrected" })),
    ];
    for (const row of [0, 1]) expect(symjax[row]).toBeCloseTo(corrected[row]!, 5);
    const [wideSymjax, wideCorrected] = [
      await elementsOf(fgmmVae(...given)),
      await elementsOf(fgmmVae(...given, { formula: "corrected" })),
    ];
    expect(Math.abs(wideSymjax[0]! - wideCorrected[0]!)).toBeGreaterThan(1e-2);
  });

  it("is finite, value and gradient, where a factor or a cluster is certain", async () => {
    const certain = [
      ...given.slice(0, 7),
      [
        [
          [0, -Infinity],
          [0, -Infinity],
        ],
        given[7][1]!,
      ],
      [[0, -Infinity], given[8][1]!],
      given[9],
      given[10],
    ];
    const fn = (...args: unknown[]) => fgmmVae(...(args as unknown as typeof given));
    expect((await elementsOf(fn(...certain))).every(Number.isFinite)).toBe(true);
    const gradients = await gradientsOf(fn, ...(certain as unknown as typeof given));
    // The entropy has a vertical slope at 0 and 1, which epsilon bounds at 1; towards -Infinity nothing changes any more.
    expect(gradients.flat().every(Number.isFinite)).toBe(true);
  });

  it("takes many factors without a table of their pairs", async () => {
    const factors = 20_000;
    const filled = (value: number, ...shape: number[]) =>
      ndarray(new Float32Array(shape.reduce((size, length) => size * length, 1)).fill(value), shape);
    const [half, certain] = [Math.log(0.5), filled(0, 1, factors, 1)];
    for (const formula of ["symjax", "corrected"] as const) {
      const [loss] = await elementsOf(
        fgmmVae(
          ...([[[0]], [[0]], [0], [0], [[0]], [[0]]] as const),
          filled(1 / factors, factors, 1, 1),
          certain,
          filled(half, 1, factors),
          filled(0, factors, 1),
          filled(half, factors),
          { formula, epsilon: 0 },
        ),
      );
      // The sum of the centres that take part has mean 1/2 and variance 1/(4 factors).
      expect(loss).toBeCloseTo(halfLogTwoPi + 0.5 * (0.25 + 0.25 / factors), 4);
    }
  });
});
