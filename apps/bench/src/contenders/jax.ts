/** How does jax-js compute each workload, as its users write it? An array is used up by what it goes into, but for its `ref`. */
import type { Workload, WorkloadInput } from "../measure/workload.ts";
import { type Contender, type Run, accumulated } from "./contender.ts";

/** What is used of `@jax-js/jax`. */
export interface Jax {
  init(...devices: string[]): Promise<readonly string[]>;
  defaultDevice(device: string): string;
  jit(fn: Formula): Formula;
  valueAndGrad(
    fn: (...inputs: JaxArray[]) => JaxArray,
    options: { argnums: number[] },
  ): (...inputs: JaxArray[]) => [JaxArray, JaxArray[]];
  readonly numpy: {
    array(data: WorkloadInput["data"], options?: { dtype: unknown }): JaxArray;
    readonly int32: unknown;
    readonly float32: unknown;
    abs(x: JaxArray): JaxArray;
    exp(x: JaxArray): JaxArray;
    log(x: JaxArray): JaxArray;
    log1p(x: JaxArray): JaxArray;
    square(x: JaxArray): JaxArray;
    minimum(x: JaxArray, y: JaxArray | number): JaxArray;
    maximum(x: JaxArray, y: JaxArray | number): JaxArray;
    sum(x: JaxArray, axis?: number): JaxArray;
    mean(x: JaxArray, axis?: number): JaxArray;
    argmax(x: JaxArray, axis: number): JaxArray;
    equal(x: JaxArray, y: JaxArray): JaxArray;
    matmul(x: JaxArray, y: JaxArray): JaxArray;
  };
  readonly nn: {
    oneHot(indices: JaxArray, depth: number): JaxArray;
    logsumexp(x: JaxArray, axis: number): JaxArray;
    logSoftmax(x: JaxArray, axis: number): JaxArray;
  };
}

/** An array of jax-js. */
export interface JaxArray {
  readonly ref: JaxArray;
  readonly shape: readonly number[];
  add(y: JaxArray | number): JaxArray;
  sub(y: JaxArray | number): JaxArray;
  mul(y: JaxArray | number): JaxArray;
  div(y: JaxArray | number): JaxArray;
  neg(): JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  transpose(): JaxArray;
  astype(dtype: unknown): JaxArray;
  /** Uses the array up. */
  dataSync(): ArrayLike<number>;
  dispose(): void;
}

/** jax-js on its WebAssembly device, which has been made ready; every formulation of a workload enters. */
export function jaxContender(name: string, jax: Jax, device: string): Contender {
  return {
    name,
    kind: "peer",
    device,
    tolerance: accumulated,
    enter: ({ name: workload, inputs }) => {
      const found = formulas[workload];
      if (found === undefined) return { reason: "this was not written for jax-js" };
      return Object.entries(found).map(([variant, formula]) => ({
        ...(variant === "plain" ? {} : { variant }),
        prepare: () => prepare(jax, formula, inputs),
      }));
    },
    dispose: () => {},
  };
}

function prepare(jax: Jax, formula: (jax: Jax) => Formula, inputs: Workload["inputs"]): Run {
  const { numpy } = jax;
  const held = inputs.map(({ data, shape }) =>
    numpy.array(data, { dtype: data instanceof Int32Array ? numpy.int32 : numpy.float32 }).reshape(shape),
  );
  const compiled = jax.jit(formula(jax));
  // It is lazy: nothing is computed until the results are read.
  const read = (): ArrayLike<number>[] =>
    compiled(...held.map((array) => array.ref)).map((result) => result.dataSync());
  return {
    run: read,
    outputs: read,
    dispose: () => {
      for (const array of held) array.dispose();
    },
  };
}

type Formula = (...inputs: JaxArray[]) => JaxArray[];

/** The value of `fn` and its gradients with respect to all but the first input. */
function withGradients(fn: (jax: Jax, inputs: readonly JaxArray[]) => JaxArray): (jax: Jax) => Formula {
  return (jax) =>
    (...inputs) => {
      const argnums = inputs.slice(1).map((_, index) => index + 1);
      const [value, gradients] = jax.valueAndGrad((...given) => fn(jax, given), { argnums })(...inputs);
      return [value, ...gradients];
    };
}

const logTwoPi = Math.log(2 * Math.PI);

const meanHuber: Readonly<Record<string, (jax: Jax) => Formula>> = {
  plain: (jax) => (y, p) => [jax.numpy.mean(huber(jax, y!, p!))],
};

/** Of each workload every formulation that may be the fastest. */
const formulas: Readonly<Record<string, Readonly<Record<string, (jax: Jax) => Formula>>>> = {
  W1: { plain: (jax) => (y, p) => [huber(jax, y!, p!)] },
  W2: meanHuber,
  W3: { plain: (jax) => (labels, logits) => [crossEntropy(jax, labels!, logits!)] },
  W4: {
    "log-sum-exp": withGradients((jax, [labels, logits]) => jax.numpy.mean(crossEntropy(jax, labels!, logits!))),
    "log-softmax": withGradients((jax, [labels, logits]) => {
      const chosen = jax.nn.oneHot(labels!, logits!.shape[1]!).mul(jax.nn.logSoftmax(logits!, -1));
      return jax.numpy.mean(jax.numpy.sum(chosen, -1)).neg();
    }),
  },
  W5: { plain: withGradients(sigmoidCrossEntropy) },
  W6: { plain: withGradients(elbo) },
  W7: { direct: mixture(density), matmul: mixture(densityByMatmul) },
  W8: {
    plain:
      ({ numpy }) =>
      (labels, logits) => [numpy.mean(numpy.equal(numpy.argmax(logits!, 1), labels!).astype(numpy.float32))],
  },
  W9: meanHuber,
  W10: {
    plain: (jax) => (y, p) => {
      const residual = variance(jax, y!.ref.sub(p!));
      return [residual.div(variance(jax, y!)).neg().add(1)];
    },
  },
  V1: { plain: withGradients(vae) },
  V2: { direct: withGradients(vaeGmm(density)), matmul: withGradients(vaeGmm(densityByMatmul)) },
  D1: {
    plain:
      ({ numpy }) =>
      (x, weights, bias) => [numpy.maximum(numpy.matmul(x!, weights!).add(bias!), 0)],
  },
};

function huber({ numpy }: Jax, y: JaxArray, p: JaxArray): JaxArray {
  const distance = numpy.abs(y.sub(p));
  const near = numpy.minimum(distance.ref, 1);
  return near.ref.mul(distance.sub(near.mul(0.5)));
}

function crossEntropy({ numpy, nn }: Jax, labels: JaxArray, logits: JaxArray): JaxArray {
  const chosen = nn.oneHot(labels, logits.shape[1]!).mul(logits.ref);
  return nn.logsumexp(logits, -1).sub(numpy.sum(chosen, -1));
}

function sigmoidCrossEntropy({ numpy }: Jax, [labels, logits]: readonly JaxArray[]): JaxArray {
  const tail = numpy.log1p(numpy.exp(numpy.abs(logits!.ref).neg()));
  return numpy.mean(numpy.maximum(logits!.ref, 0).sub(logits!.mul(labels!)).add(tail));
}

function elbo({ numpy }: Jax, [x, xHat, mean, logVariance]: readonly JaxArray[]): JaxArray {
  const rows = x!.shape[0]!;
  const divergence = numpy.exp(logVariance!.ref).add(numpy.square(mean!)).sub(1).sub(logVariance!);
  return numpy
    .sum(numpy.square(xHat!.sub(x!)))
    .add(numpy.sum(divergence))
    .mul(0.5 / rows);
}

/** The logarithm of the density of each row of `z` in each cluster. */
type Density = (jax: Jax, z: JaxArray, mu: JaxArray, logVariance: JaxArray) => JaxArray;

function density(jax: Jax, z: JaxArray, mu: JaxArray, logVariance: JaxArray): JaxArray {
  const { numpy } = jax;
  const [rows, width] = z.shape as [number, number];
  const clusters = mu.shape[0]!;
  const apart = z.reshape([rows, 1, width]).sub(mu.reshape([1, clusters, width]));
  const inverse = numpy.exp(logVariance.ref.neg()).reshape([1, clusters, width]);
  return numpy.sum(numpy.square(apart).mul(inverse), -1).mul(-0.5).add(normalisation(jax, logVariance));
}

/** With the square of a difference said as three products. */
function densityByMatmul(jax: Jax, z: JaxArray, mu: JaxArray, logVariance: JaxArray): JaxArray {
  const { numpy } = jax;
  const inverse = numpy.exp(logVariance.ref.neg());
  const scaled = mu.ref.mul(inverse.ref);
  const constant = normalisation(jax, logVariance).sub(numpy.sum(mu.mul(scaled.ref), -1).mul(0.5));
  const squares = numpy.matmul(numpy.square(z.ref), inverse.mul(-0.5).transpose());
  return squares.add(numpy.matmul(z, scaled.transpose())).add(constant);
}

function normalisation({ numpy }: Jax, logVariance: JaxArray): JaxArray {
  return numpy.sum(logVariance.add(logTwoPi), -1).mul(-0.5);
}

function mixture(densityOf: Density): (jax: Jax) => Formula {
  return (jax) => (z, mu, logVariance, logPi) => {
    const { numpy, nn } = jax;
    const logDensity = densityOf(jax, z!, mu!, logVariance!);
    const logs = nn.logSoftmax(logDensity.ref.add(logPi!), -1);
    const gamma = numpy.exp(logs.ref);
    const entropy = numpy.sum(gamma.ref.mul(logs), -1).neg();
    const expected = numpy.sum(gamma.ref.mul(logDensity), -1);
    return [gamma, entropy.ref, expected.ref, numpy.mean(entropy.add(expected))];
  };
}

function variance({ numpy }: Jax, x: JaxArray): JaxArray {
  const centre = numpy.mean(x.ref);
  return numpy.mean(numpy.square(x.sub(centre)));
}

function vae({ numpy }: Jax, [x, xHat, mean, zVariance]: readonly JaxArray[]): JaxArray {
  const rebuilt = numpy.sum(numpy.square(x!.sub(xHat!)).add(logTwoPi).mul(0.5), 1);
  const each = zVariance!.ref.add(numpy.square(mean!)).sub(1).sub(numpy.log(zVariance!));
  return numpy.mean(rebuilt.add(numpy.sum(each.mul(0.5), 1)));
}

function vaeGmm(densityOf: Density): (jax: Jax, inputs: readonly JaxArray[]) => JaxArray {
  return (jax, [x, xHat, zMean, zLogVariance, mean, logVariance, logPi]) => {
    const { numpy, nn } = jax;
    // The constant of the normal is left out, as symloss leaves it out.
    const rebuilt = numpy.sum(numpy.square(x!.sub(xHat!)), 1).mul(0.5);
    const spread = numpy.matmul(numpy.exp(zLogVariance!.ref), numpy.exp(logVariance!.ref.neg()).transpose());
    const logDensity = densityOf(jax, zMean!, mean!, logVariance!);
    const logs = nn.logSoftmax(logDensity.ref.add(logPi!.ref), -1);
    const expected = logDensity.sub(spread.mul(0.5));
    const prior = numpy.sum(numpy.exp(logs.ref).mul(expected.add(logPi!).sub(logs)), 1);
    const entropy = numpy.sum(zLogVariance!.add(logTwoPi + 1).mul(0.5), 1);
    return numpy.mean(rebuilt.sub(prior).sub(entropy));
  };
}
