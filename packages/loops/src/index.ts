/** What may an engine import? */
export { type LoopOptions, type LoopPlan, describePlan, planLoops } from "./plan.ts";
export type { Part, Programs, Repetition } from "./parts.ts";
export {
  type Length,
  type NamedLength,
  addLengths,
  assumeLength,
  formatLength,
  isLengthAtLeast,
  isNamedLength,
  isSameLength,
  lengthKey,
  lengthOf,
  multiplyLengths,
  resolveLength,
} from "./program/length.ts";
export { bytesOf } from "./program/describe.ts";
export type {
  Address,
  Buffer,
  Epilogue,
  Expression,
  LoopBody,
  Operand,
  Panel,
  Program,
  Reduction,
  Register,
  RowOperation,
  Rows,
  Statement,
  StatementOf,
} from "./program/program.ts";
export type { ScalarOperation } from "./program/scalar-operation.ts";
export { allStatements, buffersOf, operandsOf } from "./program/statements.ts";
export { digitBits, shortRow, sortScratch } from "./program/sort-scratch.ts";
export { blockSizes, productBlock, wholeTiles } from "./program/tiles.ts";
export type { LoopTree } from "./schedule/loop-tree.ts";
