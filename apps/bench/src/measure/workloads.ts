/** Which workloads are measured: what is computed, of which arrays, and the same by hand? */
import { type Tensor, exp, mean, sort, sum } from "@symloss/core";
import {
  accuracy,
  ctc,
  explainedVariance,
  huber,
  reduce,
  sigmoidCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  vae,
  vaeGmm,
} from "@symloss/losses";
import { ctcGradient } from "../contenders/hand-ctc.ts";
import * as byHand from "../contenders/hand-written.ts";
import {
  type Definition,
  type HandWorkload,
  type Numbers,
  classification,
  flat,
  randomNumbers,
  table,
  withGradients,
} from "./definition.ts";
import { lossDefinitions } from "./loss-workloads.ts";
import type { WorkloadKind } from "./workload.ts";

const million = 2 ** 20;

/** W1 to W10, the losses of auto-encoders V1 and V2, D1 with a product of matrices, S1 with a scan, S2 and S3, which sort, and losses of the catalogue, by name. */
const definitions: Readonly<Record<string, Definition>> = {
  W1: {
    title: "huber",
    rows: million,
    make: (rows, { floats, normal }) => {
      const [y, p] = [floats(rows, () => 2 * normal()), floats(rows, () => 2 * normal())];
      return {
        inputs: [flat(y), flat(p)],
        compute: (targets, predictions) => [huber(targets!, predictions!)],
        byHand: ([out]) => byHand.huber(y, p, out!),
      };
    },
  },
  W2: { title: "mean huber", rows: million, step: 2, make: meanHuber },
  W3: {
    title: "softmax cross entropy",
    rows: 4096,
    rowElements: 1000,
    make: (rows, numbers) => {
      const { classes, logits } = classification(rows, 1000, numbers);
      return {
        inputs: [flat(classes), table(logits, rows)],
        compute: (labels, logits) => [sparseSoftmaxCrossentropyLogits(labels!, logits!)],
        byHand: ([out]) => byHand.crossEntropy(logits, classes, out!),
      };
    },
  },
  W4: {
    title: "mean softmax cross entropy and gradient",
    rows: 4096,
    rowElements: 1000,
    make: (rows, numbers) => {
      const { classes, logits } = classification(rows, 1000, numbers);
      return {
        inputs: [flat(classes), table(logits, rows)],
        compute: withGradients((labels, logits) => reduce(sparseSoftmaxCrossentropyLogits(labels!, logits!)), 1),
        byHand: ([value, gradient]) => (value![0] = byHand.crossEntropyGradient(logits, classes, gradient!)),
      };
    },
  },
  W5: {
    title: "mean sigmoid cross entropy and gradient",
    rows: million,
    step: 64,
    make: (rows, { floats, normal, uniform }) => {
      const odds = floats(rows, () => 3 * normal());
      const labels = floats(rows, () => (uniform() < 0.5 ? 1 : 0));
      return {
        inputs: [flat(labels), flat(odds)],
        compute: withGradients((labels, logits) => reduce(sigmoidCrossentropyLogits(labels!, logits!)), 1),
        byHand: ([value, gradient]) => (value![0] = byHand.sigmoidCrossEntropyGradient(odds, labels, gradient!)),
      };
    },
  },
  W6: {
    title: "ELBO and gradients, 32 latent",
    rows: 4096,
    rowElements: 784,
    make: (rows, { floats, normal, uniform }) => {
      const [x, xHat] = [floats(rows * 784, uniform), floats(rows * 784, uniform)];
      const [qMean, qLogVariance] = [floats(rows * 32, normal), floats(rows * 32, () => 0.5 * normal())];
      return {
        inputs: [x, xHat, qMean, qLogVariance].map((data) => table(data, rows)),
        compute: withGradients(elbo, 1),
        byHand: ([value, first, second, third]) =>
          (value![0] = byHand.elbo(x, xHat, qMean, qLogVariance, rows, [first!, second!, third!])),
      };
    },
  },
  W7: {
    title: "mixture responsibilities, 64 clusters",
    rows: 1024,
    rowElements: 32,
    make: (rows, { floats, normal }) => {
      const [z, mu] = [floats(rows * 32, normal), floats(64 * 32, normal)];
      const [logVariance, logPi] = [floats(64 * 32, () => 0.3 * normal()), floats(64, () => -Math.log(64))];
      const scratch = {
        inverse: new Float64Array(64 * 32),
        constants: new Float64Array(64),
        scores: new Float64Array(64),
      };
      return {
        inputs: [table(z, rows), table(mu, 64), table(logVariance, 64), flat(logPi)],
        compute: (...given) => mixture(...(given as [Tensor, Tensor, Tensor, Tensor])),
        byHand: ([gamma, entropy, expected, value]) =>
          (value![0] = byHand.mixture(z, mu, logVariance, logPi, 32, [gamma!, entropy!, expected!], scratch)),
      };
    },
  },
  W8: {
    title: "accuracy",
    rows: 65536,
    rowElements: 100,
    make: (rows, { floats, integers, normal, uniform }) => {
      const hits = integers(rows, 100);
      const scores = floats(rows * 100, normal);
      for (const [row, hit] of hits.entries()) if (uniform() < 0.8) scores[row * 100 + hit]! += 5;
      return {
        inputs: [flat(hits), table(scores, rows)],
        compute: (labels, logits) => [accuracy(labels!, logits!)],
        byHand: ([out]) => (out![0] = byHand.accuracy(scores, hits)),
      };
    },
  },
  W9: { title: "mean huber of few elements: what a call costs", rows: 32, step: 2, make: meanHuber },
  W10: {
    title: "explained variance",
    rows: million,
    step: 2,
    make: (rows, { floats, normal }) => {
      const targets = floats(rows, normal);
      const predictions = Float32Array.from(targets, (value) => value + 0.3 * normal());
      return {
        inputs: [flat(targets), flat(predictions)],
        compute: (targets, predictions) => [explainedVariance(targets!, predictions!, { epsilon: 0 })],
        byHand: ([out]) => (out![0] = byHand.explainedVariance(targets, predictions)),
      };
    },
  },
  V1: {
    title: "VAE and gradients, 32 latent",
    rows: 1024,
    rowElements: 784,
    make: (rows, numbers) => {
      const { floats, uniform } = numbers;
      const { image, rebuilt, z } = images(rows, numbers);
      const variance = floats(rows * 32, () => 0.3 + uniform());
      return {
        inputs: [image, rebuilt, z, variance].map((data) => table(data, rows)),
        compute: withGradients(
          (x, xHat, zMean, zVariance) =>
            reduce(vae(x!, xHat!, zMean!, zVariance!, { zMean: 0, zVariance: 1, xVariance: 1, formula: "corrected" })),
          1,
        ),
        byHand: ([value, first, second, third]) =>
          (value![0] = byHand.vae(image, rebuilt, z, variance, rows, [first!, second!, third!])),
      };
    },
  },
  V2: {
    title: "mixture VAE and gradients, 10 clusters",
    rows: 1024,
    rowElements: 784,
    make: (rows, numbers) => {
      const { floats, normal, uniform } = numbers;
      const { image, rebuilt, z } = images(rows, numbers);
      const parameters = {
        zMean: z,
        zLogVariance: floats(rows * 32, () => 0.3 * normal()),
        mean: floats(10 * 32, normal),
        logVariance: floats(10 * 32, () => 0.3 * normal()),
        logPi: floats(10, () => Math.log(0.05 + 0.1 * uniform())),
      };
      return {
        inputs: [
          ...[image, rebuilt, z, parameters.zLogVariance].map((data) => table(data, rows)),
          table(parameters.mean, 10),
          table(parameters.logVariance, 10),
          flat(parameters.logPi),
        ],
        compute: withGradients(
          (x, xHat, zMean, zLogVariance, mean, logVariance, logPi) =>
            reduce(
              vaeGmm(x!, xHat!, zMean!, zLogVariance!, mean!, logVariance!, logPi!, { formula: "corrected" }).loss,
            ),
          1,
        ),
        byHand: ([value, xHat, zMean, zLogVariance, mean, logVariance, logPi]) => {
          const gradients = {
            zMean: zMean!,
            zLogVariance: zLogVariance!,
            mean: mean!,
            logVariance: logVariance!,
            logPi: logPi!,
          };
          value![0] = byHand.vaeGmm(image, rebuilt, parameters, rows, xHat!, gradients);
        },
      };
    },
  },
  D1: {
    title: "dense layer of 256 with bias and relu",
    rows: 1024,
    rowElements: 256,
    step: 4,
    make: (rows, { floats, normal }) => {
      const [features, weights, bias] = [floats(rows * 256, normal), floats(256 * 256, normal), floats(256, normal)];
      const blocks = {
        rows: new Float64Array(4 * 256),
        columns: new Float64Array(256 * 256),
        sums: new Float64Array(16),
      };
      return {
        inputs: [table(features, rows), table(weights, 256), flat(bias)],
        compute: (features, weights, bias) => [features!.matmul(weights!).add(bias!).relu()],
        byHand: ([out]) => byHand.dense(features, weights, bias, out!, blocks),
      };
    },
  },
  S1: {
    title: "connectionist temporal classification and gradient, 200 steps, 64 classes, 40 labels",
    rows: 32,
    rowElements: 200 * 64,
    make: (rows, { floats, integers, normal }) => {
      const sizes = { rows, time: 200, classes: 64, labels: 40 };
      const logits = floats(rows * 200 * 64, () => 3 * normal());
      // Class 0 is the blank.
      const labels = integers(rows * 40, 63).map((label) => label + 1);
      return {
        inputs: [
          { data: labels, shape: [rows, 40] },
          { data: logits, shape: [rows, 200, 64] },
        ],
        compute: withGradients((said, heard) => sum(ctc(said!, heard!)), 1),
        byHand: ([value, gradient]) => (value![0] = ctcGradient(labels, logits, sizes, gradient!)),
      };
    },
  },
  S2: {
    title: "sort",
    rows: million,
    make: (rows, { floats, normal }) => {
      const x = floats(rows, normal);
      return {
        inputs: [flat(x)],
        compute: (numbers) => [sort(numbers!)],
        byHand: ([out]) => byHand.sortRows(x, rows, out!),
      };
    },
  },
  S3: {
    title: "sort of each row",
    rows: 1024,
    rowElements: 1000,
    make: (rows, { floats, normal }) => {
      const x = floats(rows * 1000, normal);
      return {
        inputs: [table(x, rows)],
        compute: (numbers) => [sort(numbers!)],
        byHand: ([out]) => byHand.sortRows(x, 1000, out!),
      };
    },
  },
  ...lossDefinitions,
};

/** Every workload that has been written by hand too. */
export const workloadKinds: readonly WorkloadKind[] = Object.keys(definitions).map((name) => {
  const { title, rows, rowElements = 1, step = 1 } = definitions[name]!;
  return { name, title, groups: ["workloads"], rows, rowElements, step, make: (count) => makeWorkload(name, count) };
});

function makeWorkload(name: string, rows: number): HandWorkload {
  const { title, make } = definitions[name]!;
  return { name, title, ...make(rows, randomNumbers(12345)) };
}

function meanHuber(rows: number, { floats, normal }: Numbers): ReturnType<Definition["make"]> {
  const [y, p] = [floats(rows, () => 2 * normal()), floats(rows, () => 2 * normal())];
  return {
    inputs: [flat(y), flat(p)],
    compute: (targets, predictions) => [reduce(huber(targets!, predictions!))],
    byHand: ([out]) => (out![0] = byHand.meanHuber(y, p)),
  };
}

function images(rows: number, { floats, normal, uniform }: Numbers) {
  return { image: floats(rows * 784, uniform), rebuilt: floats(rows * 784, uniform), z: floats(rows * 32, normal) };
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
