/** How do files become shards? By their names, each read as its ending says. */
import { stat } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { OutOfRangeError } from "@symloss/core";
import { type OptionTable, checkOptions, describe } from "@symloss/core/engine";
import { glob } from "tinyglobby";
import type { Batch } from "../columns.ts";
import type { Shard, Source } from "../source.ts";
import { readLines } from "./json-lines.ts";
import { readArchive } from "./npz.ts";
import { readGroups } from "./parquet.ts";
import { readTensors } from "./safetensors.ts";

/** Where files are, and what they are. */
export interface FilesOptions {
  /** The folder from which names are taken; default that of the process. */
  readonly folder?: string | undefined;
  /** What all of them are, whatever their endings. */
  readonly format?: Format | undefined;
}

/** What a file may be. */
export type Format = "jsonl" | "npz" | "parquet" | "safetensors";

type Reader = (path: string, wants: (column: string) => boolean) => AsyncGenerator<Batch>;

const readers: { readonly [F in Format]: Reader } = {
  jsonl: readLines,
  npz: readArchive,
  parquet: readGroups,
  safetensors: readTensors,
};

/** What else an ending may be. */
const endings: Readonly<Record<string, Format>> = {
  jsonl: "jsonl",
  ndjson: "jsonl",
  npz: "npz",
  parquet: "parquet",
  safetensors: "safetensors",
};

const table: OptionTable<FilesOptions> = {
  folder: { must: "a text", holds: (value) => typeof value === "string", error: OutOfRangeError },
  format: {
    must: `one of ${Object.keys(readers).join(", ")}`,
    holds: (value) => typeof value === "string" && Object.hasOwn(readers, value),
    error: OutOfRangeError,
  },
};

/**
 * The rows of files, each a shard named by its path below the folder, in the order of their names: JSON lines (`.jsonl`, `.ndjson`), Parquet (`.parquet`, which needs the package
 * hyparquet), safetensors (`.safetensors`), archives of NumPy (`.npz`, which need the package yauzl). Names may be patterns, such as
 * `shards/*.parquet`. Only the columns that are evaluated are read.
 * Throws `OutOfRangeError` if no file has such a name, or if what one is can't be told from its ending.
 * @example await test.run(files("shards/*.parquet"), { engine });
 */
export function files(names: string | readonly string[], options: FilesOptions = {}): Source {
  const { folder = ".", format } = checkOptions("files", options, table) as FilesOptions;
  const patterns = [names].flat() as readonly unknown[];
  const wrong = patterns.find((name) => typeof name !== "string" || name === "");
  if (patterns.length === 0 || wrong !== undefined) {
    throw new OutOfRangeError(`files: names must be a text, or a list of texts, got ${describe(wrong ?? names)}.`);
  }
  return {
    async *shards(): AsyncGenerator<Shard> {
      const found = await glob(patterns as string[], { cwd: folder, absolute: true, expandDirectories: false });
      if (found.length === 0) {
        throw new OutOfRangeError(
          `files: there must be a file such as ${patterns.join(" or ")}, got none in ${folder}.`,
        );
      }
      for (const path of found.toSorted()) yield await shardOf(path, folder, format ?? formatOf(path));
    },
  };
}

/** Its name is its path below the folder, if it is there. */
async function shardOf(path: string, folder: string, format: Format): Promise<Shard> {
  const below = relative(resolve(folder), path).split(sep).join("/");
  const { size, mtimeMs } = await stat(path);
  return {
    shard: below.startsWith("../") ? path : below,
    etag: `${size}-${mtimeMs}`,
    read: (wants) => readers[format](path, wants),
  };
}

function formatOf(path: string): Format {
  const ending = path.split(".").at(-1)!.toLowerCase();
  if (Object.hasOwn(endings, ending)) return endings[ending]!;
  throw new OutOfRangeError(
    `files: a file must end with one of ${Object.keys(endings).join(", ")}, got ${path}. The option format says what it is.`,
  );
}
