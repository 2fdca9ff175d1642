/// <reference lib="dom" />
/** How fast is engine-gpu in a page, beside TensorFlow.js on the same WebGL, gpu.js used by hand and plainly, and loops? Every result is read and checked. */
import { type DeviceArray, type NDArray, type Tensor, compile, ndarray, valueAndGrad } from "@symloss/core";
import { gpu } from "@symloss/engine-gpu";
import { huber, sigmoidCrossentropyLogits, sparseSoftmaxCrossentropyLogits, vae, vaeGmm } from "@symloss/losses";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import { GPU } from "gpu.js";
import type { ContenderTiming, GpuTiming } from "../src/gpu-timing.ts";
import { type PackedWorkload, packedKernels } from "./gpu-packed.ts";

/** Measures the workloads whose names match, and reports a `GpuTiming` for each. */
export default async function (filter: string, rounds: number, report: (value: unknown) => void): Promise<string> {
  await tf.setBackend("webgl");
  await tf.ready();
  const engine = await gpu();
  for (const [name, workload] of Object.entries(makeWorkloads())) {
    if (name.search(filter) !== -1) report(await measure(name, workload, engine, rounds));
  }
  await engine.dispose();
  return `${engine.device}, tfjs ${tf.version_core}`;
}

interface Workload {
  readonly inputs: readonly NDArray[];
  readonly ours: (...inputs: Tensor[]) => readonly Tensor[];
  readonly theirs: (...inputs: tf.Tensor[]) => readonly tf.Tensor[];
  /** Loops in JavaScript, where they are short. */
  readonly loops?: () => unknown;
  /** gpu.js as its own documentation uses it. */
  readonly plain?: () => unknown;
  /** gpu.js with kernels written by hand, four elements to a texel. */
  readonly packed?: () => PackedWorkload;
}

async function measure(
  workload: string,
  { inputs, ours, theirs, loops, plain, packed: makePacked }: Workload,
  engine: Awaited<ReturnType<typeof gpu>>,
  rounds: number,
): Promise<GpuTiming> {
  const step = compile((...given: Tensor[]) => ours(...given), { engine });
  const stepOnDevice = compile((...given: Tensor[]) => ours(...given), { engine, results: "device" });
  const first = (await step(...inputs)) as NDArray[];
  const held = await Promise.all(inputs.map(async (input) => engine.upload(input)));
  const make = ({ data, shape, dtype }: NDArray): tf.Tensor =>
    tf.tensor(data as Float32Array, [...shape], dtype === "int32" ? "int32" : "float32");
  const tensors = inputs.map(make);
  const packed = makePacked?.();
  checkResults(workload, first, {
    "TensorFlow.js": tf.tidy(() => theirs(...tensors).map((result) => result.dataSync())),
    ...(packed && { "gpu.js packed": [packed.throughHost()] }),
    ...(packed && { "gpu.js packed, resident": [packed.resident()] }),
  });
  const smallest = first.reduce((least, { size }, index) => (size < first[least]!.size ? index : least), 0);

  const throughHost = await interleave(
    {
      symloss: () => step.into(first as never, ...inputs),
      "TensorFlow.js": () => {
        const given = inputs.map(make);
        const results = tf.tidy(() => [...theirs(...given)]);
        for (const result of results) result.dataSync();
        tf.dispose([given, results]);
      },
      ...(packed && { "gpu.js packed": packed.throughHost }),
      ...(plain && { "gpu.js": plain }),
      ...(loops && { loops }),
    },
    rounds,
  );
  const keepOnDevice = async (): Promise<void> => {
    const results = (await stepOnDevice(...held)) as DeviceArray[];
    await results[smallest]!.read();
    for (const result of results) result.dispose();
  };
  const resident = await interleave(
    {
      symloss: async () => {
        if (first.length === 1) await step(...held);
        else await keepOnDevice();
      },
      "TensorFlow.js": () => {
        const results = tf.tidy(() => [...theirs(...tensors)]);
        results[smallest]!.dataSync();
        tf.dispose(results);
      },
      ...(packed && { "gpu.js packed": packed.resident }),
    },
    rounds,
  );
  for (const handle of held) handle.dispose();
  tf.dispose(tensors);
  await step.dispose();
  await stepOnDevice.dispose();
  return { workload, throughHost, resident };
}

/** Throws where a contender computes something else. */
function checkResults(
  workload: string,
  ours: readonly NDArray[],
  contenders: Readonly<Record<string, readonly ArrayLike<number>[]>>,
): void {
  for (const [name, results] of Object.entries(contenders)) {
    for (const [index, { data }] of ours.entries()) {
      const other = results[index]!;
      let largest = 0;
      for (const value of data) largest = Math.max(largest, Math.abs(value));
      const wrong = data.findIndex((value, at) => !(Math.abs(value - other[at]!) <= 2e-4 * largest));
      if (wrong === -1 && other.length === data.length) continue;
      throw new Error(
        `checkResults: ${name} must agree on result ${index} of "${workload}", got ${other[wrong]} for ${data[wrong]} at ${wrong}.`,
      );
    }
  }
}

async function interleave(
  contenders: Record<string, () => unknown>,
  rounds: number,
): Promise<Record<string, ContenderTiming>> {
  const times: Record<string, number[]> = {};
  for (const run of Object.values(contenders)) for (let warmUp = 0; warmUp < 2; warmUp++) await run();
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const start = performance.now();
      await run();
      (times[name] ??= []).push(performance.now() - start);
    }
  }
  const [first] = Object.values(times) as [number[]];
  const timingOf = (list: readonly number[]): ContenderTiming => ({
    milliseconds: median(list),
    ratio: median(list.map((time, round) => time / first[round]!)),
  });
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, timingOf(list)]));
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1]!;
}

function makeWorkloads(): Record<string, Workload> {
  const random = randomNumbers(12345);
  const floats = (shape: readonly number[], from = -2, to = 2): NDArray => {
    const size = shape.reduce((left, right) => left * right, 1);
    return ndarray(
      Float32Array.from({ length: size }, () => from + (to - from) * random()),
      [...shape],
    );
  };
  const million = 2 ** 20;
  const [rows, classes] = [4096, 1000];
  const [batch, pixels, latent, clusters] = [1024, 784, 32, 10];
  const pair = [floats([million]), floats([million])];
  const labels = ndarray(
    Int32Array.from({ length: rows }, () => Math.floor(classes * random())),
    [rows],
  );
  const logits = floats([rows, classes], -5, 5);
  const images = [floats([batch, pixels]), floats([batch, pixels]), floats([batch, latent])];
  const [y, p] = pair.map(({ data }) => data) as [Float32Array, Float32Array];
  const losses = new Float32Array(million);
  const side = 384;
  const matrices = [floats([side, side]), floats([side, side])];
  const [left, right] = matrices.map(({ data }) => data) as [Float32Array, Float32Array];
  const packed = packedKernels();

  const theirHuber = (reduction: tf.Reduction) => (x: tf.Tensor, y: tf.Tensor) => [
    tf.losses.huberLoss(x, y, undefined, 1, reduction),
  ];
  const theirRows = (labels: tf.Tensor, logits: tf.Tensor): tf.Tensor =>
    tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(labels as tf.Tensor1D, classes)), 1));
  const withGradients =
    (fn: (...given: tf.Tensor[]) => tf.Tensor, constants: number) =>
    (...given: tf.Tensor[]): tf.Tensor[] => {
      const fixed = given.slice(0, constants);
      const { value, grads } = tf.valueAndGrads((...wrt: tf.Tensor[]) => fn(...fixed, ...wrt) as tf.Scalar)(
        given.slice(constants),
      );
      return [value, ...grads];
    };
  const ourGradients =
    (fn: (...given: Tensor[]) => Tensor, constants: number) =>
    (...given: Tensor[]): Tensor[] => {
      const wrt = given.slice(constants).map((_, index) => index);
      const [value, gradients] = valueAndGrad((...rest: Tensor[]) => fn(...given.slice(0, constants), ...rest), {
        wrt,
      })(...given.slice(constants)) as [Tensor, Tensor[]];
      return [value, ...gradients];
    };
  const plainHuber = plainGpu(
    `function(y, p) { const d = Math.abs(y[this.thread.x] - p[this.thread.x]); return d <= 1 ? 0.5 * d * d : d - 0.5; }`,
    [million],
  );
  const plainRows = plainGpu(
    `function(labels, logits) {
      let m = logits[this.thread.x][0];
      for (let i = 1; i < ${classes}; i++) m = Math.max(m, logits[this.thread.x][i]);
      let s = 0;
      for (let i = 0; i < ${classes}; i++) s += Math.exp(logits[this.thread.x][i] - m);
      return Math.log(s) + m - logits[this.thread.x][labels[this.thread.x]];
    }`,
    [rows],
  );
  const huberLoops = (): number => {
    let sum = 0;
    for (let index = 0; index < million; index++) {
      const d = Math.abs(y[index]! - p[index]!);
      sum += losses[index] = d <= 1 ? 0.5 * d * d : d - 0.5;
    }
    return sum / million;
  };
  const rowLoops = (): Float32Array => {
    const x = logits.data;
    const result = new Float32Array(rows);
    for (let row = 0; row < rows; row++) {
      const start = row * classes;
      let m = -Infinity;
      for (let c = 0; c < classes; c++) m = Math.max(m, x[start + c]!);
      let s = 0;
      for (let c = 0; c < classes; c++) s += Math.exp(x[start + c]! - m);
      result[row] = Math.log(s) + m - x[start + labels.data[row]!]!;
    }
    return result;
  };

  return {
    "huber, 1M": {
      inputs: pair,
      ours: (x, y) => [huber(x!, y!)],
      theirs: (x, y) => theirHuber(tf.Reduction.NONE)(x!, y!),
      packed: () => packed.huber(y, p),
      plain: () => plainHuber(y, p),
      loops: huberLoops,
    },
    "mean huber, 1M": {
      inputs: pair,
      ours: (x, y) => [huber(x!, y!).mean()],
      theirs: (x, y) => theirHuber(tf.Reduction.MEAN)(x!, y!),
      packed: () => packed.meanHuber(y, p),
      loops: huberLoops,
    },
    "softmax cross entropy, 4096 x 1000": {
      inputs: [labels, logits],
      ours: (labels, logits) => [sparseSoftmaxCrossentropyLogits(labels!, logits!)],
      theirs: (labels, logits) => [theirRows(labels!, logits!)],
      packed: () => packed.softmaxRows(labels.data as Int32Array, logits.data as Float32Array),
      plain: () => plainRows(labels.data, plainInput(logits)),
      loops: rowLoops,
    },
    "softmax cross entropy, mean and gradient": {
      inputs: [labels, logits],
      ours: ourGradients((labels, logits) => sparseSoftmaxCrossentropyLogits(labels!, logits!).mean(), 1),
      theirs: withGradients((labels, logits) => tf.mean(theirRows(labels!, logits!)), 1),
    },
    "sigmoid cross entropy, mean and gradient, 1M": {
      inputs: [ndarray(Float32Array.from({ length: million }, () => (random() < 0.5 ? 1 : 0))), pair[0]!],
      ours: ourGradients((labels, logits) => sigmoidCrossentropyLogits(labels!, logits!).mean(), 1),
      theirs: withGradients((labels, logits) => tf.losses.sigmoidCrossEntropy(labels!, logits!) as tf.Tensor, 1),
    },
    "VAE, mean and gradients": {
      inputs: [...images, floats([batch, latent], 0.3, 1.5)],
      ours: ourGradients(
        (x, xHat, mean, variance) =>
          vae(x!, xHat!, mean!, variance!, { zMean: 0, zVariance: 1, xVariance: 1, formula: "corrected" }).mean(),
        1,
      ),
      theirs: withGradients((x, xHat, mean, variance) => {
        const rebuilt = x!
          .sub(xHat!)
          .square()
          .add(Math.log(2 * Math.PI))
          .mul(0.5)
          .sum(1);
        const divergence = variance!.add(mean!.square()).sub(1).sub(variance!.log()).mul(0.5).sum(1);
        return rebuilt.add(divergence).mean();
      }, 1),
    },
    "mixture VAE, mean and gradients": {
      inputs: [
        ...images,
        floats([batch, latent], -0.5, 0.5),
        floats([clusters, latent]),
        floats([clusters, latent], -0.5, 0.5),
        floats([clusters], -0.5, 0.5),
      ],
      ours: ourGradients(
        (x, xHat, zMean, zLogVariance, mean, logVariance, logPi) =>
          vaeGmm(x!, xHat!, zMean!, zLogVariance!, mean!, logVariance!, logPi!, { formula: "corrected" }).loss.mean(),
        1,
      ),
      theirs: withGradients(theirMixture, 1),
    },
    "six small results of 1024 x 64": {
      inputs: [floats([1024, 64])],
      ours: (x) => [x!.mean(), x!.max(), x!.sum(0), x!.max(0), x!.sum(1), x!.softmax(1).mean(0)],
      theirs: (x) => [x!.mean(), x!.max(), x!.sum(0), x!.max(0), x!.sum(1), x!.softmax(1).mean(0)],
    },
    "huber and its gradients, 1M": {
      inputs: pair,
      ours: (x, y) => {
        const [, gradients] = valueAndGrad((x: Tensor, y: Tensor) => huber(x, y).sum(), { wrt: [0, 1] })(x!, y!);
        return [huber(x!, y!), ...(gradients as unknown as Tensor[])];
      },
      theirs: (x, y) => {
        const sum = tf.valueAndGrads((x: tf.Tensor, y: tf.Tensor) =>
          tf.losses.huberLoss(x, y, undefined, 1, tf.Reduction.SUM),
        );
        return [...theirHuber(tf.Reduction.NONE)(x!, y!), ...sum([x!, y!]).grads];
      },
    },
    "matmul, 384 x 384 x 384": {
      inputs: matrices,
      ours: (x, y) => [x!.matmul(y!)],
      theirs: (x, y) => [tf.matMul(x!, y!)],
      packed: () => packed.matmul(left, right),
    },
  };
}

/** The corrected negative ELBO of a VAE whose prior is a mixture of diagonal normals. */
function theirMixture(...[x, xHat, zMean, zLogVariance, mean, logVariance, logPi]: tf.Tensor[]): tf.Tensor {
  const log2Pi = Math.log(2 * Math.PI);
  // The constant of the normal is left out, as ours leaves it out.
  const rebuilt = x!.sub(xHat!).square().mul(-0.5).sum(1);
  const z = zMean!.expandDims(1);
  const variance = logVariance!.exp();
  const log = z.sub(mean!).square().div(variance).add(logVariance!).add(log2Pi).mul(-0.5).sum(2).add(logPi!);
  const responsibilities = tf.softmax(log);
  const expected = zLogVariance!
    .exp()
    .expandDims(1)
    .add(z.sub(mean!).square())
    .div(variance)
    .add(logVariance!)
    .add(log2Pi);
  const prior = responsibilities.mul(expected.mul(-0.5).sum(2).add(logPi!).sub(responsibilities.log())).sum(1);
  const entropy = zLogVariance!
    .add(log2Pi + 1)
    .mul(0.5)
    .sum(1);
  return rebuilt.add(prior).add(entropy).neg().mean();
}

const plain = new GPU({ mode: "webgl2" });

function plainGpu(source: string, output: number[]): (...inputs: unknown[]) => unknown {
  return plain.createKernel(source, { output }) as unknown as (...inputs: unknown[]) => unknown;
}

function plainInput({ data, shape: [rows, columns] }: NDArray): Float32Array[] {
  return Array.from({ length: rows! }, (_, row) =>
    (data as Float32Array).subarray(row * columns!, (row + 1) * columns!),
  );
}

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
