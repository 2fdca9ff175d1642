/// <reference lib="dom" />
/**
 * Do losses and gradients of confident answers keep their digits? Each is a function of the gap between the largest logit and the others.
 */
import {
  type Engine,
  type Tensor,
  compile,
  grad,
  logSoftmax,
  logSumExp,
  softmax,
  softplus,
  sub,
  sum,
  tanh,
} from "@symloss/core";
import { sigmoidCrossentropyLogits, softmaxCrossentropyLogits, sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { expectClose } from "./expect.ts";

/** Two rows in which the first and the second of three logits are the answers; what the last one is does not matter. */
interface Answers {
  readonly gap: number;
  readonly rows: readonly (readonly number[])[];
  /** The probability of a wrong answer, computed in two ways, each exact at one end. */
  readonly p: number;
  readonly q: number;
}

const labels = [
  [1, 0, 0],
  [0, 1, 0],
];

/** Throws unless they keep their digits at this gap. */
export async function expectSureAnswers(engine: Engine, gap: number): Promise<void> {
  const rows = [
    [gap, 0, -1e4],
    [-gap, 0, -1e4],
  ];
  const answers = { gap, rows, p: 1 / (1 + Math.exp(gap)), q: Math.exp(-gap) / (1 + Math.exp(-gap)) };
  await expectLoss(engine, answers);
  await expectGradients(engine, answers);
  await expectDifferences(engine, answers);
  await expectByHand(engine, answers);
  await expectTails(engine, answers);
}

async function expectLoss(engine: Engine, { gap }: Answers): Promise<void> {
  const single = compile((x) => sparseSoftmaxCrossentropyLogits([0], x!), { engine });
  const { data } = await single([[gap, 0]]);
  expectClose(data, [Math.log1p(Math.exp(-gap))], () => `the loss at a gap of ${gap}`, 2e-5);
}

async function expectGradients(engine: Engine, { gap, rows, p, q }: Answers): Promise<void> {
  const weights = [
    [1, 0, 0],
    [0, 3, 0],
  ];
  const slope = p * (1 - p);
  const expected: Readonly<Record<string, readonly [(x: Tensor) => Tensor, readonly number[]]>> = {
    sparse: [(x) => sparseSoftmaxCrossentropyLogits([0, 1], x), [-p, q, 0, q, -p, 0]],
    dense: [(x) => softmaxCrossentropyLogits(labels, x), [-p, q, 0, q, -p, 0]],
    logSoftmax: [(x) => logSoftmax(x).mul(labels), [p, -q, 0, -q, p, 0]],
    softmax: [(x) => softmax(x).mul(weights), [slope, -slope, 0, -3 * slope, 3 * slope, 0]],
    expectation: [(x) => softmax(x).mul([[5, 2, 1]]), [3 * slope, -3 * slope, 0, 3 * slope, -3 * slope, 0]],
    logSumExp: [(x) => logSumExp(x, 1), [1 - p, p, 0, p, 1 - p, 0]],
    yes: [(x) => sigmoidCrossentropyLogits(1, x.slice([0, 0], [2, 1])), [-p, 0, 0, -(1 - p), 0, 0]],
  };
  for (const [name, [fn, gradient]] of Object.entries(expected)) {
    const { data } = await compile((x) => grad((t: Tensor) => sum(fn(t)))(x!), { engine })(rows);
    expectClose(data, gradient, (at) => `the gradient ${at} of ${name} at a gap of ${gap}`, 5e-5);
  }
}

async function expectDifferences(engine: Engine, { gap, rows, p }: Answers): Promise<void> {
  const off = compile((x) => [softmax(x!).sub(labels), sub(1, softmax(x!))], { engine });
  const [differences, complements] = await off(rows);
  expectClose(differences!.data, [-p, p, 0, p, -p, 0], (at) => `softmax - label ${at} at a gap of ${gap}`, 5e-5);
  expectClose(complements!.data, [p, 1 - p, 1, 1 - p, p, 1], (at) => `1 - softmax ${at} at a gap of ${gap}`, 5e-5);
}

async function expectByHand(engine: Engine, { gap, rows }: Answers): Promise<void> {
  const want = Math.log1p(Math.exp(-gap));
  const byHand = compile(
    (x) => [
      logSumExp(x!, 1).sub(x!.slice([0, 0], [2, 1]).reshape([2])),
      x!.sub(logSumExp(x!, { axis: 1, keepAxes: true })).slice([0, 0], [2, 2]),
      softplus(x!).sub(x!).slice([0, 0], [2, 1]),
    ],
    { engine },
  );
  const [losses, logarithms, odds] = await byHand(rows);
  expectClose(losses!.data, [want, gap + want], (at) => `loss ${at} by hand at a gap of ${gap}`, 5e-5);
  const logs = [-want, -gap - want, -gap - want, -want];
  expectClose(logarithms!.data, logs, (at) => `logarithm ${at} by hand at a gap of ${gap}`, 5e-5);
  expectClose(odds!.data, [want, gap + want], (at) => `softplus(x) - x ${at} at a gap of ${gap}`, 5e-5);
}

async function expectTails(engine: Engine, { gap }: Answers): Promise<void> {
  const steep = compile((x) => grad((t: Tensor) => sum(tanh(t)))(x!), { engine });
  const tail = (4 * Math.exp(-2 * gap)) / (1 + Math.exp(-2 * gap)) ** 2;
  expectClose((await steep([gap, -gap])).data, [tail, tail], () => `the slope of tanh at ${gap}`, 5e-5);
}

/** Throws unless ties for the largest logit are exact as well. */
export async function expectTies(engine: Engine): Promise<void> {
  const ties = compile((x) => [logSoftmax(x!), logSumExp(x!, 1), softmax(x!)], { engine });
  const [logs, sums, shares] = await ties([[3, 3, 3, 3]]);
  const log = -Math.log(4);
  expectClose(logs!.data, [log, log, log, log], () => "a tie of logSoftmax", 1e-6);
  expectClose(sums!.data, [3 + Math.log(4)], () => "a tie of logSumExp", 1e-6);
  expectClose(shares!.data, [0.25, 0.25, 0.25, 0.25], () => "a tie of softmax", 1e-6);
}
