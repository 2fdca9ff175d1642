/** Which number are so many of all not above? */
import { OutOfRangeError, type TensorLike } from "@symloss/core";
import { type OptionTable, checkOptions, flagRule } from "@symloss/core/engine";
import { type Run, totalOf } from "../exact/counts.ts";
import type { OpenRun } from "../runs/run-text.ts";
import { type Statistic, columnOf } from "../statistic.ts";
import { kindOfRuns } from "./kind-of-runs.ts";
import type { OrderOptions } from "./order.ts";
import { type Bits, Places } from "./places.ts";

/** A number such that a share of all are at most this. */
export interface Quantile {
  readonly at: number;
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

/** Quantiles, in the order in which they were asked for. */
export interface QuantilesResult {
  readonly quantiles: readonly Quantile[];
  readonly count: number;
  readonly nan: number;
}

/** Which quantiles, and how closely. */
export interface QuantilesOptions extends OrderOptions {
  /** Shares from 0 to 1. Default 0, 0.25, 0.5, 0.75, 0.9, 0.99 and 1. */
  readonly at?: readonly number[] | undefined;
}

const usual = [0, 0.25, 0.5, 0.75, 0.9, 0.99, 1];

const quantilesTable: OptionTable<QuantilesOptions> = {
  at: {
    must: "a list of shares from 0 to 1",
    holds: (value) =>
      Array.isArray(value) && value.every((share) => typeof share === "number" && share >= 0 && share <= 1),
    error: OutOfRangeError,
  },
  exact: flagRule,
};

/**
 * Quantiles of a number of each row [rows] in float32: the least of them that so large a share is at most. By default each is known up to its
 * first 16 bits, which is to 0.4 %; with `exact: true` it is one of the numbers, and the state grows with the rows.
 * Throws `ShapeError` if there is not one number for each row and `OutOfRangeError` if a share is not from 0 to 1.
 */
export function quantiles(values: TensorLike, options: QuantilesOptions = {}): Statistic<QuantilesResult> {
  const { at = usual, exact = false } = checkOptions("states.quantiles", options, quantilesTable) as QuantilesOptions;
  const bits = exact ? 32 : 16;
  const kind = kindOfRuns(
    "quantiles",
    ["values"],
    bits,
    (counts, places) =>
      ([column], row) => {
        const value = column![row]!;
        if (Number.isNaN(value)) return false;
        counts.values.add(places.placeOf(value) >>> (32 - bits));
        return true;
      },
    async ({ values: run, nan }): Promise<QuantilesResult> => ({
      quantiles: await quantilesOf(run, at, bits),
      count: run.rows + nan,
      nan,
    }),
  );
  return { kind, columns: [columnOf("states.quantiles", "values", values, "float32")], options: { at: [...at], bits } };
}

async function quantilesOf({ rows, blocks }: OpenRun, shares: readonly number[], bits: Bits): Promise<Quantile[]> {
  const ranks = shares.map((share) => Math.max(1, Math.ceil(share * rows)));
  const keys = shares.map((): number | undefined => undefined);
  let passed = 0;
  for await (const block of blocks) {
    const last = passed + totalOf(block);
    for (const [index, rank] of ranks.entries()) {
      if (rank > passed && rank <= last) keys[index] = keyAt(block, rank - passed);
    }
    passed = last;
  }
  return shares.map((at, index) => quantileOf(at, keys[index], bits));
}

/** The key of the one with this rank, from 1. */
function keyAt({ keys, counts }: Run, rank: number): number {
  let [passed, index] = [0, 0];
  while (passed + counts[index]! < rank) passed += counts[index++]!;
  return keys[index]!;
}

function quantileOf(at: number, key: number | undefined, bits: Bits): Quantile {
  if (key === undefined) return { at, value: NaN, least: NaN, most: NaN };
  const places = new Places();
  const first = key * 2 ** (32 - bits);
  const [least, most] = [places.numberAt(first), places.numberAt(first + 2 ** (32 - bits) - 1)];
  return { at, value: bits === 32 ? least : middleOf(least, most), least, most };
}

/** The last places before infinity hold NaN too, which are not counted. */
function middleOf(least: number, most: number): number {
  if (!Number.isFinite(least)) return least;
  return Number.isFinite(most) ? Math.fround((least + most) / 2) : least;
}
