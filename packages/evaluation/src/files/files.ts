/** How do files become shards? By their names, each read as its ending says. */
import { OutOfRangeError } from "@symloss/core";
import { type OptionTable, checkOptions } from "@symloss/core/engine";
import { type Formats, formatOf, formatRule, formats, shardOf } from "../formats/format.ts";
import type { Format as WebFormat } from "../formats/format-name.ts";
import type { Shard, Source } from "../source.ts";
import { type NamedFile, NamedFiles, checkNames } from "./named-files.ts";
import { countArchiveRows, readArchive } from "./npz.ts";
import { pathBytes } from "./path-bytes.ts";

/** Where files are, and what they are. */
export interface FilesOptions {
  /** The folder from which names are taken; default that of the process. */
  readonly folder?: string | undefined;
  /** What all of them are, whatever their endings. */
  readonly format?: Format | undefined;
}

/** What a file may be. */
export type Format = WebFormat | "npz";

const known: Formats<Format> = {
  readers: { ...formats.readers, npz: { read: readArchive, totalRows: countArchiveRows } },
  endings: { ...formats.endings, npz: "npz" },
};

const table: OptionTable<FilesOptions> = {
  folder: { must: "a text", holds: (value) => typeof value === "string", error: OutOfRangeError },
  format: formatRule(known),
};

/**
 * The rows of files, each a shard named by its path below the folder, in the order of their names: JSON lines (`.jsonl`, `.ndjson`), Parquet
 * (`.parquet`, which needs the package hyparquet), Arrow (`.arrow`, `.feather`, `.arrows`, apache-arrow), safetensors (`.safetensors`), archives of
 * NumPy (`.npz`, yauzl). Names may be patterns, such as `shards/*.parquet`. Only the columns that are evaluated are used.
 * Throws `OutOfRangeError` if no file has such a name, or if what one is can't be told from its ending.
 * @example await test.run(files("shards/*.parquet"), { engine });
 */
export function files(names: string | readonly string[], options: FilesOptions = {}): Source {
  const { folder = ".", format } = checkOptions("files", options, table) as FilesOptions;
  const shardAt = ({ path, shard, etag }: NamedFile): Shard => {
    const reader = known.readers[format ?? formatOf("files", known, path)];
    return shardOf(reader, pathBytes("files", path), shard, etag);
  };
  return new NamedFiles("files", checkNames("files", names), folder).source(shardAt);
}
