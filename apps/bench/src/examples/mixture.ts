/** Do handwritten digits fall into groups by themselves, without anyone saying which digit is which? */
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type Engine,
  type NDArray,
  type Tensor,
  asTensor,
  compile,
  evaluate,
  ndarray,
  oneHot,
  valueAndGrad,
} from "@symloss/core";
import { clusteringAccuracy } from "@symloss/losses";
import { adam } from "../adam.ts";
import { type DigitSet, loadDigits, sliceDigits } from "../digits.ts";
import { kMeans } from "../k-means.ts";
import { type Pairs, countPairs, showPairs } from "../pairs.ts";
import { type Random, createRandom } from "../random.ts";
import { formatCount, formatEpoch, formatPercent, formatSeconds } from "../report/report.ts";
import {
  type Network,
  type Prior,
  autoencoderLoss,
  encode,
  latents,
  makeNetwork,
  makeNormals,
  makeStandardNormal,
} from "./autoencoder.ts";
import type { Example, ExampleContext } from "./example.ts";

/** A variational autoencoder on MNIST whose prior is a mixture of normals (VaDE: Z. Jiang et al., IJCAI 2017). */
export const mixture: Example = {
  summary: "an autoencoder that sorts them without labels",
  epochs: 8,
  step: () => {
    const random = createRandom(defaultSeed);
    const model = { ...makeNetwork(pixels, random), ...makeStandardNormal() };
    const images = ndarray(new Float32Array(batchSize * pixels), [batchSize, pixels]);
    return { fn: descend, args: [model, images, makeNormals([batchSize, latents], 1, random)] };
  },
  run: async (context) => {
    const { report } = context;
    const { train } = await loadDigits();
    report.heading("An autoencoder that sorts handwritten digits without their labels");
    report.line(
      `${formatCount(digitCount)} digits, for the first half of the epochs in one cluster, then in ${clusters}; ` +
        `batches of ${batchSize}, Adam`,
    );
    const { pairs } = await sortDigits(sliceDigits(train, 0, digitCount), context);
    report.heading("How many of each digit are in each cluster");
    showPairs(report, "cluster", pairs, { title: "most frequent", pick: (counts) => Math.max(...counts) });
  },
};

/** How the digits were sorted while the last epoch went by. */
export interface Outcome {
  /** The mean, in nats. */
  readonly loss: number;
  /** Share of the digits that are the most frequent of their cluster. */
  readonly accuracy: number;
  /** How often the digit of a column is in the cluster of a row. */
  readonly pairs: Pairs;
}

/**
 * Trains the autoencoder, a line for each epoch: first with one normal as its prior, then with a mixture of them.
 * The labels only tell how well it went. All that is left to chance follows from the seed.
 */
export async function sortDigits(
  digits: DigitSet,
  { engine, epochs, report }: ExampleContext,
  seed: number = defaultSeed,
): Promise<Outcome> {
  const step = compile(descend, { engine });

  const count = digits.labels.size;
  const random = createRandom(seed);
  const network = makeNetwork(pixels, random);
  let model = { ...network, ...makeStandardNormal() };
  let optimizer = adam(model, learningRate);
  const loss = ndarray(0);
  const predictions = ndarray(new Int32Array(count), [count]);

  const progress = report.progress(epochs * Math.ceil(count / batchSize));
  const halfway = Math.floor(epochs / 2);
  let outcome: Outcome | undefined;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const start = performance.now();
    if (epoch === halfway + 1) {
      model = { ...network, ...(await divide(digits.images, network, engine, random)) };
      optimizer = adam(model, learningRate);
    }
    let seenLoss = 0;
    for (let first = 0; first < count; first += batchSize) {
      const size = Math.min(batchSize, count - first);
      const { images } = sliceDigits(digits, first, size);
      const noise = makeNormals([size, latents], 1, random);
      const results = [loss, optimizer.gradient, predictions.data.subarray(first, first + size)] as const;
      await step.into(results, model, images, noise);
      optimizer.update();
      seenLoss += (loss.item() * size) / count;
      progress.advance(`loss ${loss.item().toFixed(1)}`);
      // An engine may run within the microtasks; timers and signals want a turn of their own.
      await nextTurn();
    }
    const known = model.logits.size;
    const accuracy = clusteringAccuracy(digits.labels, predictions, known, { labelCount: classes });
    outcome = {
      loss: seenLoss,
      accuracy: (await evaluate(accuracy, { engine })).item(),
      pairs: countPairs(predictions, known, digits.labels, classes),
    };
    report.line(
      `${formatEpoch(epoch, epochs)}   clusters ${String(known).padStart(2)}   loss ${seenLoss.toFixed(2)}   ` +
        `clustering accuracy ${formatPercent(outcome.accuracy)}   ${formatSeconds(performance.now() - start)}`,
    );
  }
  progress.stop();
  await step.dispose();
  return outcome!;
}

/** The loss, its gradient, and the cluster of each image. */
const descend = valueAndGrad(
  (model: Network<Tensor> & Prior<Tensor>, images: Tensor, noise: Tensor) => {
    const { loss, responsibilities } = autoencoderLoss(model, images, noise);
    return [loss.mean(), responsibilities.argmax(-1)];
  },
  { auxiliary: true },
);

/** A mixture as the clusters that k-means finds among what the network makes of the images. */
async function divide(
  images: NDArray,
  network: Network<NDArray>,
  engine: Engine,
  random: Random,
): Promise<Prior<NDArray>> {
  const encodeAll = compile((weights: Network<Tensor>, x: Tensor) => encode(weights, x).mean, { engine });
  const points = await encodeAll(network, images);
  await encodeAll.dispose();
  const { centres, nearest } = kMeans(points, clusters, random);

  const memberships = oneHot(nearest, clusters);
  const members = memberships.sum(0);
  const scatter = memberships.transpose().matmul(asTensor(points).sub(memberships.matmul(centres)).square());
  // With one more member, at a distance of 1 on each axis, no cluster is empty or without width.
  const spread = {
    logVariances: scatter.add(1).div(members.add(1).expandDims(1)).log(),
    logits: members.add(1).log(),
  };
  return { centres, ...(await evaluate(spread, { engine })) };
}

const classes = 10;
const pixels = 28 * 28;
const digitCount = 10_000;
/** As many as there are digits. */
const clusters = 10;
const batchSize = 100;
const learningRate = 2e-3;
const defaultSeed = 1;
