/** What may an engine import? */
export { planLoops } from "./plan.ts";
export type {
  Atom,
  Buffer,
  Expression,
  Lines,
  LoopPlan,
  Nest,
  Place,
  Program,
  Reduction,
  Register,
  ScalarOperation,
  Statement,
} from "./program/program.ts";
export { allStatements, blockSizes, productBlock, wholeTiles } from "./program/program.ts";
export { bytesOf, describePlan } from "./program/describe.ts";
