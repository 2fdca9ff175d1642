/** What may an engine's author import? */
export {
  type CaseGroup,
  type CaseOutcome,
  type ConformanceCase,
  type ExpectedFailure,
  type GoldenSelection,
  type RunCaseOptions,
  checkExpectedFailures,
  runCase,
} from "./case.ts";
export { ConformanceError } from "./compare.ts";
export { type Disagreement, type FuzzOptions, type FuzzResult, findDisagreement, fuzzedOperations } from "./fuzz.ts";
export { goldenCasesOf } from "./goldens.ts";
export { irreducibleOperations, requiredOperations } from "./necessary.ts";
export { type OutcomeSummary, summarizeOutcomes } from "./outcomes.ts";
export { type DefinedLoss, type LossSample, type LossSampleOptions, lossSamples } from "./samples.ts";
export { type SuiteOptions, conformanceCases } from "./suite.ts";
export { type Precision, type Rounding, type Tolerance, allowedBy, roundingOf, toleranceOf } from "./tolerance.ts";
export type { GoldenArray, GoldenArrays, GoldenCase } from "./unpack.ts";
