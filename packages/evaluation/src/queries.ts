/** To which query does each row belong? To that of the rows before it, or to one that begins: the rows of a query stand together. */
import { DTypeError, OutOfRangeError } from "@symloss/core";
import { describe } from "@symloss/core/engine";
import type { BadRows, BatchPlace } from "./bad-rows.ts";
import { type Borders, Parts } from "./borders.ts";

/** The query of each row of a batch; undefined if it has none, which makes the row bad. */
export type Queries = readonly (string | undefined)[];

/** The queries of a column of texts or integers, of which 7 and "7" are one. Throws `DTypeError` if it is no list. */
export function readQueries(caller: string, name: string, given: unknown, bad: BadRows): Queries {
  if (!Array.isArray(given) && (!ArrayBuffer.isView(given) || given instanceof DataView)) {
    throw new DTypeError(`${caller}: column ${name} must be a list of queries, got ${describe(given)}.`);
  }
  let [before, text]: [unknown, string | undefined] = [undefined, undefined];
  return Array.from(given as ArrayLike<unknown>, (value, row) => {
    if (value === before && text !== undefined) return text;
    [before, text] = [value, textOf(value)];
    if (text === undefined) {
      bad.add(row, name, `column ${name} must have a text or a safe integer, got ${describe(value)}.`);
    }
    return text;
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "bigint" || Number.isSafeInteger(value)
    ? String(value)
    : undefined;
}

/** So many queries are remembered, so that one that comes again is found in rows without an order. */
const mostRemembered = 10_000;

/** The queries of a run, one after the other. */
export class QueryTrail {
  readonly #caller: string;
  readonly #column: string;
  #parts: Parts;
  /** Where rows are that come next. */
  #shard = "";
  #next = 0;
  /** The query of the last row of the shard. */
  #query: string | undefined;
  /** How many queries began. */
  #number = 0;
  /** The part of the shard that has begun since a state was taken. */
  #from = 0;
  #first: string | undefined;
  readonly #remembered = new Set<string>();
  /** The same, at the places of their numbers. */
  readonly #ring: (string | undefined)[] = [];

  constructor(caller: string, column: string) {
    this.#caller = caller;
    this.#column = column;
    this.#parts = new Parts(caller);
  }

  /** Before which row, counted in the batch, the last query of the batch begins; undefined if all rows go on with a query. */
  lastBorder(queries: Queries, place: BatchPlace): number | undefined {
    let query = this.#goesOn(place) ? this.#query : undefined;
    let border: number | undefined;
    for (let row = place.from; row < queries.length; row++) {
      const own = queries[row];
      if (own === undefined) continue;
      if (query !== undefined && own !== query) border = row;
      query = own;
    }
    return border;
  }

  /** Goes on over the rows of a batch to before one: rows of one query have one number. Throws `OutOfRangeError` if a query comes again. */
  follow(queries: Queries, place: BatchPlace, to: number): Float64Array {
    const numbers = new Float64Array(to);
    if (place.from >= to) return numbers;
    if (!this.#goesOn(place)) this.#beginShard(place);
    for (let row = place.from; row < to; row++) {
      const query = queries[row];
      if (query !== undefined && query !== this.#query) this.#begin(query, place.first + row);
      numbers[row] = this.#number;
    }
    this.#next = place.first + to;
    return numbers;
  }

  #goesOn({ shard, first, from }: BatchPlace): boolean {
    return shard === this.#shard && first + from === this.#next;
  }

  #beginShard({ shard, first, from }: BatchPlace): void {
    this.#endPart();
    [this.#shard, this.#next, this.#from] = [shard, first + from, first + from];
    this.#query = undefined;
    this.#remembered.clear();
    this.#ring.fill(undefined);
  }

  #begin(query: string, row: number): void {
    if (this.#remembered.has(query)) {
      const where = this.#shard === "" ? "" : `shard ${this.#shard}, `;
      throw new OutOfRangeError(
        `${this.#caller}: ${where}row ${row}: all rows of a query must stand together, got query ${JSON.stringify(query)} again after another. Sort the rows by ${this.#column}.`,
      );
    }
    const place = this.#number % mostRemembered;
    const forgotten = this.#ring[place];
    if (forgotten !== undefined) this.#remembered.delete(forgotten);
    this.#ring[place] = query;
    this.#remembered.add(query);
    this.#query = query;
    this.#first ??= query;
    this.#number++;
  }

  #endPart(): void {
    if (this.#first !== undefined) {
      this.#parts.add(this.#shard, { rows: [this.#from, this.#next], queries: [this.#first, this.#query!] });
    }
    [this.#from, this.#first] = [this.#next, undefined];
  }

  /** The borders of all rows since this was asked last, after which a query must begin. */
  takeBorders(): Borders {
    this.#endPart();
    const { borders } = this.#parts;
    this.#parts = new Parts(this.#caller);
    return borders;
  }
}
