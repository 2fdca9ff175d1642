/** How much of what the best order of a query's rows would gain does the order of their scores gain? */
import { DTypeError, OutOfRangeError, type TensorLike, check } from "@symloss/core";
import { type OptionTable, checkOptions, describe, isRecord } from "@symloss/core/engine";
import { type ExactSum, addSums, isCount, meanOf, readSum, writeSum } from "../exact/exact-sum.ts";
import { Float64Bins } from "../exact/float64-bins.ts";
import { integerRule } from "../rules.ts";
import { type Json, type QueryAccumulator, type QueryKind, type Statistic, floatColumnOf } from "../statistic.ts";

/** What a row is worth, and at how many places. */
export interface NdcgOptions {
  /** How many places count, from 1; by default all. */
  readonly k?: number | undefined;
  /** What a row of relevance y is worth: y if "linear", 2^y - 1 if "exponential". Default "linear". */
  readonly gain?: "linear" | "exponential" | undefined;
  /** The value of a query in which nothing is relevant, or "skip", which leaves it out of the mean. Default NaN. */
  readonly whenUndefined?: number | "skip" | undefined;
}

/** The mean over queries. */
export interface NdcgResult {
  /** Rounded once from the exact sum of the values of queries; NaN of no queries. */
  readonly mean: number;
  readonly queries: number;
  /** In how many of them nothing is relevant. */
  readonly undefined: number;
  /** How many have a label or a score that is NaN: one makes the mean NaN. */
  readonly nan: number;
}

const gains = {
  linear: (label: number): number => label,
  exponential: (label: number): number => Math.expm1(label * Math.LN2),
} as const;

const table: OptionTable<NdcgOptions> = {
  k: integerRule(),
  gain: {
    must: '"linear" or "exponential"',
    holds: (value) => typeof value === "string" && Object.hasOwn(gains, value),
    error: OutOfRangeError,
  },
  whenUndefined: {
    must: 'a number or "skip"',
    holds: (value) => typeof value === "number" || value === "skip",
    error: DTypeError,
  },
};

interface Item {
  readonly gain: number;
  readonly score: number;
}

/** The best first: the order depends on nothing but the items, and so does each sum over them. */
function compareItems(left: Item, right: Item): number {
  if (left.score !== right.score) return left.score > right.score ? -1 : 1;
  return left.gain === right.gain ? 0 : left.gain > right.gain ? -1 : 1;
}

/** The value of a query; undefined if nothing is relevant. */
function ndcgOf(
  [labels, scores]: readonly [Float64Array, Float64Array],
  k: number,
  gainOf: (label: number) => number,
): number | undefined {
  if (labels.some(Number.isNaN) || scores.some(Number.isNaN)) return NaN;
  const own = labels.map(gainOf);
  const ideal = idealGain(own, k);
  if (ideal === 0) return undefined;
  const items = Array.from(own, (gain, row): Item => ({ gain, score: scores[row]! }));
  return discountedGain(items.sort(compareItems), k) / ideal;
}

function discountOf(place: number): number {
  return discounts[place] ?? 1 / Math.log2(place + 2);
}

/** Those of the first places, which all queries have. */
const discounts: readonly number[] = Array.from({ length: 1024 }, (_, place) => 1 / Math.log2(place + 2));

/** The sum of the largest gains, the largest at the first place. */
function idealGain(own: Float64Array, k: number): number {
  const sorted = own.toSorted();
  let sum = 0;
  for (let place = 0; place < sorted.length && place < k; place++) sum += sorted.at(-1 - place)! * discountOf(place);
  return sum;
}

/** The sum of gains, each discounted by its place. Items of equal scores share the mean discount of the places that they take. */
function discountedGain(items: readonly Item[], k: number): number {
  let sum = 0;
  for (let first = 0; first < items.length && first < k;) {
    let [end, gain, discount] = [first, 0, 0];
    for (; end < items.length && items[end]!.score === items[first]!.score; end++) {
      gain += items[end]!.gain;
      if (end < k) discount += discountOf(end);
    }
    sum += end === first + 1 ? gain * discount : (gain * discount) / (end - first);
    first = end;
  }
  return sum;
}

/** The exact sum of the values of queries, and in how many nothing is relevant. */
interface NdcgState {
  readonly values: ExactSum;
  readonly undefined: number;
}

function write({ values, undefined: count }: NdcgState): Json {
  return { values: writeSum(values) as unknown as Json, undefined: count };
}

function read(path: string, state: unknown): NdcgState {
  const count = isRecord(state) ? state["undefined"] : undefined;
  if (!isRecord(state) || Object.keys(state).length !== 2 || !isCount(count)) {
    throw new OutOfRangeError(`${path} must be a record of values and undefined, got ${describe(state)}.`);
  }
  return { values: readSum(`${path}.values`, state["values"]), undefined: count };
}

function kindOfNdcg(k: number, gain: keyof typeof gains, whenUndefined: number | "skip"): QueryKind<NdcgResult> {
  return {
    name: "ndcg",
    takes: "queries",
    start: () => startNdcg((query) => ndcgOf(query, k, gains[gain]), whenUndefined),
    merge(states) {
      const all = states.map((state) => read("state", state));
      return write({
        values: all.map(({ values }) => values).reduce(addSums),
        undefined: all.reduce((sum, own) => sum + own.undefined, 0),
      });
    },
    result(state): NdcgResult {
      const { values, undefined: count } = read("state", state);
      return {
        mean: meanOf(values),
        queries: values.count + (whenUndefined === "skip" ? count : 0),
        undefined: count,
        nan: values.nan - (Number.isNaN(whenUndefined) ? count : 0),
      };
    },
    check: (path, state) => void read(path, state),
  };
}

function startNdcg(
  valueOf: (query: readonly [Float64Array, Float64Array]) => number | undefined,
  whenUndefined: number | "skip",
): QueryAccumulator {
  const bins = new Float64Bins();
  let count = 0;
  return {
    add([labels, scores]) {
      const value = valueOf([labels!, scores!]);
      if (value === undefined) count++;
      const own = value ?? whenUndefined;
      if (own !== "skip") bins.add(Float64Array.of(own));
    },
    state() {
      return write({ values: bins.sum, undefined: count });
    },
  };
}

/**
 * The mean, over queries, of the normalised discounted cumulative gain of labels [rows], how relevant each row is, 0 or above, in the order of
 * scores [rows]: that of `ndcg` of `@symloss/losses` for a list, but that a score that is NaN makes its query NaN. It is computed in float64.
 * Throws `ShapeError` if there is not one of each for each row, and `OutOfRangeError` or `DTypeError` if an option is not what it must be.
 * @example evaluation(({ label, score }) => ({ ndcg: states.ndcg(label, score, { k: 10 }) }), { columns, query: "query" })
 */
export function ndcg(labels: TensorLike, scores: TensorLike, options: NdcgOptions = {}): Statistic<NdcgResult> {
  const caller = "states.ndcg";
  const { k = Infinity, gain = "linear", whenUndefined = NaN } = checkOptions(caller, options, table) as NdcgOptions;
  const relevances = check(caller, "labels", floatColumnOf(caller, "labels", labels), { kind: "nonNegative" });
  return {
    kind: kindOfNdcg(k, gain, whenUndefined),
    columns: [relevances, floatColumnOf(caller, "scores", scores)],
    // JSON has neither infinity nor NaN.
    options: { k: String(k), gain, whenUndefined: String(whenUndefined) },
  };
}
