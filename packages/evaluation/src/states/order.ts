/** Are the scores of positives above those of negatives? Each score is counted by its place in the order of all float32 numbers, or by the first bits of it. */
import type { TensorLike } from "@symloss/core";
import { type OptionTable, checkOptions, flagRule } from "@symloss/core/engine";
import type { Run } from "../exact/counts.ts";
import { roundRatio } from "../exact/round-ratio.ts";
import { alignedBlocks } from "../runs/merged.ts";
import { type Kind, type Statistic, columnOf } from "../statistic.ts";
import { kindOfRuns } from "./kind-of-runs.ts";
import type { Bits } from "./places.ts";

/** How closely numbers are told apart. */
export interface OrderOptions {
  /** Whether each number is kept, 8 bytes of a different one; by default all that share their first 16 bits are one. Default false. */
  readonly exact?: boolean | undefined;
}

const orderTable: OptionTable<OrderOptions> = { exact: flagRule };

/** A number that is known up to a bound. */
export interface BoundedResult {
  readonly value: number;
  /** The right number is not below this. */
  readonly least: number;
  /** Nor above this. */
  readonly most: number;
  readonly positives: number;
  readonly negatives: number;
  /** How many scores were NaN: one makes the value NaN. */
  readonly nan: number;
}

/** What is made of the counts at each place, from the least on. */
interface Scan {
  add(positives: number, negatives: number): void;
  readonly result: Pick<BoundedResult, "value" | "least" | "most">;
}

type StartScan = (totals: Pick<BoundedResult, "positives" | "negatives">, isExact: boolean) => Scan;

function kindOfBinary(name: string, bits: Bits, start: StartScan): Kind<BoundedResult> {
  return kindOfRuns(
    name,
    ["positives", "negatives"],
    bits,
    (counts, places) =>
      ([scores, labels], row) => {
        const score = scores![row]!;
        if (Number.isNaN(score)) return false;
        counts[labels![row] === 0 ? "negatives" : "positives"].add(places.placeOf(score) >>> (32 - bits));
        return true;
      },
    async (runs) => {
      const totals = { positives: runs.positives.rows, negatives: runs.negatives.rows };
      const scan = start(totals, bits === 32);
      for await (const [positives, negatives] of alignedBlocks([runs.positives.blocks, runs.negatives.blocks])) {
        scanBlocks(positives!, negatives!, scan);
      }
      const none = { value: NaN, least: NaN, most: NaN };
      return { ...(runs.nan > 0 ? none : scan.result), ...totals, nan: runs.nan };
    },
  );
}

function scanBlocks(positives: Run, negatives: Run, scan: Scan): void {
  let [first, second] = [0, 0];
  while (first < positives.keys.length || second < negatives.keys.length) {
    const [one, other] = [positives.keys[first] ?? Infinity, negatives.keys[second] ?? Infinity];
    scan.add(one <= other ? positives.counts[first++]! : 0, other <= one ? negatives.counts[second++]! : 0);
  }
}

/** Adds up products of whole numbers, exactly. */
class ProductSum {
  #large = 0n;
  #small = 0;

  add(left: number, right: number): void {
    const product = left * right;
    if (product > mostSmall) this.#large += BigInt(left) * BigInt(right);
    else this.#small += product;
    if (this.#small <= mostSmall) return;
    this.#large += BigInt(this.#small);
    this.#small = 0;
  }

  get sum(): bigint {
    return this.#large + BigInt(this.#small);
  }
}

/** Two of these have a sum that is exact. */
const mostSmall = 2 ** 52;

/** The share of pairs of a positive and a negative in which the positive has the higher score; a tie counts one half. */
const scanArea: StartScan = ({ positives: all, negatives: others }, isExact) => {
  const [twice, tied] = [new ProductSum(), new ProductSum()];
  let below = 0;
  return {
    add(positives, negatives) {
      twice.add(positives, 2 * below + negatives);
      // Scores that share a place may be in any order.
      if (!isExact) tied.add(positives, negatives);
      below += negatives;
    },
    get result() {
      const pairs = 2n * BigInt(all) * BigInt(others);
      if (pairs === 0n) return { value: NaN, least: NaN, most: NaN };
      return {
        value: roundRatio(twice.sum, pairs),
        least: roundRatio(twice.sum - tied.sum, pairs),
        most: roundRatio(twice.sum + tied.sum, pairs),
      };
    },
  };
};

/** The mean, over positives, of the share of positives among all whose score is not lower. */
const scanPrecision: StartScan = ({ positives: all, negatives: others }, isExact) => {
  // How many have this score or a higher one.
  let [positives, both, value, least, most] = [all, all + others, 0, 0, 0];
  return {
    add(own, negatives) {
      const [above, bothAbove] = [positives - own, both - own - negatives];
      value += own * (positives / both);
      most += own * (positives / (bothAbove + own) || 0);
      // All its negatives before its positives.
      for (let rank = 1; !isExact && rank <= own; rank++) least += (above + rank) / (bothAbove + negatives + rank);
      [positives, both] = [above, bothAbove];
    },
    get result() {
      if (all === 0) return { value: NaN, least: NaN, most: NaN };
      const result = { value: value / all, least: least / all, most: most / all };
      return isExact ? { ...result, least: result.value, most: result.value } : result;
    },
  };
};

const areas = { 16: kindOfBinary("rocAuc", 16, scanArea), 32: kindOfBinary("rocAuc", 32, scanArea) };
const precisions = {
  16: kindOfBinary("averagePrecision", 16, scanPrecision),
  32: kindOfBinary("averagePrecision", 32, scanPrecision),
};

function binary(
  kinds: Readonly<Record<Bits, Kind<BoundedResult>>>,
  caller: string,
  labels: TensorLike,
  scores: TensorLike,
  options: OrderOptions,
): Statistic<BoundedResult> {
  const { exact = false } = checkOptions(caller, options, orderTable) as OrderOptions;
  const bits = exact ? 32 : 16;
  const columns = [columnOf(caller, "scores", scores, "float32"), columnOf(caller, "labels", labels, "bool")];
  return { kind: kinds[bits], columns, options: bits };
}

/**
 * The area under the ROC curve of labels [rows], of which those other than 0 are positive, and scores [rows] in float32. By default scores that
 * share their first 16 bits are one, and the result says between what the area is: margins and logits are told apart better than
 * probabilities near 1. With `exact: true` there is no doubt, and the state grows with the rows.
 * Throws `ShapeError` if there is not one of each for each row.
 */
export function rocAuc(labels: TensorLike, scores: TensorLike, options: OrderOptions = {}): Statistic<BoundedResult> {
  return binary(areas, "states.rocAuc", labels, scores, options);
}

/**
 * The average precision of labels [rows], of which those other than 0 are positive, and scores [rows] in float32: the area under the steps of
 * precision over recall, where equal scores are one step. Bounded as that of `rocAuc`, unless `exact: true`.
 * Throws `ShapeError` if there is not one of each for each row.
 */
export function averagePrecision(
  labels: TensorLike,
  scores: TensorLike,
  options: OrderOptions = {},
): Statistic<BoundedResult> {
  return binary(precisions, "states.averagePrecision", labels, scores, options);
}
