/** What is a statistic? Numbers of each row, and a state that takes them, whatever their order. */
import { type DType, ShapeError, type Tensor, type TensorLike, asTensor } from "@symloss/core";
import type { MaybePromise, TypedArray } from "@symloss/core/engine";
import type { RunStore } from "./runs/run-store.ts";

/** JSON: the text of a state. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A value of a function that is evaluated: what its graph computes of each row, and what is made of it. */
export interface Statistic<Result = unknown> {
  readonly kind: Kind<Result>;
  /** What is computed of each row: `[rows]`. */
  readonly columns: readonly Tensor[];
  /** What else the state depends on; part of the evaluation's key. */
  readonly options: Json;
}

/** Where rows came from. */
export interface Origin {
  /** The name of the shard of each row. */
  readonly shards: ArrayLike<string>;
  /** The number of each row in its shard. */
  readonly rows: ArrayLike<number>;
}

/** Row by row: adds what was computed of rows to a state. */
export interface Accumulator {
  /** Adds the rows from one place to before another; each array has the dtype of its column. */
  add(columns: readonly TypedArray[], from: number, to: number, origin: Origin): void;
  /** All that was added, as the one text that it has; nothing is added after that. */
  state(runs: RunStore | undefined): MaybePromise<Json>;
  /** What grows with the rows, if something does. */
  readonly growing?: Growing;
}

/** What has no room in memory in the end. */
export interface Growing {
  /** How many numbers are in memory. */
  readonly size: number;
  /** Moves them to a store. */
  spill(runs: RunStore): Promise<void>;
  /** Removes what is in a store, if no state is taken. */
  discard(): Promise<void>;
}

/** Query by query: adds what was computed of all rows of one to a state. */
export interface QueryAccumulator {
  /** Adds a query: each array has a number of each of its rows, whatever its column's dtype. */
  add(columns: readonly Float64Array[]): void;
  /** All that was added, as the one text that it has. */
  state(): Json;
}

/** What a statistic does: its states are JSON, one for each multiset of rows or of queries. */
export type Kind<Result> = RowKind<Result> | QueryKind<Result>;

/** Of rows, one by one. */
export interface RowKind<Result> extends StateKind<Result> {
  readonly takes: "rows";
  /** An accumulator of nothing. */
  start(): Accumulator;
}

/** Of queries, each with all of its rows. */
export interface QueryKind<Result> extends StateKind<Result> {
  readonly takes: "queries";
  /** An accumulator of nothing. */
  start(): QueryAccumulator;
}

/** What is done with states. */
interface StateKind<Result> {
  /** Its name, as in `states`. */
  readonly name: string;
  /** The state of the rows of all of these, of which there is one at least. */
  merge(states: readonly Json[], runs: RunStore | undefined): MaybePromise<Json>;
  result(state: Json, runs: RunStore | undefined): MaybePromise<Result>;
  /** Throws `OutOfRangeError`, naming the path, unless the value is a state of this kind. */
  check(path: string, state: unknown): void;
  /** The state as it would be with a store for runs, if that is another. */
  digested?(state: Json): Promise<Json>;
}

/** The tensor, if it has one number for each row. Throws `ShapeError`, naming the argument, if it has another shape. */
export function columnOf(caller: string, argument: string, given: TensorLike, dtype?: DType): Tensor {
  const tensor = asTensor(given, caller, argument);
  if (tensor.rank !== 1) {
    const help = tensor.rank > 1 ? " Reduce it along its other axes, by mean(1) for instance." : "";
    throw new ShapeError(`${caller}: ${argument} must have one number for each row, [rows], got ${tensor}.${help}`);
  }
  return dtype === undefined ? tensor : tensor.cast(dtype);
}

/** The tensor in a float dtype, its own if it is one, or one that holds its numbers: one for each row. */
export function floatColumnOf(caller: string, argument: string, given: TensorLike): Tensor {
  const tensor = columnOf(caller, argument, given);
  return tensor.dtype === "float32" || tensor.dtype === "float64"
    ? tensor
    : tensor.cast(tensor.dtype === "int32" ? "float64" : "float32");
}
