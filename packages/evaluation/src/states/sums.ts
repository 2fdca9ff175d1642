/** Which statistics are sums? Each state is a record of exact sums. */
import { OutOfRangeError, type TensorLike, type TypedArray } from "@symloss/core";
import { type OptionTable, checkOptions, describe, isRecord } from "@symloss/core/engine";
import {
  type ExactSum,
  type SumText,
  addSums,
  meanOf,
  noSum,
  quotientOf,
  readSum,
  valueOf,
  writeSum,
} from "../exact/exact-sum.ts";
import { Float32Bins } from "../exact/float32-bins.ts";
import { Float64Bins } from "../exact/float64-bins.ts";
import { type Floats, ProductBins } from "../exact/products.ts";
import { rowsRule } from "../rules.ts";
import { type Accumulator, type Json, type Kind, type Statistic, floatColumnOf } from "../statistic.ts";

/** What adds up the floats of a column. */
interface Bins {
  add(values: TypedArray, from: number, to: number): void;
  readonly sum: ExactSum;
}

/** Bins for floats of either precision, which are known with the first of them. */
class FloatBins implements Bins {
  readonly #single = new Float32Bins();
  #double: Float64Bins | undefined;

  add(values: TypedArray, from: number, to: number): void {
    if (values instanceof Float32Array) this.#single.add(values, from, to);
    else (this.#double ??= new Float64Bins()).add(values as Float64Array, from, to);
  }

  get sum(): ExactSum {
    return this.#double === undefined ? this.#single.sum : addSums(this.#single.sum, this.#double.sum);
  }
}

/** What is added up under each name: a column, or the product of two. */
type Terms<Name extends string> = Readonly<Record<Name, readonly [number] | readonly [number, number]>>;

/** A kind whose state has an exact sum under each name. */
export function kindOfSums<Name extends string, Result>(
  name: string,
  terms: Terms<Name>,
  result: (sums: Readonly<Record<Name, ExactSum>>) => Result,
): Kind<Result> {
  const entries = Object.entries(terms) as [Name, readonly [number] | readonly [number, number]][];
  const names = entries.map(([term]) => term);
  const read = (state: Json): Readonly<Record<Name, ExactSum>> =>
    mapNames(names, (term) => readSum(term, (state as Readonly<Record<Name, Json>>)[term]));
  const write = (sums: Readonly<Record<Name, ExactSum>>): Json =>
    mapNames(names, (term) => writeSum(sums[term]) as unknown as Json);
  return {
    name,
    takes: "rows",
    start: () => startSums(entries),
    merge(states) {
      const all = states.map(read);
      return write(mapNames(names, (term) => all.map((sums) => sums[term]).reduce(addSums, noSum)));
    },
    result: (state) => result(read(state)),
    check(path, state) {
      if (!isRecord(state) || Object.keys(state).toSorted().join() !== names.toSorted().join()) {
        throw new OutOfRangeError(`${path} must be a record of ${names.join(", ")}, got ${describe(state)}.`);
      }
      for (const term of names) readSum(`${path}.${term}`, state[term]);
    },
  };
}

function startSums(
  entries: readonly (readonly [string, readonly [number] | readonly [number, number]])[],
): Accumulator {
  const bins = entries.map(([, columns]) => (columns.length === 1 ? new FloatBins() : new ProductBins()));
  return {
    add(columns, from, to) {
      for (const [index, [, [left, right]]] of entries.entries()) {
        const own = bins[index]!;
        if (own instanceof FloatBins) own.add(columns[left]!, from, to);
        else own.add(columns[left] as Floats, columns[right!] as Floats, from, to);
      }
    },
    state() {
      return Object.fromEntries(entries.map(([term], index) => [term, writeSum(bins[index]!.sum)])) as Readonly<
        Record<string, SumText & Json>
      >;
    },
  };
}

function mapNames<Name extends string, T>(names: readonly Name[], of: (name: Name) => T): Readonly<Record<Name, T>> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Readonly<Record<Name, T>>;
}

/** What a mean is made of. */
export interface MeanResult {
  /** Rounded once from the exact sums; NaN of no rows. */
  readonly mean: number;
  /** The sum of all numbers, each times its weight. */
  readonly sum: number;
  /** The number of rows, or the sum of their weights. */
  readonly count: number;
  /** How many numbers were NaN: one makes the mean NaN. */
  readonly nan: number;
}

const plainMean = kindOfSums("mean", { values: [0] }, ({ values }): MeanResult => ({
  mean: meanOf(values),
  sum: valueOf(values),
  count: values.count,
  nan: values.nan,
}));

const weightedMean = kindOfSums("mean", { products: [0, 1], weights: [1] }, ({ products, weights }): MeanResult => ({
  mean: quotientOf(products, weights),
  sum: valueOf(products),
  count: valueOf(weights),
  nan: products.nan,
}));

/** How much each row counts. */
export interface MeanOptions {
  /** [rows] the weight of each row. */
  readonly weights?: TensorLike | undefined;
}

const meanTable: OptionTable<MeanOptions> = { weights: rowsRule };

/**
 * The mean of a number of each row [rows], or with weights [rows] the sum of products over the sum of weights. All sums are exact, and the
 * quotient is rounded once.
 * Throws `ShapeError` if there is not one number for each row.
 * @example evaluation(({ x }) => ({ size: states.mean(x) }), { columns: { x: "float32" } })
 */
export function mean(values: TensorLike, options: MeanOptions = {}): Statistic<MeanResult> {
  const { weights } = checkOptions("states.mean", options, meanTable) as MeanOptions;
  const column = floatColumnOf("states.mean", "values", values);
  if (weights === undefined) return { kind: plainMean, columns: [column], options: null };
  return {
    kind: weightedMean,
    columns: [column, floatColumnOf("states.mean", "weights", weights)],
    options: "weights",
  };
}

/** A sum, and how many terms it has. */
export interface SumResult {
  readonly sum: number;
  readonly count: number;
  readonly nan: number;
}

const total = kindOfSums("sum", { values: [0] }, ({ values }): SumResult => ({
  sum: valueOf(values),
  count: values.count,
  nan: values.nan,
}));

/**
 * The sum of a number of each row [rows], exact and rounded once.
 * Throws `ShapeError` if there is not one number for each row.
 */
export function sum(values: TensorLike): Statistic<SumResult> {
  return { kind: total, columns: [floatColumnOf("states.sum", "values", values)], options: null };
}

/** What is known of a perplexity. */
export interface PerplexityResult {
  /** exp of the mean. */
  readonly perplexity: number;
  /** The mean, in nats. */
  readonly mean: number;
  readonly count: number;
  readonly nan: number;
}

const perplexities = (kind: Kind<MeanResult>): Kind<PerplexityResult> => ({
  ...kind,
  name: "perplexity",
  async result(state, runs) {
    const { mean: nats, count, nan } = await kind.result(state, runs);
    return { perplexity: Math.exp(nats), mean: nats, count, nan };
  },
});

const plainPerplexity = perplexities(plainMean);
const weightedPerplexity = perplexities(weightedMean);

/**
 * The exponential of the mean of a loss in nats [rows]: of cross entropies per token, or of sums over tokens with their number as weights.
 * Throws `ShapeError` if there is not one number for each row.
 */
export function perplexity(losses: TensorLike, options: MeanOptions = {}): Statistic<PerplexityResult> {
  checkOptions("states.perplexity", options, meanTable);
  const { kind, ...statistic } = mean(losses, options);
  return { ...statistic, kind: kind === plainMean ? plainPerplexity : weightedPerplexity };
}
