/** Which rows are those of one query? They are kept until another begins, and given to statistics together. */
import type { TypedArray } from "@symloss/core";
import type { QueryAccumulator } from "./statistic.ts";

/** What takes the columns of a statistic, by their places among all that are computed. */
export interface Taker<A> {
  readonly name: string;
  readonly places: readonly number[];
  readonly accumulator: A;
}

/** The rows of the query that has begun. */
export class QueryRows {
  readonly #takers: readonly Taker<QueryAccumulator>[];
  readonly #places: readonly number[];
  /** The kept rows of each column that is wanted. */
  #columns: Float64Array[];
  #count = 0;
  #number = 0;

  constructor(takers: readonly Taker<QueryAccumulator>[]) {
    this.#takers = takers;
    this.#places = [...new Set(takers.flatMap(({ places }) => places))];
    this.#columns = this.#places.map(() => new Float64Array(16));
  }

  /** Adds the rows from one place to before another, each with the number of its query. */
  add(columns: readonly TypedArray[], from: number, to: number, numbers: Float64Array): void {
    for (let start = from; start < to;) {
      const number = numbers[start]!;
      let end = start + 1;
      while (end < to && numbers[end] === number) end++;
      if (number !== this.#number) this.end();
      this.#number = number;
      this.#keep(columns, start, end);
      start = end;
    }
  }

  #keep(columns: readonly TypedArray[], from: number, to: number): void {
    const count = this.#count + to - from;
    if (count > this.#columns[0]!.length) this.#columns = this.#columns.map((column) => grown(column, 2 * count));
    for (const [index, place] of this.#places.entries()) {
      this.#columns[index]!.set(columns[place]!.subarray(from, to), this.#count);
    }
    this.#count = count;
  }

  /** Gives what is kept to the statistics: the query has no more rows. */
  end(): void {
    if (this.#count === 0) return;
    for (const { accumulator, places } of this.#takers) {
      accumulator.add(places.map((place) => this.#columns[this.#places.indexOf(place)]!.subarray(0, this.#count)));
    }
    this.#count = 0;
  }
}

function grown(column: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(length);
  larger.set(column);
  return larger;
}
