/** Which workloads are measured: what is computed, of which arrays, and the same by hand? */
import { type Tensor, exp, mean, sum, valueAndGrad } from "@symloss/core";
import {
  accuracy,
  explainedVariance,
  huber,
  reduce,
  sigmoidCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  vae,
  vaeGmm,
} from "@symloss/losses";
import * as byHand from "./hand-written.ts";

/** A typed array that goes in, with its shape. */
export interface WorkloadInput {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** Something to compute, on deterministic data. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly inputs: readonly WorkloadInput[];
  readonly compute: (...inputs: Tensor[]) => readonly Tensor[];
  /** Fills the outputs of `compute` by hand-written code; the arrays stay the same from call to call. */
  readonly byHand: (outputs: readonly Float32Array[]) => void;
}

const million = 2 ** 20;

/** All of them: W1 to W8, W10, the losses of auto-encoders V1 and V2, and D1 with a product of matrices. W9, a call on 32 elements, is measured by itself. */
export function makeWorkloads(): Workload[] {
  const { uniform, normal } = randomNumbers(12345);
  const floats = (size: number, next: () => number): Float32Array => Float32Array.from({ length: size }, next);
  const integers = (size: number, below: number): Int32Array =>
    Int32Array.from({ length: size }, () => Math.floor(uniform() * below));

  const [y, p] = [floats(million, () => 2 * normal()), floats(million, () => 2 * normal())];
  const pair = [flat(y), flat(p)];
  const logits = floats(4096 * 1000, () => 3 * normal());
  const classes = integers(4096, 1000);
  const rows = [flat(classes), { data: logits, shape: [4096, 1000] }];
  const [odds, labels] = [floats(million, () => 3 * normal()), floats(million, () => (uniform() < 0.5 ? 1 : 0))];
  const [x, xHat] = [floats(4096 * 784, uniform), floats(4096 * 784, uniform)];
  const [qMean, qLogVariance] = [floats(4096 * 32, normal), floats(4096 * 32, () => 0.5 * normal())];
  const [z, mu] = [floats(1024 * 32, normal), floats(64 * 32, normal)];
  const [logVariance, logPi] = [floats(64 * 32, () => 0.3 * normal()), floats(64, () => -Math.log(64))];
  const hits = integers(65536, 100);
  const scores = floats(65536 * 100, normal);
  for (const [row, hit] of hits.entries()) if (uniform() < 0.8) scores[row * 100 + hit]! += 5;
  const targets = floats(million, normal);
  const predictions = Float32Array.from(targets, (value) => value + 0.3 * normal());
  const [features, weights, bias] = [floats(1024 * 256, normal), floats(256 * 256, normal), floats(256, normal)];
  const [image, rebuilt] = [x.subarray(0, 1024 * 784), xHat.subarray(0, 1024 * 784)];
  const images = [
    { data: image, shape: [1024, 784] },
    { data: rebuilt, shape: [1024, 784] },
    { data: z, shape: [1024, 32] },
  ];
  const variance = floats(1024 * 32, () => 0.3 + uniform());
  const posteriorLogVariance = floats(1024 * 32, () => 0.3 * normal());
  const [centres, clusterLogVariance] = [floats(10 * 32, normal), floats(10 * 32, () => 0.3 * normal())];
  const clusterLogPi = floats(10, () => Math.log(0.05 + 0.1 * uniform()));
  const blocks = {
    rows: new Float64Array(4 * 256),
    columns: new Float64Array(256 * 256),
    sums: new Float64Array(16),
  };
  const scratch = {
    inverse: new Float64Array(64 * 32),
    constants: new Float64Array(64),
    scores: new Float64Array(64),
  };

  return [
    {
      name: "W1",
      title: "huber, 1M elements",
      inputs: pair,
      compute: (targets, predictions) => [huber(targets!, predictions!)],
      byHand: ([out]) => byHand.huber(y, p, out!),
    },
    {
      name: "W2",
      title: "mean huber, 1M",
      inputs: pair,
      compute: (targets, predictions) => [reduce(huber(targets!, predictions!))],
      byHand: ([out]) => (out![0] = byHand.meanHuber(y, p)),
    },
    {
      name: "W3",
      title: "softmax cross entropy, 4096 x 1000",
      inputs: rows,
      compute: (labels, logits) => [sparseSoftmaxCrossentropyLogits(labels!, logits!)],
      byHand: ([out]) => byHand.crossEntropy(logits, classes, out!),
    },
    {
      name: "W4",
      title: "mean softmax cross entropy and gradient",
      inputs: rows,
      compute: withGradients((labels, logits) => reduce(sparseSoftmaxCrossentropyLogits(labels!, logits!)), 1),
      byHand: ([value, gradient]) => (value![0] = byHand.crossEntropyGradient(logits, classes, gradient!)),
    },
    {
      name: "W5",
      title: "mean sigmoid cross entropy and gradient, 1M",
      inputs: [flat(labels), flat(odds)],
      compute: withGradients((labels, logits) => reduce(sigmoidCrossentropyLogits(labels!, logits!)), 1),
      byHand: ([value, gradient]) => (value![0] = byHand.sigmoidCrossEntropyGradient(odds, labels, gradient!)),
    },
    {
      name: "W6",
      title: "ELBO and gradients, 4096 x (784 + 32)",
      inputs: [
        { data: x, shape: [4096, 784] },
        { data: xHat, shape: [4096, 784] },
        { data: qMean, shape: [4096, 32] },
        { data: qLogVariance, shape: [4096, 32] },
      ],
      compute: withGradients(elbo, 1),
      byHand: ([value, first, second, third]) =>
        (value![0] = byHand.elbo(x, xHat, qMean, qLogVariance, 4096, [first!, second!, third!])),
    },
    {
      name: "W7",
      title: "mixture responsibilities, 1024 x 64 x 32",
      inputs: [
        { data: z, shape: [1024, 32] },
        { data: mu, shape: [64, 32] },
        { data: logVariance, shape: [64, 32] },
        flat(logPi),
      ],
      compute: (...given) => mixture(...(given as [Tensor, Tensor, Tensor, Tensor])),
      byHand: ([gamma, entropy, expected, value]) =>
        (value![0] = byHand.mixture(z, mu, logVariance, logPi, 32, [gamma!, entropy!, expected!], scratch)),
    },
    {
      name: "W8",
      title: "accuracy, 65536 x 100",
      inputs: [flat(hits), { data: scores, shape: [65536, 100] }],
      compute: (labels, logits) => [accuracy(labels!, logits!)],
      byHand: ([out]) => (out![0] = byHand.accuracy(scores, hits)),
    },
    {
      name: "W10",
      title: "explained variance, 1M",
      inputs: [flat(targets), flat(predictions)],
      compute: (targets, predictions) => [explainedVariance(targets!, predictions!, { epsilon: 0 })],
      byHand: ([out]) => (out![0] = byHand.explainedVariance(targets, predictions)),
    },
    {
      name: "V1",
      title: "VAE and gradients, 1024 x (784 + 32)",
      inputs: [...images, { data: variance, shape: [1024, 32] }],
      compute: withGradients(
        (x, xHat, zMean, zVariance) =>
          reduce(vae(x!, xHat!, zMean!, zVariance!, { zMean: 0, zVariance: 1, xVariance: 1, formula: "corrected" })),
        1,
      ),
      byHand: ([value, first, second, third]) =>
        (value![0] = byHand.vae(image, rebuilt, z, variance, 1024, [first!, second!, third!])),
    },
    {
      name: "V2",
      title: "mixture VAE and gradients, 10 clusters",
      inputs: [
        ...images,
        { data: posteriorLogVariance, shape: [1024, 32] },
        { data: centres, shape: [10, 32] },
        { data: clusterLogVariance, shape: [10, 32] },
        flat(clusterLogPi),
      ],
      compute: withGradients(
        (x, xHat, zMean, zLogVariance, mean, logVariance, logPi) =>
          reduce(vaeGmm(x!, xHat!, zMean!, zLogVariance!, mean!, logVariance!, logPi!, { formula: "corrected" }).loss),
        1,
      ),
      byHand: ([value, xHat, zMean, zLogVariance, mean, logVariance, logPi]) =>
        (value![0] = byHand.vaeGmm(
          image,
          rebuilt,
          {
            zMean: z,
            zLogVariance: posteriorLogVariance,
            mean: centres,
            logVariance: clusterLogVariance,
            logPi: clusterLogPi,
          },
          1024,
          xHat!,
          { zMean: zMean!, zLogVariance: zLogVariance!, mean: mean!, logVariance: logVariance!, logPi: logPi! },
        )),
    },
    {
      name: "D1",
      title: "dense layer with bias and relu, 1024 x 256 x 256",
      inputs: [{ data: features, shape: [1024, 256] }, { data: weights, shape: [256, 256] }, flat(bias)],
      compute: (features, weights, bias) => [features!.matmul(weights!).add(bias!).relu()],
      byHand: ([out]) => byHand.dense(features, weights, bias, out!, blocks),
    },
  ];
}

/** The value of `fn` and its gradients with respect to all but the first inputs, in one list. */
export function withGradients(
  fn: (...inputs: Tensor[]) => Tensor,
  constants: number,
): (...inputs: Tensor[]) => readonly Tensor[] {
  return (...inputs) => {
    const variables = inputs.slice(constants);
    const wrt = variables.map((_, index) => index);
    const of = (...given: Tensor[]): Tensor => fn(...inputs.slice(0, constants), ...given);
    const [value, gradients] = valueAndGrad(of, { wrt })(...variables) as unknown as [Tensor, readonly Tensor[]];
    return [value, ...gradients];
  };
}

function elbo(x?: Tensor, xHat?: Tensor, qMean?: Tensor, qLogVariance?: Tensor): Tensor {
  const divergence = exp(qLogVariance!).add(qMean!.square()).sub(1).sub(qLogVariance!).sum(1);
  return mean(xHat!.sub(x!).square().sum(1).add(divergence).mul(0.5));
}

function mixture(z: Tensor, mu: Tensor, logVariance: Tensor, logPi: Tensor): Tensor[] {
  const distance = z.expandDims(1).sub(mu).square().mul(exp(logVariance.neg()));
  const density = logVariance
    .add(Math.log(2 * Math.PI))
    .add(distance)
    .sum(-1)
    .mul(-0.5);
  const scores = density.add(logPi);
  const gamma = scores.softmax();
  const entropy = sum(gamma.mul(scores.logSoftmax()), 1).neg();
  const expected = sum(gamma.mul(density), 1);
  return [gamma, entropy, expected, mean(entropy.add(expected))];
}

function flat(data: Float32Array | Int32Array): WorkloadInput {
  return { data, shape: [data.length] };
}

/** A congruential generator, and nearly normal sums of four of its numbers. */
function randomNumbers(seed: number): { uniform: () => number; normal: () => number } {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return { uniform, normal: () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3) };
}
