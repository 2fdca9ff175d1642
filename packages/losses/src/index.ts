/** What may a user import? */
export * from "./families.ts";
export { sigmoidCrossentropyLogits } from "./classification/sigmoid-crossentropy.ts";
export type { Formula } from "./variational/formula.ts";
export { type Normal, normalDivergence, normalEntropy, normalLogProbability } from "./distribution/normal.ts";
export { categoricalEntropy, categoricalLogProbability } from "./distribution/categorical.ts";
export { type ReduceOptions, type Reduction, reduce } from "./reduce.ts";
export { type AnyLoss, type LossName, losses } from "./catalogue.ts";
export type { Role } from "./check.ts";
export type {
  ArgumentDefinition,
  ArgumentForm,
  ArgumentsOf,
  Loss,
  LossDeclaration,
  LossDefinition,
  LossOf,
  NoOptions,
  OptionsFor,
  OptionsOf,
} from "./definition.ts";
export { type Elements, elementKinds } from "./elements.ts";
export type { Bound, OptionDefinition } from "./options.ts";
