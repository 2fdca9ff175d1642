/** What does an autoencoder of images compute, whose prior is a mixture of normals, and which numbers does it begin with? */
import { type NDArray, type Tensor, ndarray } from "@symloss/core";
import { type VaeGmmResult, vaeGmm } from "@symloss/losses";
import type { Random } from "../random.ts";

/** How many numbers stand for an image. */
export const latents = 10;

/** The encoder, which finds the mean and log variance of the numbers z that stand for an image, and the decoder. */
export interface Network<A> {
  readonly encoderWeights: A;
  readonly encoderBias: A;
  readonly meanWeights: A;
  readonly meanBias: A;
  readonly logVarianceWeights: A;
  readonly logVarianceBias: A;
  readonly decoderWeights: A;
  readonly decoderBias: A;
  readonly pixelWeights: A;
  readonly pixelBias: A;
}

/** The normals that z is drawn from: centres and log variances [clusters, latents], and logits [clusters] of how often each. */
export interface Prior<A> {
  readonly centres: A;
  readonly logVariances: A;
  readonly logits: A;
}

/** The loss of images [batch, pixels], with noise [batch, latents] from the standard normal. */
export function autoencoderLoss(model: Network<Tensor> & Prior<Tensor>, images: Tensor, noise: Tensor): VaeGmmResult {
  const { mean, logVariance } = encode(model, images);
  const z = mean.add(noise.mul(logVariance.mul(0.5).exp()));
  return vaeGmm(
    {
      x: images,
      xHat: decode(model, z),
      zMean: mean,
      zLogVariance: logVariance,
      mean: model.centres,
      logVariance: model.logVariances,
      logPi: model.logits.logSoftmax(),
    },
    { logVarianceX, formula: "corrected" },
  );
}

/** What z is like for each image, [batch, latents] both. */
export function encode(network: Network<Tensor>, images: Tensor): { mean: Tensor; logVariance: Tensor } {
  const features = images.matmul(network.encoderWeights).add(network.encoderBias).relu();
  return {
    mean: features.matmul(network.meanWeights).add(network.meanBias),
    logVariance: features.matmul(network.logVarianceWeights).add(network.logVarianceBias),
  };
}

function decode(network: Network<Tensor>, z: Tensor): Tensor {
  const features = z.matmul(network.decoderWeights).add(network.decoderBias).relu();
  return features.matmul(network.pixelWeights).add(network.pixelBias).sigmoid();
}

/** Weights by chance, so large that they keep the spread of what they are applied to. */
export function makeNetwork(pixels: number, random: Random): Network<NDArray> {
  return {
    encoderWeights: makeNormals([pixels, hidden], Math.sqrt(2 / pixels), random),
    encoderBias: makeZeros([hidden]),
    meanWeights: makeNormals([hidden, latents], Math.sqrt(1 / hidden), random),
    meanBias: makeZeros([latents]),
    logVarianceWeights: makeZeros([hidden, latents]),
    logVarianceBias: makeZeros([latents]),
    decoderWeights: makeNormals([latents, hidden], Math.sqrt(2 / latents), random),
    decoderBias: makeZeros([hidden]),
    pixelWeights: makeNormals([hidden, pixels], Math.sqrt(1 / hidden), random),
    pixelBias: makeZeros([pixels]),
  };
}

/** The standard normal alone, as in an ordinary variational autoencoder. */
export function makeStandardNormal(): Prior<NDArray> {
  return { centres: makeZeros([1, latents]), logVariances: makeZeros([1, latents]), logits: makeZeros([1]) };
}

/** Numbers from the normal distribution around 0. */
export function makeNormals(shape: readonly number[], deviation: number, random: Random): NDArray {
  const array = makeZeros(shape);
  for (let index = 0; index < array.size; index++) array.data[index] = deviation * random.normal();
  return array;
}

function makeZeros(shape: readonly number[]): NDArray {
  return ndarray(new Float32Array(shape.reduce((left, right) => left * right, 1)), shape);
}

const hidden = 128;
/** Of a pixel, given z: the smaller, the more a faithful image counts against a simple prior. */
const logVarianceX = -3;
