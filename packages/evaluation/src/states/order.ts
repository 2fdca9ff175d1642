/** In which order are numbers of rows? Each is counted by its place in the order of all float32 numbers, or by the first bits of it. */
import { OutOfRangeError, type TensorLike } from "@symloss/core";
import { type OptionTable, type TypedArray, checkOptions, describe, flagRule, isRecord } from "@symloss/core/engine";
import { Counts, type Run, mergeRuns, readRun, totalOf, writeRun } from "../exact/counts.ts";
import { isCount } from "../exact/exact-sum.ts";
import { roundRatio } from "../exact/round-ratio.ts";
import { type Accumulator, type Json, type Kind, type Statistic, columnOf } from "../statistic.ts";

/** How closely numbers are told apart. */
export interface OrderOptions {
  /** Whether each number is kept, 8 bytes of a different one; by default all that share their first 16 bits are one. Default false. */
  readonly exact?: boolean | undefined;
}

const orderTable: OptionTable<OrderOptions> = { exact: flagRule };

/** How many of the 32 bits of a place count. */
type Bits = 16 | 32;

/** The places of float32 numbers in their order: those of larger ones are larger. */
class Places {
  readonly #view = new Float32Array(1);
  readonly #bits = new Uint32Array(this.#view.buffer);

  /** -0 has the place of 0. */
  placeOf(value: number): number {
    this.#view[0] = value === 0 ? 0 : value;
    const bits = this.#bits[0]!;
    return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
  }

  numberAt(place: number): number {
    this.#bits[0] = (place & 0x80000000 ? place & 0x7fffffff : ~place) >>> 0;
    return this.#view[0]!;
  }
}

/** A run under each name, and how many rows were NaN. */
type Runs<Name extends string> = Readonly<Record<Name, Run>> & { readonly nan: number };

/** A kind whose state has a run of places under each name. */
function kindOfRuns<Name extends string, Result>(
  name: string,
  names: readonly Name[],
  bits: Bits,
  start: (
    counts: Readonly<Record<Name, Counts>>,
    places: Places,
  ) => (columns: readonly TypedArray[], row: number) => boolean,
  result: (runs: Runs<Name>, bits: Bits) => Result,
): Kind<Result> {
  const limit = 2 ** bits;
  const runs = (path: string, state: Readonly<Record<string, unknown>>): Runs<Name> => {
    const entries = names.map((own) => [own, readRun(`${path}${own}`, state[own], limit)]);
    return { ...Object.fromEntries(entries), nan: state["nan"] } as Runs<Name>;
  };
  const write = (from: Runs<Name>): Json => ({
    ...Object.fromEntries(names.map((own) => [own, writeRun(from[own])])),
    nan: from.nan,
  });
  return {
    name,
    takes: "rows",
    start(): Accumulator {
      const counts = Object.fromEntries(names.map((own) => [own, new Counts(limit)])) as Readonly<Record<Name, Counts>>;
      const take = start(counts, new Places());
      let nan = 0;
      return {
        add(columns, from, to) {
          for (let row = from; row < to; row++) if (!take(columns, row)) nan++;
        },
        get state() {
          return write({ ...mapRuns(names, (own) => counts[own].run), nan });
        },
      };
    },
    merge(left, right) {
      const [first, second] = [runs("", left as never), runs("", right as never)];
      return write({ ...mapRuns(names, (own) => mergeRuns(first[own], second[own])), nan: first.nan + second.nan });
    },
    result: (state) => result(runs("", state as never), bits),
    check(path, state) {
      const wanted = [...names, "nan"];
      if (
        !isRecord(state) ||
        Object.keys(state).toSorted().join() !== wanted.toSorted().join() ||
        !isCount(state["nan"])
      ) {
        throw new OutOfRangeError(`${path} must be a record of ${wanted.join(", ")}, got ${describe(state)}.`);
      }
      runs(`${path}.`, state);
    },
  };
}

function mapRuns<Name extends string>(names: readonly Name[], of: (name: Name) => Run): Readonly<Record<Name, Run>> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Readonly<Record<Name, Run>>;
}

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

/** The counts at one place, from the least on. */
interface Place {
  readonly positives: bigint;
  readonly negatives: bigint;
}

function placesOf({ positives, negatives }: Runs<"positives" | "negatives">): Place[] {
  const all = mergeRuns(positives, negatives);
  const lookup = (run: Run): ReadonlyMap<number, number> =>
    new Map(Array.from(run.keys, (key, index) => [key, run.counts[index]!]));
  const [ofPositives, ofNegatives] = [lookup(positives), lookup(negatives)];
  return Array.from(all.keys, (key) => ({
    positives: BigInt(ofPositives.get(key) ?? 0),
    negatives: BigInt(ofNegatives.get(key) ?? 0),
  }));
}

function kindOfBinary(
  name: string,
  bits: Bits,
  result: (places: readonly Place[], isExact: boolean) => Pick<BoundedResult, "value" | "least" | "most">,
): Kind<BoundedResult> {
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
    (runs) => {
      const [positives, negatives] = [totalOf(runs.positives), totalOf(runs.negatives)];
      const none = { value: NaN, least: NaN, most: NaN };
      const bounded = runs.nan > 0 ? none : result(placesOf(runs), bits === 32);
      return { ...bounded, positives, negatives, nan: runs.nan };
    },
  );
}

/** The share of pairs of a positive and a negative in which the positive has the higher score; a tie counts one half. */
function areaOf(places: readonly Place[], isExact: boolean): Pick<BoundedResult, "value" | "least" | "most"> {
  let [below, positives, twice, tied] = [0n, 0n, 0n, 0n];
  for (const place of places) {
    twice += place.positives * (2n * below + place.negatives);
    // Scores that share a place may be in any order.
    if (!isExact) tied += place.positives * place.negatives;
    below += place.negatives;
    positives += place.positives;
  }
  const pairs = 2n * positives * below;
  if (pairs === 0n) return { value: NaN, least: NaN, most: NaN };
  return {
    value: roundRatio(twice, pairs),
    least: roundRatio(twice - tied, pairs),
    most: roundRatio(twice + tied, pairs),
  };
}

/** The mean, over positives, of the share of positives among all whose score is not lower. */
function precisionOf(places: readonly Place[], isExact: boolean): Pick<BoundedResult, "value" | "least" | "most"> {
  let [positives, all, value, least, most] = [0, 0, 0, 0, 0];
  for (const place of places.toReversed()) {
    const [own, others] = [Number(place.positives), Number(place.negatives)];
    value += own * ((positives + own) / (all + own + others) || 0);
    most += own * ((positives + own) / (all + own) || 0);
    // All its negatives before its positives.
    for (let rank = 1; !isExact && rank <= own; rank++) least += (positives + rank) / (all + others + rank);
    positives += own;
    all += own + others;
  }
  if (positives === 0) return { value: NaN, least: NaN, most: NaN };
  const result = { value: value / positives, least: least / positives, most: most / positives };
  return isExact ? { ...result, least: result.value, most: result.value } : result;
}

const areas = { 16: kindOfBinary("rocAuc", 16, areaOf), 32: kindOfBinary("rocAuc", 32, areaOf) };
const precisions = {
  16: kindOfBinary("averagePrecision", 16, precisionOf),
  32: kindOfBinary("averagePrecision", 32, precisionOf),
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
    ({ values: run, nan }): QuantilesResult => ({
      quantiles: at.map((share) => quantileOf(run, share, bits)),
      count: totalOf(run) + nan,
      nan,
    }),
  );
  return { kind, columns: [columnOf("states.quantiles", "values", values, "float32")], options: { at: [...at], bits } };
}

function quantileOf(run: Run, at: number, bits: Bits): Quantile {
  const total = totalOf(run);
  if (total === 0) return { at, value: NaN, least: NaN, most: NaN };
  const wanted = Math.max(1, Math.ceil(at * total));
  let passed = 0;
  let index = 0;
  while (passed + run.counts[index]! < wanted) passed += run.counts[index++]!;
  const places = new Places();
  const first = run.keys[index]! * 2 ** (32 - bits);
  const [least, most] = [places.numberAt(first), places.numberAt(first + 2 ** (32 - bits) - 1)];
  return { at, value: bits === 32 ? least : middleOf(least, most), least, most };
}

/** The last places before infinity hold NaN too, which are not counted. */
function middleOf(least: number, most: number): number {
  if (!Number.isFinite(least)) return least;
  return Number.isFinite(most) ? Math.fround((least + most) / 2) : least;
}
