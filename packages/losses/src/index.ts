/** What may a user import? */
export * from "./families.ts";
export { fenchelYoung } from "./classification/fenchel-young.ts";
export { sigmoidCrossentropyLogits } from "./classification/sigmoid-crossentropy.ts";
export type { Formula } from "./variational/formula.ts";
export { type Normal, normalDivergence, normalEntropy, normalLogProbability } from "./distribution/normal.ts";
export { categoricalEntropy, categoricalLogProbability } from "./distribution/categorical.ts";
export {
  type Mean,
  type ReduceOptions,
  type ReducePartsOptions,
  type ReducedParts,
  type Reduction,
  reduce,
  reduceParts,
} from "./reduce.ts";
export { type RowWeightsOptions, rowMask, rowWeights } from "./row-weights.ts";
export { type AnyLoss, type LossName, isLoss, losses } from "./catalogue.ts";
export type { Broadcasting, Role } from "./check.ts";
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
export { type Misfit, defineLoss } from "./own-loss.ts";
export { type ElementTraits, type Elements, type PlainCheck, elementKinds, elementTraits } from "./elements.ts";
export type { Bound, ElementsOfShape, OptionDefinition } from "./options.ts";
