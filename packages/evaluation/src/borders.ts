/** Was a query cut? Each part of a shard says which queries stand at its borders, and none may stand at those of another. */
import { OutOfRangeError } from "@symloss/core";
import { describe, isRecord } from "@symloss/core/engine";
import { isCount } from "./exact/exact-sum.ts";
import type { RowAddress } from "./state.ts";

/** Rows of a shard that follow each other, and which queries are the first and the last of them. */
export interface ShardPart {
  /** The number of the first row, and that after the last. */
  readonly rows: readonly [from: number, to: number];
  readonly queries: readonly [first: string, last: string];
}

/** The parts of each shard, in order; those that adjoin are one. */
export type Borders = Readonly<Record<string, readonly ShardPart[]>>;

/** The parts of shards so far. */
export class Parts {
  readonly #caller: string;
  readonly #shards = new Map<string, ShardPart[]>();
  /** Where each query that stands at a border does. */
  readonly #places = new Map<string, RowAddress>();

  constructor(caller: string) {
    this.#caller = caller;
  }

  /** Throws `OutOfRangeError` if rows come a second time, or a query that stands at another border. */
  add(shard: string, part: ShardPart): void {
    const [from, to] = part.rows;
    const own = this.#shards.get(shard) ?? [];
    const twice = own.find(({ rows }) => rows[0] < to && from < rows[1]);
    if (twice !== undefined) {
      throw new OutOfRangeError(
        `${this.#caller}: parts of shard ${JSON.stringify(shard)} must have different rows, got rows ${print(twice)} and ${print(part)}. Other data need another name.`,
      );
    }
    const [first, last] = part.queries;
    this.#place(first, { shard, row: from });
    if (last !== first) this.#place(last, { shard, row: to - 1 });
    this.#shards.set(shard, [...own, part]);
  }

  #place(query: string, place: RowAddress): void {
    const known = this.#places.get(query);
    if (known !== undefined) {
      throw new OutOfRangeError(
        `${this.#caller}: all rows of a query must stand together in one shard, got query ${JSON.stringify(query)} in ${where(known)} and in ${where(place)}.`,
      );
    }
    this.#places.set(query, place);
  }

  get borders(): Borders {
    return Object.fromEntries([...this.#shards].map(([shard, parts]) => [shard, joined(parts)] as const));
  }
}

function print({ rows: [from, to] }: ShardPart): string {
  return `${from} to ${to - 1}`;
}

function where({ shard, row }: RowAddress): string {
  return shard === "" ? `row ${row}` : `shard ${JSON.stringify(shard)}, row ${row}`;
}

/** Those that adjoin are one, so that it does not matter where they were cut. */
function joined(parts: readonly ShardPart[]): readonly ShardPart[] {
  const whole: ShardPart[] = [];
  for (const part of parts.toSorted((left, right) => left.rows[0] - right.rows[0])) {
    const before = whole.at(-1);
    if (before?.rows[1] !== part.rows[0]) whole.push(part);
    else {
      whole[whole.length - 1] = {
        rows: [before.rows[0], part.rows[1]],
        queries: [before.queries[0], part.queries[1]],
      };
    }
  }
  return whole;
}

/** The borders of all. Throws `OutOfRangeError`, naming the places, if a query was cut, or rows are in two of them. */
export function mergeBorders(caller: string, all: readonly Borders[]): Borders {
  const parts = new Parts(caller);
  for (const borders of all) {
    for (const [shard, own] of Object.entries(borders)) for (const part of own) parts.add(shard, part);
  }
  return parts.borders;
}

/** Throws `OutOfRangeError` unless the value is borders, with no query at two of them. */
export function checkBorders(caller: string, value: unknown): asserts value is Borders {
  if (!isRecord(value)) throw wrongBorders(caller, "a record of shards", value);
  for (const [shard, parts] of Object.entries(value)) {
    const isWhole = Array.isArray(parts) && parts.length > 0 && parts.every(isPart) && areApart(parts);
    if (!isWhole)
      throw wrongBorders(caller, `parts with rows and queries, in order, in shard ${JSON.stringify(shard)}`, parts);
  }
  mergeBorders(caller, [value as Borders]);
}

function wrongBorders(caller: string, must: string, got: unknown): OutOfRangeError {
  return new OutOfRangeError(`${caller}: borders must be ${must}, got ${describe(got)}.`);
}

function isPart(value: unknown): value is ShardPart {
  const { rows, queries } = (isRecord(value) ? value : {}) as { readonly rows?: unknown; readonly queries?: unknown };
  const isPair = (pair: unknown): pair is readonly [unknown, unknown] => Array.isArray(pair) && pair.length === 2;
  return (
    isPair(rows) &&
    rows.every(isCount) &&
    (rows[0] as number) < (rows[1] as number) &&
    isPair(queries) &&
    queries.every((query) => typeof query === "string")
  );
}

function areApart(parts: readonly ShardPart[]): boolean {
  return parts.every(({ rows }, index) => index === 0 || parts[index - 1]!.rows[1] < rows[0]);
}
