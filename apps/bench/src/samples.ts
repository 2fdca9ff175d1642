/** On which inputs is each loss shown? Fixed numbers that any engine can be given, in the meaning that the loss has for them. */
import { type NDArray, ndarray } from "@symloss/core";
import type { LossName } from "@symloss/losses";

/** The arguments of a loss by name: arrays, or numbers that are no arrays (a count of clusters). */
export type SampleInputs = Readonly<Record<string, NDArray | number>>;

/** The options of a loss by name. */
export type Options = Readonly<Record<string, string>>;

/** What a loss is shown on, and with which options: each record of options is a row of its own. */
export interface Sample {
  readonly inputs: SampleInputs;
  readonly options?: readonly Options[];
}

const batch = 64;
const classes = 10;
const pixels = 20;
const latent = 4;
const clusters = 3;
const factors = 2;

/** Both meanings of the losses of variational autoencoders. */
const formulas = [{ formula: "symjax" }, { formula: "corrected" }];

/** A sample for every loss. */
export const samples: { readonly [Name in LossName]: Sample } = {
  huber: { inputs: { targets: waves([batch], 1), predictions: waves([batch], 2) } },
  squaredDifferences: { inputs: { x: waves([batch], 1), y: waves([batch], 2) } },
  explainedVariance: { inputs: { targets: waves([batch], 1), predictions: nearWaves([batch], 1) } },
  softmaxCrossentropyLogits: { inputs: { labels: shares([batch, classes], 1), logits: waves([batch, classes], 2) } },
  sparseSoftmaxCrossentropyLogits: {
    inputs: { labels: indices(classes, [batch], 1), logits: waves([batch, classes], 2) },
  },
  sparseSigmoidCrossentropyLogits: { inputs: { labels: either(0, 1, [batch]), logits: waves([batch], 2) } },
  hingeLoss: { inputs: { predictions: waves([batch], 2), targets: either(-1, 1, [batch]) } },
  multiclassHingeLoss: { inputs: { predictions: waves([batch, classes], 2), targets: indices(classes, [batch], 1) } },
  accuracy: { inputs: { targets: indices(classes, [batch], 1), predictions: waves([batch, classes], 2) } },
  clusteringAccuracy: {
    inputs: { labels: indices(clusters, [batch], 1), predictions: indices(clusters, [batch], 2), clusters },
  },
  vae: {
    inputs: {
      x: waves([batch, pixels], 1),
      xHat: waves([batch, pixels], 2),
      qMean: waves([batch, latent], 3),
      qVariance: positives([batch, latent], 4),
    },
    options: formulas,
  },
  vaeGmm: {
    inputs: {
      x: waves([batch, pixels], 1),
      xHat: waves([batch, pixels], 2),
      zMean: waves([batch, latent], 3),
      zLogVariance: waves([batch, latent], 4),
      mean: waves([clusters, latent], 5),
      logVariance: waves([clusters, latent], 6),
      logPi: logShares([clusters], 7),
    },
    options: formulas,
  },
  vaeCompGmm: {
    inputs: {
      x: waves([batch, pixels], 1),
      xHat: waves([batch, pixels], 2),
      zMean: waves([batch, factors, latent], 3),
      zLogVariance: waves([batch, factors, latent], 4),
      mean: waves([factors, clusters, latent], 5),
      logVariance: waves([factors, clusters, latent], 6),
      logPi: logShares([factors, clusters], 7),
    },
    options: formulas,
  },
  fgmmVae: {
    inputs: {
      x: waves([batch, pixels], 1),
      xReconstruction: waves([batch, pixels], 2),
      xLogVariance: waves([pixels], 3),
      zLogVariance: waves([latent], 4),
      qMean: waves([batch, latent], 5),
      qLogVariance: waves([batch, latent], 6),
      mean: waves([factors, clusters, latent], 7),
      qLogGamma: logShares([batch, factors, clusters], 8),
      qLogEta: logShares([batch, factors], 9),
      logPi: logShares([factors, clusters], 10),
      logPiA: logShares([factors], 11),
    },
    options: ["bernoulli", "categorical"].flatMap((mode) => formulas.map((formula) => ({ mode, ...formula }))),
  },
};

/** An element, by its place in the array. */
type Element = (index: number) => number;

/** Numbers from -2 to 2 that look as if by chance. */
function waves(shape: readonly number[], seed: number): NDArray {
  return floats(shape, wave(seed));
}

/** The same numbers, each a little off. */
function nearWaves(shape: readonly number[], seed: number): NDArray {
  return floats(shape, (index) => wave(seed)(index) + 0.3 * Math.sin(index));
}

/** Numbers above 0. */
function positives(shape: readonly number[], seed: number): NDArray {
  return floats(shape, (index) => Math.exp(wave(seed)(index)));
}

/** Shares of 1 along the last axis. */
function shares(shape: readonly number[], seed: number): NDArray {
  return floats(shape, share(shape, seed));
}

/** The logarithms of shares of 1 along the last axis. */
function logShares(shape: readonly number[], seed: number): NDArray {
  return floats(shape, (index) => Math.log(share(shape, seed)(index)));
}

/** One of two numbers. */
function either(first: number, second: number, shape: readonly number[]): NDArray {
  return floats(shape, (index) => (index % 3 === 0 ? first : second));
}

/** Whole numbers from 0 to below `count`. */
function indices(count: number, shape: readonly number[], seed: number): NDArray {
  const length = sizeOf(shape);
  return ndarray(
    Int32Array.from({ length }, (_, index) => Math.floor(((wave(seed)(index) + 2) / 4) * count)),
    shape,
  );
}

function wave(seed: number): Element {
  return (index) => 2 * Math.sin(seed + index * (seed + 0.7));
}

function share(shape: readonly number[], seed: number): Element {
  const length = shape.at(-1)!;
  return (index) => {
    const start = index - (index % length);
    const row = Array.from({ length }, (_, offset) => Math.exp(wave(seed)(start + offset)));
    return row[index - start]! / row.reduce((left, right) => left + right);
  };
}

function floats(shape: readonly number[], element: Element): NDArray {
  return ndarray(
    Float32Array.from({ length: sizeOf(shape) }, (_, index) => element(index)),
    shape,
  );
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((left, right) => left * right, 1);
}
