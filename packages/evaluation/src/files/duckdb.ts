/** How does DuckDB read files? Each is a shard, of which it gives the wanted columns, row by row as the file has them. */
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { OutOfRangeError } from "@symloss/core";
import { type OptionTable, checkOptions } from "@symloss/core/engine";
import type { Batch } from "../columns.ts";
import { type Place, fileError } from "../formats/file-error.ts";
import type { Wants } from "../formats/format.ts";
import { integerRule } from "../rules.ts";
import type { Shard, Source } from "../source.ts";
import { columnOf } from "./duckdb-column.ts";
import { DuckDBDatabase } from "./duckdb-database.ts";
import { type DuckDBFormat, countSql, describeSql, duckdbFormatOf, rowsSql } from "./duckdb-sql.ts";
import { type NamedFile, NamedFiles, checkNames } from "./named-files.ts";

/** Where files are, and which of their rows are read. */
export interface DuckDBOptions {
  /** The folder from which names are taken; default that of the process. */
  readonly folder?: string | undefined;
  /** A condition in SQL, such as `lang = 'de'`, which rows must meet; it is run as it stands. Rows are numbered as they are read. */
  readonly where?: string | undefined;
  /** How many threads DuckDB takes; default as many as there are cores. */
  readonly threads?: number | undefined;
}

const isText = (value: unknown): boolean => typeof value === "string";

const table: OptionTable<DuckDBOptions> = {
  folder: { must: "a text", holds: isText, error: OutOfRangeError },
  where: { must: "a condition in SQL", holds: (value) => isText(value) && value !== "", error: OutOfRangeError },
  threads: integerRule(1024),
};

/** A file that DuckDB reads. */
interface DuckDBFile extends Place {
  readonly format: DuckDBFormat;
  readonly where: string | undefined;
}

/**
 * The rows of files that DuckDB reads, each a shard as in `files`: Parquet (`.parquet`), JSON lines (`.jsonl`, `.ndjson`) and tables of text
 * (`.csv`, `.tsv`). It needs the package @duckdb/node-api. Only the columns that are evaluated are read.
 * Throws `OutOfRangeError` if no file has such a name, or another ending; the run throws `DTypeError` if DuckDB can't read one.
 * @example await test.run(duckdb("shards/*.parquet", { where: "lang = 'de'" }), { engine });
 */
export function duckdb(names: string | readonly string[], options: DuckDBOptions = {}): Source {
  const { folder = ".", where, threads } = checkOptions("duckdb", options, table) as DuckDBOptions;
  const database = new DuckDBDatabase("duckdb", threads);
  const shardAt = ({ path, shard, etag }: NamedFile): Shard => {
    const file = { caller: "duckdb", name: path, format: duckdbFormatOf(path), where };
    const totalRows = (): Promise<number | undefined> => countRows(file, database);
    return { shard, etag, totalRows, read: (wants) => readRows(file, database, wants) };
  };
  return new NamedFiles("duckdb", checkNames("duckdb", names), folder).source(shardAt);
}

async function* readRows(file: DuckDBFile, database: DuckDBDatabase, wants: Wants): AsyncGenerator<Batch> {
  yield* database.connected(async function* (connection) {
    const described = await asked(file, () => connection.runAndReadAll(describeSql(file.name, file.format)));
    const columns = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
    const wanted = columns.filter(({ name }) => wants(name)).map(({ name }) => name);
    const sql = rowsSql(file.name, file.format, { columns, wanted, where: file.where });
    const result = await asked(file, () => connection.stream(sql));
    for await (const chunk of chunksOf(file, result)) {
      const ends = chunk.getColumnVector(wanted.length);
      const isLast = ends.getItem(chunk.rowCount - 1) === true;
      const rows = chunk.rowCount - Number(isLast);
      if (rows > 0) yield batchOf(chunk, wanted, rows);
      if (isLast) return;
    }
    await explainEnd(file, connection, sql);
  });
}

/** The first rows of a chunk. The last row of all comes in a chunk of its own, but DuckDB doesn't promise that. */
function batchOf(chunk: DuckDBDataChunk, wanted: readonly string[], rows: number): Batch {
  const vectors = wanted.map((_, at) => chunk.getColumnVector(at));
  const parts = rows === chunk.rowCount ? vectors : vectors.map((vector) => vector.slice(0, rows));
  return Object.fromEntries(wanted.map((name, at) => [name, columnOf(parts[at]!)])) as Batch;
}

/** Throws what ended a stream before its last row: rows that are read whole fail with it. */
async function explainEnd(file: DuckDBFile, connection: DuckDBConnection, sql: string): Promise<never> {
  const { rowCount } = await asked(file, () => connection.run(sql));
  throw fileError(file, "rows that DuckDB can read", `an end before the last of its ${rowCount - 1} rows`);
}

/** The rows in chunks, of which the next is read while one is evaluated. */
async function* chunksOf(file: DuckDBFile, result: DuckDBResult): AsyncGenerator<DuckDBDataChunk> {
  const fetch = (): Promise<DuckDBDataChunk | null> => {
    const chunk = asked(file, () => result.fetchChunk());
    // It may fail before it is waited for, which is no reason for a process to end.
    chunk.catch(() => undefined);
    return chunk;
  };
  let next = fetch();
  try {
    for (;;) {
      const chunk = await next;
      if (chunk === null || chunk.rowCount === 0) return;
      next = fetch();
      yield chunk;
    }
  } finally {
    // The connection may be closed only after that.
    await next.catch(() => undefined);
  }
}

/** How many rows a footer says; undefined if the file has none, or if not all rows are read. */
async function countRows(file: DuckDBFile, database: DuckDBDatabase): Promise<number | undefined> {
  if (file.format !== "parquet" || file.where !== undefined) return undefined;
  const counts = database.connected(async function* (connection) {
    const result = await asked(file, () => connection.runAndReadAll(countSql(file.name)));
    yield Number(result.getRows()[0]![0]);
  });
  for await (const count of counts) return count;
  return undefined;
}

/** What DuckDB answers. What it refuses is about the file or the condition, of which it says more in further lines. */
async function asked<T>(file: DuckDBFile, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const [line] = (cause as Error).message.split("\n");
    throw fileError(file, "rows that DuckDB can read", line!, cause);
  }
}
