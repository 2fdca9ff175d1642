/** Does a confidence say how often it is right? In bins of it, compared with the share that is. */
import { OutOfRangeError, type TensorLike } from "@symloss/core";
import { type OptionTable, checkOptions, describe, isRecord } from "@symloss/core/engine";
import { type ExactSum, addSums, isCount, meanOf, noSum, readSum, unitBits, writeSum } from "../exact/exact-sum.ts";
import { Float32Bins } from "../exact/float32-bins.ts";
import { roundRatio } from "../exact/round-ratio.ts";
import { integerRule } from "../rules.ts";
import { type Accumulator, type Json, type Kind, type Statistic, columnOf } from "../statistic.ts";

/** In how many bins. */
export interface CalibrationOptions {
  /** Of equal width, from 0 to 1. Default 15. */
  readonly bins?: number | undefined;
}

/** Rows whose confidence is in one bin. */
export interface CalibrationBin {
  readonly count: number;
  /** The share of them that is right; NaN of none. */
  readonly accuracy: number;
  readonly confidence: number;
}

/** The bins, and how far both are apart. */
export interface CalibrationResult {
  readonly count: number;
  /** The mean distance of accuracy and confidence, over all rows. */
  readonly expectedError: number;
  /** The largest distance of a bin. */
  readonly maximumError: number;
  readonly bins: readonly CalibrationBin[];
  /** How many confidences are no probabilities; they are in no bin. */
  readonly nan: number;
}

interface Bin {
  readonly right: number;
  readonly confidences: ExactSum;
}

const mostBins = 10_000;

const table: OptionTable<CalibrationOptions> = { bins: integerRule(mostBins) };

function kindOfBins(bins: number): Kind<CalibrationResult> {
  const read = (path: string, state: unknown): { readonly bins: readonly Bin[]; readonly nan: number } => {
    const { bins: list, nan } = state as { readonly bins?: unknown; readonly nan?: unknown };
    if (!isRecord(state) || !Array.isArray(list) || list.length !== bins || !isCount(nan)) {
      throw new OutOfRangeError(`${path} must be a record of ${bins} bins and nan, got ${describe(state)}.`);
    }
    return { bins: list.map((bin, index) => readBin(`${path}.bins[${index}]`, bin)), nan };
  };
  const write = (own: readonly Bin[], nan: number): Json => ({
    bins: own.map(({ right, confidences }) => [right, writeSum(confidences) as unknown as Json]),
    nan,
  });
  return {
    name: "calibration",
    takes: "rows",
    start: () => startBins(bins, write),
    merge(states) {
      const all = states.map((state) => read("state", state));
      const merged = all[0]!.bins.map((_, index) => ({
        right: all.reduce((sum, own) => sum + own.bins[index]!.right, 0),
        confidences: all.map((own) => own.bins[index]!.confidences).reduce(addSums),
      }));
      return write(
        merged,
        all.reduce((sum, { nan }) => sum + nan, 0),
      );
    },
    result(state) {
      const { bins: own, nan } = read("state", state);
      return resultOf(own, nan);
    },
    check: (path, state) => void read(path, state),
  };
}

function readBin(path: string, bin: unknown): Bin {
  const [right, sum] = Array.isArray(bin) && bin.length === 2 ? (bin as readonly unknown[]) : [];
  const confidences = readSum(`${path}[1]`, sum);
  if (isCount(right) && right <= confidences.count) return { right, confidences };
  throw new OutOfRangeError(`${path}[0] must count some of ${confidences.count} rows, got ${describe(right)}.`);
}

function startBins(bins: number, write: (own: readonly Bin[], nan: number) => Json): Accumulator {
  const sums = Array.from({ length: bins }, () => new Float32Bins());
  const rights = new Float64Array(bins);
  let nan = 0;
  let sorted = new Float32Array(0);
  return {
    add([confidences, right], from, to) {
      // Sorted by bin first: a bin adds many numbers in the time that it takes to begin.
      if (sorted.length < to - from) sorted = new Float32Array(to - from);
      const counts = new Uint32Array(bins + 1);
      const places = new Int32Array(to - from);
      for (let row = from; row < to; row++) {
        const bin = binOf(confidences![row]!, bins);
        places[row - from] = bin;
        if (bin === -1) nan++;
        else counts[bin + 1]!++;
        if (bin !== -1 && right![row] !== 0) rights[bin]!++;
      }
      for (let bin = 0; bin < bins; bin++) counts[bin + 1]! += counts[bin]!;
      const next = counts.slice();
      for (let row = from; row < to; row++) {
        const bin = places[row - from]!;
        if (bin !== -1) sorted[next[bin]!++] = confidences![row]!;
      }
      for (const [bin, sum] of sums.entries()) sum.add(sorted, counts[bin], counts[bin + 1]);
    },
    state() {
      return write(
        sums.map(({ sum }, bin) => ({ right: rights[bin]!, confidences: sum })),
        nan,
      );
    },
  };
}

/** -1 of what is no probability. */
function binOf(confidence: number, bins: number): number {
  return confidence >= 0 && confidence <= 1 ? Math.min(bins - 1, Math.floor(confidence * bins)) : -1;
}

function resultOf(bins: readonly Bin[], nan: number): CalibrationResult {
  const all = bins.reduce((sum, { confidences }) => addSums(sum, confidences), noSum);
  let distance = 0n;
  for (const { right, confidences } of bins) {
    const difference = (BigInt(right) << BigInt(unitBits)) - confidences.units;
    distance += difference < 0n ? -difference : difference;
  }
  const own = bins.map(({ right, confidences }) => ({
    count: confidences.count,
    accuracy: right / confidences.count,
    confidence: meanOf(confidences),
  }));
  const distances = own.filter(({ count }) => count > 0).map((bin) => Math.abs(bin.accuracy - bin.confidence));
  return {
    count: all.count,
    expectedError: all.count === 0 ? NaN : roundRatio(distance, BigInt(all.count) << BigInt(unitBits)),
    maximumError: all.count === 0 ? NaN : Math.max(...distances),
    bins: own,
    nan,
  };
}

/**
 * How confidences [rows] from 0 to 1, in float32, agree with whether each row is right [rows]: the expected calibration error, and the bins of a
 * reliability diagram.
 * Throws `ShapeError` if there is not one of each for each row, and `OutOfRangeError` if `bins` is no integer from 1 to 10000.
 */
export function calibration(
  confidences: TensorLike,
  right: TensorLike,
  options: CalibrationOptions = {},
): Statistic<CalibrationResult> {
  const caller = "states.calibration";
  const { bins = 15 } = checkOptions(caller, options, table) as CalibrationOptions;
  const columns = [columnOf(caller, "confidences", confidences, "float32"), columnOf(caller, "right", right, "bool")];
  return { kind: kindOfBins(bins), columns, options: { bins } };
}
