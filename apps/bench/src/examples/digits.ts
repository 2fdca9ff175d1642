/** How well does a linear classifier learn to read handwritten digits? */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Engine, type NDArray, type Tensor, compile, ndarray, valueAndGrad } from "@symloss/core";
import { accuracy, sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { type Digits, loadDigits, sliceDigits } from "../digits.ts";
import { type Pairs, countPairs, showPairs } from "../pairs.ts";
import { formatCount, formatEpoch, formatPercent, formatSeconds } from "../report/report.ts";
import type { Example, ExampleContext } from "./example.ts";

/** Softmax regression on MNIST. */
export const digits: Example = {
  summary: "a linear classifier of handwritten digits",
  epochs: 10,
  step: () => {
    const model = { weights: makeParameter([pixels, classes]).values, bias: makeParameter([classes]).values };
    const images = ndarray(new Float32Array(batchSize * pixels), [batchSize, pixels]);
    return { fn: descend, args: [model, images, new Int32Array(batchSize)] };
  },
  run: async (context) => {
    const { report } = context;
    const start = performance.now();
    const data = await loadDigits();
    report.heading("A linear classifier of handwritten digits");
    report.line(
      `${formatCount(data.train.labels.size)} digits to learn from, ${formatCount(data.test.labels.size)} to test with, ` +
        `read in ${formatSeconds(performance.now() - start)}; batches of ${batchSize}, AdaGrad`,
    );
    const { confusion } = await learnDigits(data, context);
    report.heading("What the test digits were read as");
    showPairs(report, "digit", confusion, { title: "right", pick: (counts, digit) => counts[digit]! });
  },
};

/** What a trained classifier makes of the test digits. */
export interface Outcome {
  readonly loss: number;
  /** Share of the test digits that are read right. */
  readonly accuracy: number;
  /** How often the digit of a row was read as the digit of a column. */
  readonly confusion: Pairs;
  readonly model: LearntModel;
}

/** What was learnt. */
export interface LearntModel {
  readonly weights: NDArray;
  readonly bias: NDArray;
}

/** Trains the classifier, a line for each epoch. */
export async function learnDigits(
  { train, test }: Digits,
  { engine, epochs, report }: ExampleContext,
): Promise<Outcome> {
  const step = compile(descend, { engine });
  const examine = compile(
    (model: Model, images: Tensor, labels: Tensor) => {
      const logits = classify(model, images);
      return {
        loss: sparseSoftmaxCrossentropyLogits(labels, logits).mean(),
        accuracy: accuracy(labels, logits),
        predictions: logits.argmax(-1),
      };
    },
    { engine },
  );

  const parameters = { weights: makeParameter([pixels, classes]), bias: makeParameter([classes]) };
  const model = { weights: parameters.weights.values, bias: parameters.bias.values };
  const gradient = { weights: parameters.weights.gradient, bias: parameters.bias.gradient };
  const loss = ndarray(0);
  const hits = ndarray(0);

  const count = train.labels.size;
  const progress = report.progress(epochs * Math.ceil(count / batchSize));
  let outcome: Outcome | undefined;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const start = performance.now();
    let seenLoss = 0;
    for (let first = 0; first < count; first += batchSize) {
      const batch = sliceDigits(train, first, Math.min(batchSize, count - first));
      await step.into([loss, gradient, hits], model, batch.images, batch.labels);
      adagrad(parameters.weights);
      adagrad(parameters.bias);
      seenLoss += (loss.item() * batch.labels.size) / count;
      progress.advance(`loss ${loss.item().toFixed(3)}, accuracy ${formatPercent(hits.item())}`);
      // An engine may run within the microtasks; timers and signals want a turn of their own.
      await nextTurn();
    }
    const result = await examine(model, test.images, test.labels);
    outcome = {
      loss: result.loss.item(),
      accuracy: result.accuracy.item(),
      confusion: countPairs(test.labels, classes, result.predictions, classes),
      model,
    };
    report.line(
      `${formatEpoch(epoch, epochs)}   loss ${seenLoss.toFixed(4)}   ` +
        `test loss ${outcome.loss.toFixed(4)}   test accuracy ${formatPercent(outcome.accuracy)}   ` +
        formatSeconds(performance.now() - start),
    );
  }
  progress.stop();
  await step.dispose();
  await examine.dispose();
  return outcome!;
}

/** float32 `[count, 10]`: what the model makes of images. */
export async function logitsOf(model: LearntModel, images: NDArray, engine: Engine): Promise<NDArray> {
  const run = compile((own: Model, given: Tensor) => classify(own, given), { engine });
  const logits = await run(model, images);
  await run.dispose();
  return logits;
}

/** The loss, its gradient, and the share of the digits that are read right. */
const descend = valueAndGrad(
  (model: Model, images: Tensor, labels: Tensor) => {
    const logits = classify(model, images);
    return [sparseSoftmaxCrossentropyLogits(labels, logits).mean(), accuracy(labels, logits)];
  },
  { auxiliary: true },
);

interface Model {
  readonly weights: Tensor;
  readonly bias: Tensor;
}

function classify({ weights, bias }: Model, images: Tensor): Tensor {
  return images.matmul(weights).add(bias);
}

/** Numbers to learn, with their gradient and the sum of its squares so far. */
interface Parameter {
  readonly values: NDArray;
  readonly gradient: NDArray;
  readonly squares: Float32Array;
}

function makeParameter(shape: readonly number[]): Parameter {
  const size = shape.reduce((left, right) => left * right, 1);
  return {
    values: ndarray(new Float32Array(size), shape),
    gradient: ndarray(new Float32Array(size), shape),
    squares: new Float32Array(size),
  };
}

/** A step against the gradient, the shorter the more a number has been moved already (Duchi, Hazan, Singer 2011). */
function adagrad({ values, gradient, squares }: Parameter): void {
  for (let index = 0; index < squares.length; index++) {
    const slope = gradient.data[index]!;
    squares[index]! += slope * slope;
    values.data[index]! -= (learningRate * slope) / (Math.sqrt(squares[index]!) + 1e-8);
  }
}

const classes = 10;
const pixels = 28 * 28;
const batchSize = 500;
const learningRate = 0.1;
