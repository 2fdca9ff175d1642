/** How fast is gpu.js when used as its documentation does: default settings, arrays that it uploads, textures passed on? */
import { GPU, Input } from "gpu.js";
import { type Contender, type Run, accumulated } from "../../src/contenders/contender.ts";
import type { Residence } from "../../src/contenders/residence.ts";
import type { Workload, WorkloadInput } from "../../src/measure/workload.ts";
import { elementsOfResult, loseContext, variantOf } from "./device-run.ts";

/** Kernels by hand for gpu.js, with arrays that are uploaded and read back in each run, or stay on the device. */
export function gpuJsContender(where: readonly Residence[]): Contender {
  const gpuJs = new GPU({ mode: "webgl2" });
  return {
    name: "gpu-js",
    kind: "by hand",
    device: "gpu.js, webgl2",
    tolerance: accumulated,
    enter: (workload) => {
      const kernels = workloads[workload.name];
      if (kernels === undefined) return { reason: "no kernels were written by hand for this" };
      const { multipleOf } = kernels;
      if (workload.inputs[0]!.shape[0]! % multipleOf !== 0) {
        return { reason: `its kernels add up ${multipleOf} at a time` };
      }
      return where.map((residence) => ({
        ...variantOf(residence),
        prepare: () => prepare[residence](kernelMaker(gpuJs), kernels, workload),
      }));
    },
    dispose: () => loseContext(gpuJs.context as WebGL2RenderingContext | null),
  };
}

const prepare: Readonly<Record<Residence, (makeKernel: MakeKernel, kernels: Kernels, workload: Workload) => Run>> = {
  into: (makeKernel, kernels, { inputs }) => {
    const upload = uploader(makeKernel, inputs);
    const step = kernels.make(makeKernel, shapesOf(inputs), {});
    const run = (): Results => step(...(kernels.readsOnce ? arraysOf(inputs) : upload()));
    return { run, outputs: () => run().map(elementsOfResult), dispose: makeKernel.dispose };
  },
  resident: (makeKernel, kernels, { inputs }) => {
    const held = uploader(makeKernel, inputs)();
    const step = kernels.make(makeKernel, shapesOf(inputs), { pipeline: true });
    // The first result is read, and so waits for what was asked before it.
    const run = (): Results => step(...held);
    return { run, outputs: () => run().map(elementsOfResult), dispose: makeKernel.dispose };
  },
};

function shapesOf(inputs: readonly WorkloadInput[]): readonly (readonly number[])[] {
  return inputs.map(({ shape }) => shape);
}

function arraysOf(inputs: readonly WorkloadInput[]): readonly unknown[] {
  return inputs.map(({ data, shape: [rows, columns] }) =>
    columns === undefined ? data : new Input(data as never, [columns, rows!]),
  );
}

/** Copies every array into a texture, by a kernel. */
function uploader(makeKernel: MakeKernel, inputs: readonly WorkloadInput[]): () => unknown[] {
  const arrays = arraysOf(inputs);
  const copies = inputs.map(({ shape }) => makeKernel(copy[shape.length]!, shape, { pipeline: true }));
  return () => arrays.map((array, at) => copies[at]!(array));
}

/** In the order of the workload. */
type Results = readonly unknown[];

interface Kernels {
  /** The rows, or elements of flat inputs, are a multiple of this. */
  readonly multipleOf: number;
  /** Whether one kernel reads each array; if several do, a kernel copies the array into a texture for all of them. */
  readonly readsOnce: boolean;
  /** Kernels for inputs of these shapes. The first result is the smallest and is read back; `settings` apply to the others. */
  readonly make: (
    makeKernel: MakeKernel,
    shapes: readonly (readonly number[])[],
    settings: KernelSettings,
  ) => (...inputs: unknown[]) => Results;
}

interface KernelSettings {
  readonly pipeline?: boolean;
}

type Kernel = (...inputs: unknown[]) => never;

/** A kernel whose output has this shape; its source sees the lengths of every shape as numbers. */
interface MakeKernel {
  (source: string, shape: readonly number[], settings?: KernelSettings): Kernel;
  /** Frees all that was made. */
  readonly dispose: () => void;
}

/** Kernels on the one context of the contender: a worker has no more than four at a time. */
function kernelMaker(gpuJs: GPU): MakeKernel {
  const made: { destroy(): void }[] = [];
  const make = (source: string, shape: readonly number[], settings: KernelSettings = {}): Kernel => {
    const kernel = gpuJs.createKernel(source, { output: shape.toReversed(), ...settings });
    made.push(kernel);
    return kernel as unknown as Kernel;
  };
  const dispose = (): void => {
    for (const kernel of made) kernel.destroy();
  };
  return Object.assign(make, { dispose });
}

const copy: Readonly<Record<number, string>> = {
  1: `function(x) { return x[this.thread.x]; }`,
  2: `function(x) { return x[this.thread.y][this.thread.x]; }`,
};

/** Adds up what the threads of a summing kernel leave. */
function mean(sums: Float32Array, count: number): Float32Array {
  let total = 0;
  for (const sum of sums) total += sum;
  return Float32Array.of(total / count);
}

/** How many elements one thread adds up. */
const perThread = 256;

const huberSource = `const d = Math.abs(y[i] - p[i]); const loss = d <= 1 ? 0.5 * d * d : d - 0.5;`;
const logSumExpSource = (classes: number): string => `
  let m = x[row][0];
  for (let i = 1; i < ${classes}; i++) m = Math.max(m, x[row][i]);
  let s = 0;
  for (let i = 0; i < ${classes}; i++) s += Math.exp(x[row][i] - m);
  const logSumExp = Math.log(s) + m;`;
const halfSquaresSource = (width: number): string => `
  let squares = 0;
  for (let i = 0; i < ${width}; i++) { const d = x[row][i] - xHat[row][i]; squares += 0.5 * d * d; }`;
const differenceSource = (rows: number): string =>
  `function(x, xHat) { return (xHat[this.thread.y][this.thread.x] - x[this.thread.y][this.thread.x]) / ${rows}; }`;
const logTwoPi = Math.log(2 * Math.PI);

const workloads: Readonly<Record<string, Kernels>> = {
  W1: {
    multipleOf: 1,
    readsOnce: true,
    make(makeKernel, [size]) {
      const losses = makeKernel(`function(y, p) { const i = this.thread.x; ${huberSource} return loss; }`, size!);
      return (y, p) => [losses(y, p)];
    },
  },
  W2: {
    multipleOf: perThread,
    readsOnce: true,
    make(makeKernel, [size]) {
      const count = size![0]!;
      const sums = makeKernel(
        `function(y, p) {
          let sum = 0;
          for (let j = 0; j < ${perThread}; j++) { const i = this.thread.x * ${perThread} + j; ${huberSource} sum += loss; }
          return sum;
        }`,
        [count / perThread],
      );
      return (y, p) => [mean(sums(y, p), count)];
    },
  },
  W3: {
    multipleOf: 1,
    readsOnce: true,
    make(makeKernel, shapes) {
      const [rows, classes] = shapes[1] as [number, number];
      const losses = makeKernel(
        `function(labels, x) {
          const row = this.thread.x;
          ${logSumExpSource(classes)}
          return logSumExp - x[row][labels[row]];
        }`,
        [rows],
      );
      return (labels, logits) => [losses(labels, logits)];
    },
  },
  W4: {
    multipleOf: 1,
    readsOnce: false,
    make(makeKernel, shapes, settings) {
      const [rows, classes] = shapes[1] as [number, number];
      const logSums = makeKernel(
        `function(x) { const row = this.thread.x; ${logSumExpSource(classes)} return logSumExp; }`,
        [rows],
        { pipeline: true },
      );
      const losses = makeKernel(
        `function(labels, x, logSums) { return logSums[this.thread.x] - x[this.thread.x][labels[this.thread.x]]; }`,
        [rows],
      );
      const gradient = makeKernel(
        `function(labels, x, logSums) {
          const p = Math.exp(x[this.thread.y][this.thread.x] - logSums[this.thread.y]);
          return (labels[this.thread.y] === this.thread.x ? p - 1 : p) / ${rows};
        }`,
        [rows, classes],
        settings,
      );
      return (labels, logits) => {
        const sums = logSums(logits);
        const gradients = gradient(labels, logits, sums);
        return [mean(losses(labels, logits, sums), rows), gradients];
      };
    },
  },
  W5: {
    multipleOf: perThread,
    readsOnce: false,
    make(makeKernel, [size], settings) {
      const count = size![0]!;
      const sums = makeKernel(
        `function(y, x) {
          let sum = 0;
          for (let j = 0; j < ${perThread}; j++) {
            const i = this.thread.x * ${perThread} + j;
            sum += Math.max(x[i], 0) - x[i] * y[i] + Math.log(1 + Math.exp(-Math.abs(x[i])));
          }
          return sum;
        }`,
        [count / perThread],
      );
      const gradient = makeKernel(
        `function(y, x) { return (1 / (1 + Math.exp(-x[this.thread.x])) - y[this.thread.x]) / ${count}; }`,
        [count],
        settings,
      );
      return (labels, logits) => {
        const gradients = gradient(labels, logits);
        return [mean(sums(labels, logits), count), gradients];
      };
    },
  },
  V1: {
    multipleOf: 1,
    readsOnce: false,
    make(makeKernel, shapes, settings) {
      const [rows, width] = shapes[0] as [number, number];
      const latent = shapes[2]![1]!;
      const losses = makeKernel(
        `function(x, xHat, mean, variance) {
          const row = this.thread.x;
          ${halfSquaresSource(width)}
          let divergence = 0;
          for (let k = 0; k < ${latent}; k++) {
            const v = variance[row][k];
            divergence += v + mean[row][k] * mean[row][k] - 1 - Math.log(v);
          }
          return squares + 0.5 * divergence + ${0.5 * logTwoPi * width};
        }`,
        [rows],
      );
      const xHatGradient = makeKernel(differenceSource(rows), [rows, width], settings);
      const meanGradient = makeKernel(
        `function(mean) { return mean[this.thread.y][this.thread.x] / ${rows}; }`,
        [rows, latent],
        settings,
      );
      const varianceGradient = makeKernel(
        `function(variance) { return (0.5 - 0.5 / variance[this.thread.y][this.thread.x]) / ${rows}; }`,
        [rows, latent],
        settings,
      );
      return (x, xHat, zMean, variance) => {
        const gradients = [xHatGradient(x, xHat), meanGradient(zMean), varianceGradient(variance)];
        return [mean(losses(x, xHat, zMean, variance), rows), ...gradients];
      };
    },
  },
  V2: {
    multipleOf: 1,
    readsOnce: false,
    make(makeKernel, shapes, settings) {
      const [rows, width] = shapes[0] as [number, number];
      const [clusters, latent] = shapes[4] as [number, number];
      const [R, K, C] = [rows, latent, clusters];
      const each = (count: number, source: string, result = "sum"): string =>
        `let sum = 0; for (let i = 0; i < ${count}; i++) { ${source} } return ${result};`;
      const overClusters = [R, C];
      const joint = makeKernel(
        `function(z, mean, logVariance, logPi) {
          const n = this.thread.y;
          const c = this.thread.x;
          let s = 0;
          for (let k = 0; k < ${K}; k++) {
            const d = z[n][k] - mean[c][k];
            s += d * d * Math.exp(-logVariance[c][k]) + logVariance[c][k] + ${logTwoPi};
          }
          return logPi[c] - 0.5 * s;
        }`,
        overClusters,
        { pipeline: true },
      );
      const spread = makeKernel(
        `function(zLogVariance, logVariance) {
          ${each(K, `sum += 0.5 * Math.exp(zLogVariance[this.thread.y][i] - logVariance[this.thread.x][i]);`)}
        }`,
        overClusters,
        { pipeline: true },
      );
      const gamma = makeKernel(
        `function(x) {
          const row = this.thread.y;
          ${logSumExpSource(C)}
          return Math.exp(x[row][this.thread.x] - logSumExp);
        }`,
        overClusters,
        { pipeline: true },
      );
      const slope = makeKernel(
        `function(gamma, spread) {
          const n = this.thread.y;
          let mean = 0;
          for (let i = 0; i < ${C}; i++) mean += gamma[n][i] * spread[n][i];
          return gamma[n][this.thread.x] * (spread[n][this.thread.x] - mean - 1);
        }`,
        overClusters,
        { pipeline: true },
      );
      const losses = makeKernel(
        `function(x, xHat, zLogVariance, joint, gamma, spread) {
          const row = this.thread.x;
          ${halfSquaresSource(width)}
          let entropy = 0;
          for (let k = 0; k < ${K}; k++) entropy += 0.5 * (zLogVariance[row][k] + ${logTwoPi + 1});
          let prior = 0;
          for (let c = 0; c < ${C}; c++) {
            prior += gamma[row][c] * (joint[row][c] - spread[row][c] - Math.log(gamma[row][c] + 1e-30));
          }
          return squares - entropy - prior;
        }`,
        [R],
      );
      const xHatGradient = makeKernel(differenceSource(R), [R, width], settings);
      const zMeanGradient = makeKernel(
        `function(z, mean, logVariance, slope) {
          const n = this.thread.y;
          const k = this.thread.x;
          ${each(C, `sum -= slope[n][i] * (z[n][k] - mean[i][k]) * Math.exp(-logVariance[i][k]);`, `sum / ${R}`)}
        }`,
        [R, K],
        settings,
      );
      const zLogVarianceGradient = makeKernel(
        `function(zLogVariance, logVariance, gamma) {
          const n = this.thread.y;
          const k = this.thread.x;
          ${each(C, `sum += 0.5 * gamma[n][i] * Math.exp(zLogVariance[n][k] - logVariance[i][k]);`, `(sum - 0.5) / ${R}`)}
        }`,
        [R, K],
        settings,
      );
      const meanGradient = makeKernel(
        `function(z, mean, logVariance, slope) {
          const c = this.thread.y;
          const k = this.thread.x;
          ${each(R, `sum += slope[i][c] * (z[i][k] - mean[c][k]);`, `sum * Math.exp(-logVariance[c][k]) / ${R}`)}
        }`,
        [C, K],
        settings,
      );
      const logVarianceGradient = makeKernel(
        `function(z, zLogVariance, mean, logVariance, gamma, slope) {
          const c = this.thread.y;
          const k = this.thread.x;
          const inverse = Math.exp(-logVariance[c][k]);
          ${each(
            R,
            `const d = z[i][k] - mean[c][k];
            sum += slope[i][c] * (d * d * inverse - 1) - gamma[i][c] * Math.exp(zLogVariance[i][k]) * inverse;`,
            `0.5 * sum / ${R}`,
          )}
        }`,
        [C, K],
        settings,
      );
      const logPiGradient = makeKernel(
        `function(slope) { ${each(R, `sum += slope[i][this.thread.x];`, `sum / ${R}`)} }`,
        [C],
        settings,
      );
      return (x, xHat, z, zLogVariance, centres, logVariance, logPi) => {
        const scores = joint(z, centres, logVariance, logPi);
        const spreads = spread(zLogVariance, logVariance);
        const gammas = gamma(scores);
        const slopes = slope(gammas, spreads);
        const gradients = [
          xHatGradient(x, xHat),
          zMeanGradient(z, centres, logVariance, slopes),
          zLogVarianceGradient(zLogVariance, logVariance, gammas),
          meanGradient(z, centres, logVariance, slopes),
          logVarianceGradient(z, zLogVariance, centres, logVariance, gammas, slopes),
          logPiGradient(slopes),
        ];
        return [mean(losses(x, xHat, zLogVariance, scores, gammas, spreads), R), ...gradients];
      };
    },
  },
  G3: {
    multipleOf: 1,
    readsOnce: true,
    make(makeKernel, [left, right]) {
      const [rows, inner] = left as [number, number];
      const product = makeKernel(
        `function(x, y) {
          let sum = 0;
          for (let i = 0; i < ${inner}; i++) sum += x[this.thread.y][i] * y[i][this.thread.x];
          return sum;
        }`,
        [rows, right![1]!],
      );
      return (x, y) => [product(x, y)];
    },
  },
};
