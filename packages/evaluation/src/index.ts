/** What may a user import? */
export {
  type Evaluation,
  type EvaluationOptions,
  type Report,
  type Results,
  type RunOptions,
  type Statistics,
  evaluation,
} from "./evaluation.ts";
export type { Rows, Shard, Source } from "./source.ts";
export type { Batch, ColumnSpec, ColumnSpecs } from "./columns.ts";
export type { EvaluationState, MergeOptions, RowAddress, SkippedRows, StatisticStates } from "./state.ts";
export type { Json, Statistic } from "./statistic.ts";
export * as states from "./states/index.ts";
