/** Which formats are read in browsers as well as in Node.js, and how is one told? By the ending of a name. */
import { OutOfRangeError } from "@symloss/core";
import type { OptionRule } from "@symloss/core/engine";
import type { Batch } from "../columns.ts";
import type { Shard } from "../source.ts";
import { countBatchRows, readBatches } from "./arrow.ts";
import type { FileBytes } from "./file-bytes.ts";
import type { Format } from "./format-name.ts";
import { readLines } from "./json-lines.ts";
import { countGroupRows, readGroups } from "./parquet.ts";
import { countTensorRows, readTensors } from "./safetensors.ts";

/** Whether a column is read. */
export type Wants = (column: string) => boolean;

/** How the files of a format are read. */
export interface Reader {
  readonly read: (file: FileBytes, wants: Wants) => AsyncGenerator<Batch>;
  /** How many rows it has, if something short in it says so. */
  readonly totalRows?: (file: FileBytes, wants: Wants) => Promise<number | undefined>;
}

/** Formats: how each is read, and the endings of names that say so. */
export interface Formats<F extends string> {
  readonly readers: { readonly [Name in F]: Reader };
  readonly endings: Readonly<Record<string, F>>;
}

export const formats: Formats<Format> = {
  readers: {
    arrow: { read: readBatches, totalRows: countBatchRows },
    jsonl: { read: readLines },
    parquet: { read: readGroups, totalRows: countGroupRows },
    safetensors: { read: readTensors, totalRows: countTensorRows },
  },
  endings: {
    arrow: "arrow",
    arrows: "arrow",
    feather: "arrow",
    jsonl: "jsonl",
    ndjson: "jsonl",
    parquet: "parquet",
    safetensors: "safetensors",
  },
};

/** What an option that names a format must be. */
export function formatRule({ readers }: Formats<string>): OptionRule {
  return {
    must: `one of ${Object.keys(readers).join(", ")}`,
    holds: (value) => typeof value === "string" && Object.hasOwn(readers, value),
    error: OutOfRangeError,
  };
}

/** The format that the ending of a name says. Throws `OutOfRangeError` if it says none. */
export function formatOf<F extends string>(caller: string, { endings }: Formats<F>, name: string): F {
  const ending = name.split(".").at(-1)!.toLowerCase();
  if (Object.hasOwn(endings, ending)) return endings[ending]!;
  throw new OutOfRangeError(
    `${caller}: a file must end with one of ${Object.keys(endings).join(", ")}, got ${name}. The option format says what it is.`,
  );
}

/** The rows of a file. */
export function shardOf({ read, totalRows }: Reader, file: FileBytes, shard: string, etag: string | undefined): Shard {
  return {
    shard,
    etag,
    read: (wants) => read(file, wants),
    totalRows: (wants) => totalRows?.(file, wants),
  };
}
