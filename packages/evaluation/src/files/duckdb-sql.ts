/** What is DuckDB asked, in SQL? */
import { OutOfRangeError } from "@symloss/core";

/** What DuckDB reads. */
export type DuckDBFormat = "csv" | "jsonl" | "parquet";

const endings: Readonly<Record<string, DuckDBFormat>> = {
  csv: "csv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  parquet: "parquet",
  tsv: "csv",
};

/** The format that the ending of a path says. Throws `OutOfRangeError` if it says none. */
export function duckdbFormatOf(path: string): DuckDBFormat {
  const ending = path.split(".").at(-1)!.toLowerCase();
  if (Object.hasOwn(endings, ending)) return endings[ending]!;
  throw new OutOfRangeError(`duckdb: a file must end with one of ${Object.keys(endings).join(", ")}, got ${path}.`);
}

/** A column, and its type in SQL. */
interface SqlColumn {
  readonly name: string;
  readonly type: string;
}

/** What is read of a file. */
interface SqlRows {
  readonly columns: readonly SqlColumn[];
  readonly wanted: readonly string[];
  readonly where: string | undefined;
}

/** How a file is read, of whose columns the types are found, or known. A folder `lang=de` makes no column. */
const readers: { readonly [F in DuckDBFormat]: (path: string, types: string | undefined) => string } = {
  csv: (path, types) => `read_csv(${path}, ${types === undefined ? allRows : `types = ${types}`}, ${noFolders})`,
  jsonl: (path, types) =>
    `read_json(${path}, ${types === undefined ? allRows : `columns = ${types}`}, format = 'newline_delimited', ${noFolders})`,
  parquet: (path) => `read_parquet(${path}, ${noFolders})`,
};

/** By the rows that DuckDB looks at otherwise to find types, 1.75 in a later row of integers becomes 2. */
const allRows = "sample_size = -1";

const noFolders = "hive_partitioning = false";

/** The names and types of columns. */
export function describeSql(path: string, format: DuckDBFormat): string {
  return `DESCRIBE SELECT * FROM ${readers[format](pathText(path), undefined)}`;
}

/**
 * The rows: of the wanted columns, those that meet the condition; and one more, which comes last and says so in a column of its own behind them.
 * A stream that fails amid its rows looks as if it ended there.
 */
export function rowsSql(path: string, format: DuckDBFormat, { columns, wanted, where }: SqlRows): string {
  // In text they are known by now, and are what they are there, not what a date among them might be.
  const known = columns.map(({ name, type }) => `${text(name)}: ${text(isNumeric(type) ? type : "VARCHAR")}`);
  const from = readers[format](pathText(path), `{${known.join(", ")}}`);
  const list = columns.filter(({ name }) => wanted.includes(name)).map((column) => selected(column));
  const rows = [...list, "false"].join(", ");
  const last = [...list.map(() => "NULL"), "true"].join(", ");
  // A comment at the end of the condition ends with its line.
  const condition = where === undefined ? "" : ` WHERE (${where}\n)`;
  return `SELECT ${rows} FROM ${from}${condition} UNION ALL SELECT ${last}`;
}

/** The number of rows that the footer of a Parquet file says. */
export function countSql(path: string): string {
  return `SELECT num_rows FROM parquet_file_metadata(${pathText(path)})`;
}

const numeric = /^(BOOLEAN|FLOAT|DOUBLE|U?(TINYINT|SMALLINT|INTEGER|BIGINT))(\[\d*\])*$/;

/** Whether it holds numbers, lists of them, or lists of lists. */
function isNumeric(type: string): boolean {
  return numeric.test(type);
}

/** A column as numbers, lists of numbers, or texts. */
function selected({ name, type }: SqlColumn): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  const lists = type.replaceAll(/\[\d+\]/g, "[]");
  // Of an array of a fixed length no public part of the package tells the elements.
  if (isNumeric(type)) return lists === type ? column : `${column}::${lists}`;
  if (/^(DECIMAL\(\d+,\d+\)|U?HUGEINT)(\[\d*\])*$/.test(type)) {
    return `${column}::${lists.replace(/^(DECIMAL\(\d+,\d+\)|U?HUGEINT)/, "DOUBLE")}`;
  }
  return type === "VARCHAR" ? column : `${column}::VARCHAR`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A path that is no pattern, whatever is in it. */
function pathText(path: string): string {
  return text(path.replaceAll(/[*?[]/g, "[$&]"));
}
