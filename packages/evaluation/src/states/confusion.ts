/** Which classes were taken for which? Counts of pairs, from which every score of a classifier follows. */
import { OutOfRangeError, type TensorLike } from "@symloss/core";
import { type OptionTable, type TypedArray, checkOptions, describe, isRecord } from "@symloss/core/engine";
import { Counts, type Run, mergeRuns, readRun, writeRun } from "../exact/counts.ts";
import { integerRule } from "../rules.ts";
import { type Accumulator, type Json, type Kind, type Statistic, columnOf } from "../statistic.ts";

/** How many classes or clusters there are. */
export interface ConfusionOptions {
  readonly classes: number;
}

/** The most classes: a pair of them is one number below 2^32. */
const mostClasses = 2 ** 16;

/** The scores of one class. Those of nothing over nothing are NaN. */
export interface ClassScores {
  /** Of those that were predicted, the share that are. */
  readonly precision: number;
  /** Of those that are, the share that were predicted. */
  readonly recall: number;
  readonly f1: number;
  /** Both over either. */
  readonly jaccard: number;
  /** How many there are. */
  readonly support: number;
}

/** What the counts of pairs tell. */
export interface ConfusionResult {
  readonly count: number;
  readonly accuracy: number;
  /** The mean recall of classes that occur. */
  readonly balancedAccuracy: number;
  /** Means over classes that occur or are predicted. */
  readonly macro: {
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
    readonly jaccard: number;
  };
  readonly matthewsCorrelation: number;
  readonly cohenKappa: number;
  readonly classes: readonly ClassScores[];
  /** Row i has how often class i was taken for each. */
  readonly matrix: readonly (readonly number[])[];
}

/** A kind whose state counts pairs of numbers below `classes`. */
function kindOfPairs<Result>(
  name: string,
  classes: number,
  names: readonly [string, string],
  result: (matrix: readonly number[][]) => Result,
): Kind<Result> {
  const limit = classes * classes;
  const read = (path: string, state: unknown): Run =>
    readRun(path, (state as { readonly pairs?: unknown }).pairs, limit);
  const write = (run: Run): Json => ({ pairs: writeRun(run) });
  return {
    name,
    takes: "rows",
    start(): Accumulator {
      const counts = new Counts(limit);
      return {
        add([rows, columns], from, to) {
          for (let index = from; index < to; index++) {
            counts.add(
              requireClass(name, names[0], rows!, index, classes) * classes +
                requireClass(name, names[1], columns!, index, classes),
            );
          }
        },
        state() {
          return write(counts.run);
        },
      };
    },
    merge: (states) => write(states.map((state) => read("pairs", state)).reduce(mergeRuns)),
    result(state) {
      const matrix = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
      const { keys, counts } = read("pairs", state);
      for (const [index, key] of keys.entries()) matrix[Math.floor(key / classes)]![key % classes] = counts[index]!;
      return result(matrix);
    },
    check(path, state) {
      if (!isRecord(state) || Object.keys(state).join() !== "pairs") {
        throw new OutOfRangeError(`${path} must be a record of pairs, got ${describe(state)}.`);
      }
      read(`${path}.pairs`, state);
    },
  };
}

function requireClass(name: string, argument: string, values: TypedArray, index: number, classes: number): number {
  const value = values[index]!;
  if (value >= 0 && value < classes) return value;
  throw new OutOfRangeError(`states.${name}: ${argument} must be from 0 to ${classes - 1}, got ${value}.`);
}

const classesTable: OptionTable<ConfusionOptions> = {
  classes: { ...integerRule(mostClasses), required: true },
};

/**
 * How often each class was taken for each, by labels [rows] and predictions [rows], both class indices: accuracy, precision, recall, F1, Jaccard index,
 * Matthews correlation, Cohen's kappa.
 * Throws `ShapeError` if there is not one of each for each row, and `OutOfRangeError` if `classes` is no integer from 1 to 65536.
 */
export function confusion(
  labels: TensorLike,
  predictions: TensorLike,
  options: ConfusionOptions,
): Statistic<ConfusionResult> {
  const caller = "states.confusion";
  const { classes } = checkOptions(caller, options, classesTable) as unknown as ConfusionOptions;
  const columns = [columnOf(caller, "labels", labels, "int32"), columnOf(caller, "predictions", predictions, "int32")];
  return {
    kind: kindOfPairs("confusion", classes, ["labels", "predictions"], scoresOf),
    columns,
    options: { classes },
  };
}

function scoresOf(matrix: readonly number[][]): ConfusionResult {
  const supports = matrix.map((row) => total(row));
  const predicted = matrix.map((_, index) => total(matrix.map((row) => row[index]!)));
  const right = matrix.map((row, index) => row[index]!);
  const count = total(supports);
  const classes = right.map((both, index): ClassScores => ({
    precision: both / predicted[index]!,
    recall: both / supports[index]!,
    f1: (2 * both) / (predicted[index]! + supports[index]!),
    jaccard: both / (predicted[index]! + supports[index]! - both),
    support: supports[index]!,
  }));
  const met = classes.filter(({ jaccard }) => !Number.isNaN(jaccard));
  const macro = (of: (scores: ClassScores) => number): number => total(met.map((one) => of(one) || 0)) / met.length;
  const occurring = classes.filter(({ support }) => support > 0);
  const agreement = total(right);
  const chance = total(supports.map((support, index) => support * predicted[index]!));
  const spread = (sizes: readonly number[]): number => count * count - total(sizes.map((size) => size * size));
  return {
    count,
    accuracy: agreement / count,
    balancedAccuracy: total(occurring.map(({ recall }) => recall)) / occurring.length,
    macro: {
      precision: macro(({ precision }) => precision),
      recall: macro(({ recall }) => recall),
      f1: macro(({ f1 }) => f1),
      jaccard: macro(({ jaccard }) => jaccard),
    },
    matthewsCorrelation: (agreement * count - chance) / (Math.sqrt(spread(supports)) * Math.sqrt(spread(predicted))),
    cohenKappa: (agreement * count - chance) / (count * count - chance),
    classes,
    matrix,
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** How pure clusters are. */
export interface ClusteringResult {
  readonly count: number;
  /** The share of rows whose label is the most frequent one of their cluster. */
  readonly accuracy: number;
}

/**
 * The share of the most frequent label in each cluster, by labels [rows] and clusters [rows], both below `classes`.
 * Throws what `confusion` throws.
 */
export function clusteringAccuracy(
  labels: TensorLike,
  clusters: TensorLike,
  options: ConfusionOptions,
): Statistic<ClusteringResult> {
  const caller = "states.clusteringAccuracy";
  const { classes } = checkOptions(caller, options, classesTable) as unknown as ConfusionOptions;
  return {
    kind: kindOfPairs("clusteringAccuracy", classes, ["clusters", "labels"], (matrix) => ({
      count: total(matrix.map(total)),
      accuracy: total(matrix.map((row) => Math.max(...row))) / total(matrix.map(total)),
    })),
    columns: [columnOf(caller, "clusters", clusters, "int32"), columnOf(caller, "labels", labels, "int32")],
    options: { classes },
  };
}
