/** What may a user import? */
export { type HuberArguments, type HuberOptions, huber } from "./regression/huber.ts";
export { type SquaredDifferencesArguments, squaredDifferences } from "./regression/squared-differences.ts";
export {
  type ExplainedVarianceArguments,
  type ExplainedVarianceOptions,
  explainedVariance,
} from "./regression/explained-variance.ts";
export { type SoftmaxCrossentropyArguments, softmaxCrossentropyLogits } from "./classification/softmax-crossentropy.ts";
export {
  type SparseSoftmaxCrossentropyArguments,
  sparseSoftmaxCrossentropyLogits,
} from "./classification/sparse-softmax-crossentropy.ts";
export {
  type SigmoidCrossentropyArguments,
  sigmoidCrossentropyLogits,
  sparseSigmoidCrossentropyLogits,
} from "./classification/sigmoid-crossentropy.ts";
export { type HingeArguments, type HingeOptions, hingeLoss } from "./classification/hinge.ts";
export {
  type MulticlassHingeArguments,
  type MulticlassHingeOptions,
  multiclassHingeLoss,
} from "./classification/multiclass-hinge.ts";
export { type AccuracyArguments, accuracy } from "./classification/accuracy.ts";
export {
  type ClusteringAccuracyArguments,
  type ClusteringAccuracyOptions,
  clusteringAccuracy,
} from "./clustering/clustering-accuracy.ts";
export type { Formula, FormulaOptions } from "./variational/formula.ts";
export { type VaeArguments, type VaeOptions, vae } from "./variational/vae.ts";
export { type VaeGmmArguments, type VaeGmmOptions, type VaeGmmResult, vaeGmm } from "./variational/vae-gmm.ts";
export { type VaeCompGmmArguments, type VaeCompGmmOptions, vaeCompGmm } from "./variational/vae-comp-gmm.ts";
export { type FgmmVaeArguments, type FgmmVaeOptions, fgmmVae } from "./variational/fgmm-vae.ts";
export { type Normal, normalDivergence, normalEntropy, normalLogProbability } from "./distribution/normal.ts";
export { categoricalEntropy, categoricalLogProbability } from "./distribution/categorical.ts";
export { type ReduceOptions, type Reduction, reduce } from "./reduce.ts";
export { type AnyLoss, type LossName, losses } from "./catalogue.ts";
export type { ArgumentDefinition, Elements, Loss, LossDefinition, NoOptions } from "./definition.ts";
export type { Bound, OptionDefinition } from "./options.ts";
