/** Which rows have the largest numbers? */
import { OutOfRangeError, type TensorLike } from "@symloss/core";
import { type OptionTable, checkOptions, describe, isRecord } from "@symloss/core/engine";
import { isCount } from "../exact/exact-sum.ts";
import { integerRule } from "../rules.ts";
import { type Accumulator, type Json, type Kind, type Origin, type Statistic, columnOf } from "../statistic.ts";

/** How many. */
export interface TopKOptions {
  /** Default 10. */
  readonly k?: number | undefined;
}

/** A row, where it came from, and its number. */
export interface TopRow {
  readonly value: number;
  readonly shard: string;
  /** Counted from 0 in its shard. */
  readonly row: number;
}

/** Rows, the largest first; equal ones in the order of their shards and rows. */
export interface TopKResult {
  readonly rows: readonly TopRow[];
  readonly nan: number;
}

const mostRows = 10_000;

const table: OptionTable<TopKOptions> = { k: integerRule(mostRows) };

function kindOfTop(k: number): Kind<TopKResult> {
  const read = (path: string, state: unknown): TopKResult => {
    const { rows, nan } = state as { readonly rows?: unknown; readonly nan?: unknown };
    if (!isRecord(state) || !Array.isArray(rows) || rows.length > k || !isCount(nan)) {
      throw new OutOfRangeError(`${path} must be a record of at most ${k} rows, and nan, got ${describe(state)}.`);
    }
    return { rows: rows.map((row, index) => readRow(`${path}.rows[${index}]`, row)), nan };
  };
  return {
    name: "topK",
    takes: "rows",
    start: () => startTop(k),
    merge(states) {
      const all = states.map((state) => read("state", state));
      return write(
        largestOf(
          all.flatMap(({ rows }) => rows),
          k,
        ),
        all.reduce((sum, { nan }) => sum + nan, 0),
      );
    },
    result: (state) => read("state", state),
    check: (path, state) => void read(path, state),
  };
}

function write(rows: readonly TopRow[], nan: number): Json {
  // JSON has no infinity.
  return { rows: rows.map(({ value, shard, row }) => [String(value), shard, row]), nan };
}

function readRow(path: string, text: unknown): TopRow {
  const [value, shard, row] = Array.isArray(text) && text.length === 3 ? (text as readonly unknown[]) : [];
  const number = typeof value === "string" ? Number(value) : NaN;
  if (!Number.isNaN(number) && String(number) === value && typeof shard === "string" && isCount(row)) {
    return { value: number, shard, row };
  }
  throw new OutOfRangeError(`${path} must be a number as text, a shard and a row, got ${describe(text)}.`);
}

function largestOf(rows: readonly TopRow[], k: number): readonly TopRow[] {
  return rows.toSorted(compareRows).slice(0, k);
}

function compareRows(left: TopRow, right: TopRow): number {
  if (left.value !== right.value) return left.value > right.value ? -1 : 1;
  if (left.shard !== right.shard) return left.shard < right.shard ? -1 : 1;
  return left.row - right.row;
}

function startTop(k: number): Accumulator {
  let rows: readonly TopRow[] = [];
  let waiting: TopRow[] = [];
  let nan = 0;
  const settle = (): void => {
    rows = largestOf([...rows, ...waiting], k);
    waiting = [];
  };
  return {
    add([values], from, to, { shards, rows: numbers }: Origin) {
      for (let index = from; index < to; index++) {
        // 0 and -0 are one number.
        const value = values![index]! + 0;
        if (Number.isNaN(value)) nan++;
        else if (rows.length < k || value >= rows.at(-1)!.value)
          waiting.push({ value, shard: shards[index]!, row: numbers[index]! });
        if (waiting.length >= 4 * k + 64) settle();
      }
    },
    state() {
      settle();
      return write(rows, nan);
    },
  };
}

/**
 * The rows with the largest numbers [rows]: the worst of a loss, to be looked at.
 * Throws `ShapeError` if there is not one number for each row, and `OutOfRangeError` if `k` is no integer from 1 to 10000.
 */
export function topK(values: TensorLike, options: TopKOptions = {}): Statistic<TopKResult> {
  const caller = "states.topK";
  const { k = 10 } = checkOptions(caller, options, table) as TopKOptions;
  return { kind: kindOfTop(k), columns: [columnOf(caller, "values", values, "float32")], options: { k } };
}
