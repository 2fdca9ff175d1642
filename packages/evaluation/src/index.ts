/** What may a user import? */
export {
  type Evaluation,
  type EvaluationOptions,
  type Report,
  type ResultOptions,
  type Results,
  type RunOptions,
  type Statistics,
  evaluation,
} from "./evaluation.ts";
export type { Borders, ShardPart } from "./borders.ts";
export type { Checkpoint } from "./checkpoint.ts";
export type { Progress } from "./progress.ts";
export type { Bytes, KeptBytes, RunStore } from "./runs/run-store.ts";
export type { Rows, Shard, Source } from "./source.ts";
export type { Batch, ColumnSpec, ColumnSpecs } from "./columns.ts";
export type { EvaluationState, MergeOptions, RowAddress, SkippedRows, StatisticStates } from "./state.ts";
export type { Json, Statistic } from "./statistic.ts";
export type { CalibrationBin, CalibrationOptions, CalibrationResult } from "./states/calibration.ts";
export type { ClassScores, ClusteringResult, ConfusionOptions, ConfusionResult } from "./states/confusion.ts";
export type { MomentsResult } from "./states/moments.ts";
export type { NdcgOptions, NdcgResult } from "./states/ndcg.ts";
export type { BoundedResult, OrderOptions } from "./states/order.ts";
export type { Quantile, QuantilesOptions, QuantilesResult } from "./states/quantiles.ts";
export type { MeanOptions, MeanResult, PerplexityResult, SumResult } from "./states/sums.ts";
export type { TopKOptions, TopKResult, TopRow } from "./states/top-k.ts";
export * as states from "./states/index.ts";
