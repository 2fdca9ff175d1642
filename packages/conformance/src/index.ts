/** What may an engine's author import? */
export {
  type CaseGroup,
  type ConformanceCase,
  type ExpectedFailure,
  type RunCaseOptions,
  checkExpectedFailures,
  runCase,
} from "./case.ts";
export { ConformanceError } from "./compare.ts";
export { type SuiteOptions, conformanceCases } from "./suite.ts";
export { type Precision, type Rounding, type Tolerance, allowedBy, roundingOf, toleranceOf } from "./tolerance.ts";
