/// <reference lib="dom" />
/** How does TensorFlow.js compute each workload on WebGL, written as its users write? */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import type { Contender, GpuWorkload } from "./gpu-contender.ts";

/** Selects its backend, and returns a description of it. */
export async function startTensorFlow(): Promise<string> {
  await tf.setBackend("webgl");
  await tf.ready();
  return `tfjs ${tf.version_core}`;
}

/** Throws if the workload is unknown. */
export function tensorFlow({ name, inputs }: GpuWorkload, smallest: number): Contender {
  const compute = formulas[name];
  if (compute === undefined) throw new Error(`tensorFlow: the workload must be known, got "${name}".`);
  const upload = (): tf.Tensor[] =>
    inputs.map(({ data, shape }) => tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32"));
  const held = upload();
  return {
    throughHost() {
      const given = upload();
      const results = tf.tidy(() => [...compute(...given)]);
      const arrays = results.map((result) => result.dataSync());
      tf.dispose([given, results]);
      return arrays;
    },
    resident() {
      const results = tf.tidy(() => [...compute(...held)]);
      const array = results[smallest]!.dataSync();
      tf.dispose(results);
      return array;
    },
  };
}

type Formula = (...inputs: tf.Tensor[]) => readonly tf.Tensor[];

const formulas: Readonly<Record<string, Formula>> = {
  W1: (x, y) => [huber(x, y, tf.Reduction.NONE)],
  W2: (x, y) => [huber(x, y, tf.Reduction.MEAN)],
  W3: (labels, logits) => [crossEntropy(labels, logits)],
  W4: withGradients((labels, logits) => tf.mean(crossEntropy(labels, logits)), 1),
  W5: withGradients((labels, logits) => tf.losses.sigmoidCrossEntropy(labels!, logits!), 1),
  V1: withGradients(vae, 1),
  V2: withGradients(vaeGmm, 1),
  G1: (x) => [x!.mean(), x!.max(), x!.sum(0), x!.max(0), x!.sum(1), x!.softmax(1).mean(0)],
  G2: (x, y) => [
    huber(x, y, tf.Reduction.NONE),
    ...tf.valueAndGrads((x: tf.Tensor, y: tf.Tensor) => huber(x, y, tf.Reduction.SUM))([x!, y!]).grads,
  ],
  G3: (x, y) => [tf.matMul(x!, y!)],
};

/** The value of `fn` and its gradients with respect to all but the first inputs. */
function withGradients(fn: (...inputs: tf.Tensor[]) => tf.Tensor, constants: number): Formula {
  return (...inputs) => {
    const of = (...variables: tf.Tensor[]): tf.Scalar => fn(...inputs.slice(0, constants), ...variables) as tf.Scalar;
    const { value, grads } = tf.valueAndGrads(of)(inputs.slice(constants));
    return [value, ...grads];
  };
}

function huber(x: tf.Tensor | undefined, y: tf.Tensor | undefined, reduction: tf.Reduction): tf.Scalar {
  return tf.losses.huberLoss(x!, y!, undefined, 1, reduction);
}

function crossEntropy(labels?: tf.Tensor, logits?: tf.Tensor): tf.Tensor {
  const oneHot = tf.oneHot(labels as tf.Tensor1D, logits!.shape[1]!);
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits!), oneHot), 1));
}

const logTwoPi = Math.log(2 * Math.PI);

/** The negative ELBO of an auto-encoder with a standard normal prior. */
function vae(...[x, xHat, mean, variance]: tf.Tensor[]): tf.Tensor {
  const rebuilt = x!.sub(xHat!).square().add(logTwoPi).mul(0.5).sum(1);
  const divergence = variance!.add(mean!.square()).sub(1).sub(variance!.log()).mul(0.5).sum(1);
  return rebuilt.add(divergence).mean();
}

/** The corrected negative ELBO of an auto-encoder whose prior is a mixture of diagonal normals. */
function vaeGmm(...[x, xHat, zMean, zLogVariance, mean, logVariance, logPi]: tf.Tensor[]): tf.Tensor {
  // The constant of the normal is omitted, as in symloss.
  const rebuilt = x!.sub(xHat!).square().mul(-0.5).sum(1);
  const z = zMean!.expandDims(1);
  const variance = logVariance!.exp();
  const log = z.sub(mean!).square().div(variance).add(logVariance!).add(logTwoPi).mul(-0.5).sum(2).add(logPi!);
  const responsibilities = tf.softmax(log);
  const expected = zLogVariance!
    .exp()
    .expandDims(1)
    .add(z.sub(mean!).square())
    .div(variance)
    .add(logVariance!)
    .add(logTwoPi);
  const prior = responsibilities.mul(expected.mul(-0.5).sum(2).add(logPi!).sub(responsibilities.log())).sum(1);
  const entropy = zLogVariance!
    .add(logTwoPi + 1)
    .mul(0.5)
    .sum(1);
  return rebuilt.add(prior).add(entropy).neg().mean();
}
