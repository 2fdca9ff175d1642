/**
 * Which losses are there? The list that tools go through: each loss by its name, with what it is called with as data.
 */
import type { Tensor, TensorLike } from "@symloss/core";
import { accuracy } from "./classification/accuracy.ts";
import { hingeLoss } from "./classification/hinge.ts";
import { multiclassHingeLoss } from "./classification/multiclass-hinge.ts";
import { sparseSigmoidCrossentropyLogits } from "./classification/sigmoid-crossentropy.ts";
import { softmaxCrossentropyLogits } from "./classification/softmax-crossentropy.ts";
import { sparseSoftmaxCrossentropyLogits } from "./classification/sparse-softmax-crossentropy.ts";
import { clusteringAccuracy } from "./clustering/clustering-accuracy.ts";
import type { LossDefinition } from "./definition.ts";
import { explainedVariance } from "./regression/explained-variance.ts";
import { huber } from "./regression/huber.ts";
import { squaredDifferences } from "./regression/squared-differences.ts";
import { fgmmVae } from "./variational/fgmm-vae.ts";
import { vaeCompGmm } from "./variational/vae-comp-gmm.ts";
import { vaeGmm } from "./variational/vae-gmm.ts";
import { vae } from "./variational/vae.ts";

/** A loss whose arguments and options are known by name only when it is called; it checks them as ever. */
export interface AnyLoss {
  readonly definition: LossDefinition;
  /** A single result bare, several in a record, as `definition.results` says. */
  (
    named: Readonly<Record<string, TensorLike>>,
    options?: Readonly<Record<string, unknown>>,
  ): Tensor | Readonly<Record<string, Tensor>>;
}

/** The name of a loss of the catalogue. */
export type LossName =
  | "huber"
  | "squaredDifferences"
  | "explainedVariance"
  | "softmaxCrossentropyLogits"
  | "sparseSoftmaxCrossentropyLogits"
  | "sparseSigmoidCrossentropyLogits"
  | "hingeLoss"
  | "multiclassHingeLoss"
  | "accuracy"
  | "clusteringAccuracy"
  | "vae"
  | "vaeGmm"
  | "vaeCompGmm"
  | "fgmmVae";

/** The losses by name. Whoever imports this imports them all. */
export const losses: Readonly<Record<LossName, AnyLoss>> = {
  huber,
  squaredDifferences,
  explainedVariance,
  softmaxCrossentropyLogits,
  sparseSoftmaxCrossentropyLogits,
  sparseSigmoidCrossentropyLogits,
  hingeLoss,
  multiclassHingeLoss,
  accuracy,
  clusteringAccuracy,
  vae,
  vaeGmm,
  vaeCompGmm,
  fgmmVae,
  // What each accepts is narrower than any record, and is checked when it is called.
} satisfies Readonly<Record<LossName, { readonly definition: LossDefinition }>> as unknown as Readonly<
  Record<LossName, AnyLoss>
>;
