/** Which files hold the data? A folder, or a pattern: shards are named by their paths below the folder that its beginning names. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Source } from "@symloss/evaluation";
import { duckdb, files } from "@symloss/evaluation/files";
import { Failure } from "../failure.ts";
import { only } from "../loss-export.ts";
import { readChoice } from "../values.ts";
import type { Words } from "../words.ts";

/** Where files are, and how they are read, as JSON. */
export interface DataPlace {
  readonly folder: string;
  /** A pattern below it. */
  readonly names: string;
  readonly reader: Reader;
  /** A condition in SQL. */
  readonly where: string | undefined;
}

/** Who reads files: symloss itself, or DuckDB. */
type Reader = "files" | "duckdb";

/** What is read of a folder. */
const everyFile: Readonly<Record<Reader, string>> = {
  files: "**/*.{arrow,arrows,feather,jsonl,ndjson,npz,parquet,safetensors}",
  duckdb: "**/*.{csv,jsonl,ndjson,parquet,tsv}",
};

/**
 * The place that the options mean: `/data/*.parquet` here and `/mnt/*.parquet` there have shards of the same names. Throws `Failure` if there is
 * no such folder.
 */
export function placeOf(text: string, given: Words["options"]): DataPlace {
  const where = only(given, "where");
  const reader = readReader(only(given, "reader"), text, where);
  const parts = text.replaceAll("\\", "/").split("/");
  const first = parts.findIndex((part) => /[*?{}[\]!()]/.test(part));
  if (first === -1 && isFolder(text)) return { folder: resolve(text), names: everyFile[reader], reader, where };
  const from = first === -1 ? parts.length - 1 : first;
  const folder = resolve(parts.slice(0, from).join("/") || (text.startsWith("/") ? "/" : "."));
  if (isFolder(folder)) return { folder, names: parts.slice(from).join("/"), reader, where };
  throw new Failure(`--data must be files or a folder, got ${JSON.stringify(text)}: ${folder} is none.`);
}

/** Tables of text are read by DuckDB alone, which also knows conditions. */
function readReader(text: string | undefined, names: string, where: string | undefined): Reader {
  const usual = where !== undefined || /\.[ct]sv$/i.test(names) ? "duckdb" : "files";
  const reader = text === undefined ? usual : readChoice("reader", text, ["files", "duckdb"] as const);
  if (where === undefined || reader === "duckdb") return reader;
  throw new Failure("--where must be given with --reader duckdb, got files.");
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** The rows there. */
export function sourceAt({ folder, names, reader, where }: DataPlace): Source {
  return reader === "files" ? files(names, { folder }) : duckdb(names, { folder, where });
}
