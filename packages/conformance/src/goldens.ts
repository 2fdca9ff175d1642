/** What are the known right numbers, and how are they read? `goldens/README.md` of the repository's source says where they come from. */
import type { DType, NDArray } from "@symloss/core";
import { arrayOf } from "./data.ts";
import accuracy from "./goldens/accuracy.json" with { type: "json" };
import clusteringAccuracy from "./goldens/clustering_accuracy.json" with { type: "json" };
import explainedVariance from "./goldens/explained_variance.json" with { type: "json" };
import fgmmVae from "./goldens/fgmm_vae.json" with { type: "json" };
import hingeLoss from "./goldens/hinge_loss.json" with { type: "json" };
import huber from "./goldens/huber.json" with { type: "json" };
import kinkEntries from "./goldens/kinks.json" with { type: "json" };
import multiclassHingeLoss from "./goldens/multiclass_hinge_loss.json" with { type: "json" };
import publishedEntries from "./goldens/published_cases.json" with { type: "json" };
import softmaxCrossentropyLogits from "./goldens/softmax_crossentropy_logits.json" with { type: "json" };
import sparseSigmoidCrossentropyLogits from "./goldens/sparse_sigmoid_crossentropy_logits.json" with { type: "json" };
import sparseSoftmaxCrossentropyLogits from "./goldens/sparse_softmax_crossentropy_logits.json" with { type: "json" };
import squaredDifferences from "./goldens/squared_differences.json" with { type: "json" };
import vae from "./goldens/vae.json" with { type: "json" };
import vaeCompGmm from "./goldens/vae_comp_gmm.json" with { type: "json" };
import vaeGmm from "./goldens/vae_gmm.json" with { type: "json" };

/** A number, where JSON has none: `"inf"`, `"-Infinity"`, `"nan"`. */
type JsonNumber = number | string;

/** Numbers, nested as lists. */
export type JsonArray = JsonNumber | boolean | readonly JsonArray[];

/** An array of a golden case. */
export interface GoldenArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly JsonNumber[];
}

/** Values and gradients of a loss: the gradients of the sum over all outputs of cotangent times output. */
export interface GoldenCase {
  readonly name: string;
  /** In the order of the loss's arguments; what comes after them are options. */
  readonly inputs: Readonly<Record<string, GoldenArray>>;
  readonly options: Readonly<Record<string, JsonNumber>>;
  readonly corrected?: boolean;
  readonly outputs: Readonly<Record<string, GoldenArray>>;
  readonly cotangents?: Readonly<Record<string, GoldenArray>>;
  readonly gradients?: Readonly<Record<string, GoldenArray>>;
}

/** What another project's tests say of one of its functions. */
export interface PublishedCase {
  readonly id: string;
  readonly source: string;
  readonly function: string;
  readonly canonical: string;
  readonly inputs: Readonly<Record<string, JsonArray>>;
  readonly params: Readonly<Record<string, JsonArray | null>>;
  readonly expected: JsonArray;
  readonly tolerance: { readonly rtol: number; readonly atol: number };
}

/** A function where it has a kink: values, and gradients of the sum. */
export interface KinkCase {
  readonly operation: string;
  readonly value?: JsonArray;
  /** With respect to x, or to each of these. */
  readonly gradient?: JsonArray | Readonly<Record<string, JsonArray>>;
  readonly [input: string]: JsonArray | Readonly<Record<string, JsonArray>> | undefined;
}

/** The golden cases of each loss, by its name. */
export const goldens: Readonly<Record<string, readonly GoldenCase[]>> = {
  accuracy,
  clusteringAccuracy,
  explainedVariance,
  fgmmVae,
  hingeLoss,
  huber,
  multiclassHingeLoss,
  softmaxCrossentropyLogits,
  sparseSigmoidCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  squaredDifferences,
  vae,
  vaeCompGmm,
  vaeGmm,
  // The files hold what the types say; their own types are those of each literal.
} as unknown as Readonly<Record<string, readonly GoldenCase[]>>;

/** Literals from other projects' tests. */
export const published: readonly PublishedCase[] = publishedEntries;

/** Values and gradients at kinks. */
export const kinks: readonly KinkCase[] = kinkEntries;

/** A golden array; what it holds as float32 is exact, so that it serves as any float. */
export function readGolden({ dtype, shape, data }: GoldenArray, float: DType): NDArray {
  return arrayOf(data.map(readNumber), shape, dtype === "int32" ? dtype : float);
}

/** Nested numbers as an array; booleans alone are bool. */
export function readNested(values: JsonArray, float: DType): NDArray {
  const shape: number[] = [];
  for (let level = values; isList(level); level = level[0]!) shape.push(level.length);
  const leaves = leavesOf(values);
  const isBool = leaves.length > 0 && leaves.every((leaf) => typeof leaf === "boolean");
  return arrayOf(
    leaves.map((leaf) => (typeof leaf === "boolean" ? Number(leaf) : readNumber(leaf))),
    shape,
    isBool ? "bool" : float,
  );
}

function isList(values: JsonArray): values is readonly JsonArray[] {
  return Array.isArray(values);
}

function leavesOf(values: JsonArray): readonly (JsonNumber | boolean)[] {
  return isList(values) ? values.flatMap(leavesOf) : [values];
}

function readNumber(value: JsonNumber): number {
  if (typeof value === "number") return value;
  const known = specials[value.toLowerCase()];
  if (known === undefined)
    throw new Error(`readNumber: a golden number must be a number, inf, -inf or nan, got ${value}.`);
  return known;
}

const specials: Readonly<Record<string, number>> = {
  inf: Infinity,
  "-inf": -Infinity,
  infinity: Infinity,
  "-infinity": -Infinity,
  nan: NaN,
};
