/** How does TensorFlow.js compute each workload, as its users write it? */
import type { Workload, WorkloadInput } from "../measure/workload.ts";
import { type Contender, type Run, accumulated } from "./contender.ts";
import type { Residence } from "./residence.ts";

/** What is used of `@tensorflow/tfjs`. */
export interface TensorFlow {
  tensor(data: WorkloadInput["data"], shape: number[], dtype: "float32" | "int32"): TfTensor;
  tidy<T>(compute: () => T): T;
  enableProdMode(): void;
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  valueAndGrads(fn: (...variables: TfTensor[]) => TfTensor): (variables: readonly TfTensor[]) => {
    value: TfTensor;
    grads: TfTensor[];
  };
  readonly losses: {
    huberLoss(labels: TfTensor, predictions: TfTensor, weights: undefined, delta: number, reduction: number): TfTensor;
    sigmoidCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor;
    softmaxCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor;
  };
  readonly Reduction: { readonly NONE: number; readonly MEAN: number; readonly SUM: number };
  abs(x: TfTensor): TfTensor;
  exp(x: TfTensor): TfTensor;
  log(x: TfTensor): TfTensor;
  neg(x: TfTensor): TfTensor;
  relu(x: TfTensor): TfTensor;
  square(x: TfTensor): TfTensor;
  add(x: Operand, y: Operand): TfTensor;
  sub(x: Operand, y: Operand): TfTensor;
  mul(x: Operand, y: Operand): TfTensor;
  div(x: Operand, y: Operand): TfTensor;
  minimum(x: Operand, y: Operand): TfTensor;
  squaredDifference(x: Operand, y: Operand): TfTensor;
  equal(x: Operand, y: Operand): TfTensor;
  matMul(x: TfTensor, y: TfTensor, transposeX?: boolean, transposeY?: boolean): TfTensor;
  sum(x: TfTensor, axis?: number): TfTensor;
  mean(x: TfTensor, axis?: number): TfTensor;
  max(x: TfTensor, axis?: number): TfTensor;
  moments(x: TfTensor): { variance: TfTensor };
  argMax(x: TfTensor, axis: number): TfTensor;
  logSumExp(x: TfTensor, axis: number): TfTensor;
  logSoftmax(x: TfTensor): TfTensor;
  softmax(x: TfTensor): TfTensor;
  oneHot(indices: TfTensor, depth: number): TfTensor;
  cast(x: TfTensor, dtype: "float32"): TfTensor;
  expandDims(x: TfTensor, axis: number): TfTensor;
}

/** An array of TensorFlow.js. */
export interface TfTensor {
  readonly shape: number[];
  readonly size: number;
  dataSync(): ArrayLike<number>;
  dispose(): void;
}

type Operand = TfTensor | number;

/** The residence of arrays of a backend whose memory is that of the program. */
const inMemory = "in memory";

/**
 * TensorFlow.js on this backend, which has been made ready; every formulation of a workload enters. On a backend with a device of its own
 * each does so for every residence.
 */
export function tensorFlowContender(
  name: string,
  tf: TensorFlow,
  backend: string,
  device: string,
  where: readonly (Residence | typeof inMemory)[] = [inMemory],
): Contender {
  return {
    name,
    kind: "peer",
    device,
    tolerance: accumulated,
    enter: ({ name: workload, inputs }) => {
      const found = formulas[workload];
      if (found === undefined) return { reason: "this was not written for TensorFlow.js" };
      return Object.entries(found).flatMap(([formulation, formula]) =>
        where.map((residence) => {
          const words = [
            ...(formulation === "plain" ? [] : [formulation]),
            ...(residence === "resident" ? [residence] : []),
          ];
          return {
            ...(words.length === 0 ? {} : { variant: words.join(" ") }),
            prepare: () => prepare(tf, backend, formula, inputs, residence),
          };
        }),
      );
    },
    dispose: () => {},
  };
}

async function prepare(
  tf: TensorFlow,
  backend: string,
  formula: Formula,
  inputs: Workload["inputs"],
  residence: Residence | typeof inMemory,
): Promise<Run> {
  // Two backends share one module, of which one computes at a time.
  const before = async (): Promise<void> => {
    if (tf.getBackend() !== backend) await tf.setBackend(backend);
  };
  await before();
  const upload = (): TfTensor[] =>
    inputs.map(({ data, shape }) => tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32"));
  const held = upload();
  // Reading is what makes it compute.
  const readAll = (results: readonly TfTensor[]): ArrayLike<number>[] => results.map((result) => result.dataSync());
  const compute = <Read>(given: readonly TfTensor[], read: (results: readonly TfTensor[]) => Read): Read => {
    const results = tf.tidy(() => [...formula(tf, given)]);
    const numbers = read(results);
    for (const result of results) result.dispose();
    return numbers;
  };
  const runs: Readonly<Record<typeof residence, () => unknown>> = {
    [inMemory]: () => compute(held, readAll),
    into: () => {
      const given = upload();
      const numbers = compute(given, readAll);
      for (const tensor of given) tensor.dispose();
      return numbers;
    },
    // A device computes in order: when it has one result, it has all.
    resident: () => compute(held, (results) => smallestOf(results).dataSync()),
  };
  return {
    before,
    run: runs[residence],
    outputs: async () => {
      await before();
      return compute(held, readAll);
    },
    dispose: () => {
      for (const tensor of held) tensor.dispose();
    },
  };
}

function smallestOf(tensors: readonly TfTensor[]): TfTensor {
  return tensors.reduce((least, tensor) => (tensor.size < least.size ? tensor : least));
}

type Formula = (tf: TensorFlow, inputs: readonly TfTensor[]) => readonly TfTensor[];

/** The value of `fn` and its gradients with respect to all but the first input. */
function withGradients(fn: (tf: TensorFlow, inputs: readonly TfTensor[]) => TfTensor): Formula {
  return (tf, [constant, ...variables]) => {
    const { value, grads } = tf.valueAndGrads((...given) => fn(tf, [constant!, ...given]))(variables);
    return [value, ...grads];
  };
}

const logTwoPi = Math.log(2 * Math.PI);

const meanHuber: Readonly<Record<string, Formula>> = {
  library: (tf, [y, p]) => [tf.losses.huberLoss(y!, p!, undefined, 1, tf.Reduction.MEAN)],
  operations: (tf, [y, p]) => [tf.mean(huber(tf, y!, p!))],
};

/** Of each workload every formulation that may be the fastest. */
const formulas: Readonly<Record<string, Readonly<Record<string, Formula>>>> = {
  W1: {
    library: (tf, [y, p]) => [tf.losses.huberLoss(y!, p!, undefined, 1, tf.Reduction.NONE)],
    operations: (tf, [y, p]) => [huber(tf, y!, p!)],
  },
  W2: meanHuber,
  W3: {
    "log-sum-exp": (tf, [labels, logits]) => [crossEntropy(tf, labels!, logits!)],
    "log-softmax": (tf, [labels, logits]) => [softmaxCrossEntropy(tf, labels!, logits!)],
  },
  W4: {
    library: withGradients((tf, [labels, logits]) =>
      tf.losses.softmaxCrossEntropy(tf.oneHot(labels!, logits!.shape[1]!), logits!),
    ),
    "log-softmax": withGradients((tf, [labels, logits]) => tf.mean(softmaxCrossEntropy(tf, labels!, logits!))),
  },
  W5: { plain: withGradients((tf, [labels, logits]) => tf.losses.sigmoidCrossEntropy(labels!, logits!)) },
  W6: { plain: withGradients(elbo) },
  W7: { direct: mixture(density), matmul: mixture(densityByMatmul) },
  W8: {
    plain: (tf, [labels, logits]) => [tf.mean(tf.cast(tf.equal(tf.argMax(logits!, 1), labels!), "float32"))],
  },
  W9: meanHuber,
  W10: {
    plain: (tf, [y, p]) => [tf.sub(1, tf.div(tf.moments(tf.sub(y!, p!)).variance, tf.moments(y!).variance))],
  },
  V1: { plain: withGradients(vae) },
  V2: { direct: withGradients(vaeGmm(density)), matmul: withGradients(vaeGmm(densityByMatmul)) },
  D1: { plain: (tf, [x, weights, bias]) => [tf.relu(tf.add(tf.matMul(x!, weights!), bias!))] },
  G1: {
    plain: (tf, [x]) => [
      tf.mean(x!),
      tf.max(x!),
      tf.sum(x!, 0),
      tf.max(x!, 0),
      tf.sum(x!, 1),
      tf.mean(tf.softmax(x!), 0),
    ],
  },
  G2: {
    plain: (tf, pair) => {
      const loss = (reduction: number, [y, p]: readonly TfTensor[]): TfTensor =>
        tf.losses.huberLoss(y!, p!, undefined, 1, reduction);
      const { grads } = tf.valueAndGrads((...given) => loss(tf.Reduction.SUM, given))(pair);
      return [loss(tf.Reduction.NONE, pair), ...grads];
    },
  },
  G3: { plain: (tf, [x, y]) => [tf.matMul(x!, y!)] },
};

function huber(tf: TensorFlow, y: TfTensor, p: TfTensor): TfTensor {
  const distance = tf.abs(tf.sub(y, p));
  const near = tf.minimum(distance, 1);
  return tf.mul(near, tf.sub(distance, tf.mul(near, 0.5)));
}

function crossEntropy(tf: TensorFlow, labels: TfTensor, logits: TfTensor): TfTensor {
  return tf.sub(tf.logSumExp(logits, 1), tf.sum(tf.mul(tf.oneHot(labels, logits.shape[1]!), logits), 1));
}

function softmaxCrossEntropy(tf: TensorFlow, labels: TfTensor, logits: TfTensor): TfTensor {
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(labels, logits.shape[1]!)), 1));
}

function elbo(tf: TensorFlow, [x, xHat, mean, logVariance]: readonly TfTensor[]): TfTensor {
  const divergence = tf.sub(tf.add(tf.exp(logVariance!), tf.square(mean!)), tf.add(logVariance!, 1));
  const total = tf.add(tf.sum(tf.squaredDifference(xHat!, x!)), tf.sum(divergence));
  return tf.mul(total, 0.5 / x!.shape[0]!);
}

/** The logarithm of the density of each row of `z` in each cluster. */
type Density = (tf: TensorFlow, z: TfTensor, mu: TfTensor, logVariance: TfTensor) => TfTensor;

function density(tf: TensorFlow, z: TfTensor, mu: TfTensor, logVariance: TfTensor): TfTensor {
  const inverse = tf.exp(tf.neg(logVariance));
  // Not squaredDifference, whose gradient fails where it broadcasts.
  const squares = tf.square(tf.sub(tf.expandDims(z, 1), mu));
  return tf.add(tf.mul(tf.sum(tf.mul(squares, inverse), 2), -0.5), normalisation(tf, logVariance));
}

/** With the square of a difference said as three products. */
function densityByMatmul(tf: TensorFlow, z: TfTensor, mu: TfTensor, logVariance: TfTensor): TfTensor {
  const inverse = tf.exp(tf.neg(logVariance));
  const scaled = tf.mul(mu, inverse);
  const squares = tf.matMul(tf.square(z), tf.mul(inverse, -0.5), false, true);
  const constant = tf.sub(normalisation(tf, logVariance), tf.mul(tf.sum(tf.mul(mu, scaled), 1), 0.5));
  return tf.add(tf.add(squares, tf.matMul(z, scaled, false, true)), constant);
}

function normalisation(tf: TensorFlow, logVariance: TfTensor): TfTensor {
  return tf.mul(tf.sum(tf.add(logVariance, logTwoPi), 1), -0.5);
}

function mixture(densityOf: Density): Formula {
  return (tf, [z, mu, logVariance, logPi]) => {
    const logDensity = densityOf(tf, z!, mu!, logVariance!);
    const logs = tf.logSoftmax(tf.add(logDensity, logPi!));
    const gamma = tf.exp(logs);
    const entropy = tf.neg(tf.sum(tf.mul(gamma, logs), 1));
    const expected = tf.sum(tf.mul(gamma, logDensity), 1);
    return [gamma, entropy, expected, tf.mean(tf.add(entropy, expected))];
  };
}

function vae(tf: TensorFlow, [x, xHat, mean, variance]: readonly TfTensor[]): TfTensor {
  const rebuilt = tf.sum(tf.mul(tf.add(tf.squaredDifference(x!, xHat!), logTwoPi), 0.5), 1);
  const each = tf.sub(tf.sub(tf.add(variance!, tf.square(mean!)), 1), tf.log(variance!));
  return tf.mean(tf.add(rebuilt, tf.sum(tf.mul(each, 0.5), 1)));
}

function vaeGmm(densityOf: Density): (tf: TensorFlow, inputs: readonly TfTensor[]) => TfTensor {
  return (tf, [x, xHat, zMean, zLogVariance, mean, logVariance, logPi]) => {
    // The constant of the normal is left out, as symloss leaves it out.
    const rebuilt = tf.mul(tf.sum(tf.squaredDifference(x!, xHat!), 1), 0.5);
    const spread = tf.matMul(tf.exp(zLogVariance!), tf.exp(tf.neg(logVariance!)), false, true);
    const logDensity = densityOf(tf, zMean!, mean!, logVariance!);
    const logs = tf.logSoftmax(tf.add(logDensity, logPi!));
    const expected = tf.sub(logDensity, tf.mul(spread, 0.5));
    const prior = tf.sum(tf.mul(tf.exp(logs), tf.sub(tf.add(expected, logPi!), logs)), 1);
    const entropy = tf.sum(tf.mul(tf.add(zLogVariance!, logTwoPi + 1), 0.5), 1);
    return tf.mean(tf.sub(rebuilt, tf.add(prior, entropy)));
  };
}
