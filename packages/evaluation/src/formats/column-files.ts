/** How do files become columns, each an array? */
import { OutOfRangeError } from "@symloss/core";
import { describe, isRecord } from "@symloss/core/engine";
import type { Source } from "../source.ts";
import { type ArrayHeader, type ArrayInFile, openArray, readColumns, rowsOf } from "./array-in-file.ts";
import type { ByteStream } from "./byte-stream.ts";
import { decompressed } from "./decompressed.ts";
import type { FileBytes } from "./file-bytes.ts";
import type { Place } from "./file-error.ts";

/** Reads what stands before the elements. */
export type HeaderReader = (place: Place, bytes: ByteStream) => Promise<ArrayHeader>;

/** Where files are, and how they are opened. */
export interface FileKind {
  /** What columns are names of. */
  readonly must: string;
  readonly holds: (value: unknown) => boolean;
  readonly open: (value: unknown) => FileBytes | Promise<FileBytes>;
}

/** The rows of files, whose arrays have headers of one kind. Throws `OutOfRangeError`, naming the function, if columns are no such files. */
export function columnFiles(
  caller: string,
  columns: Readonly<Record<string, unknown>>,
  { must, holds, open }: FileKind,
  header: HeaderReader,
): Source {
  if (!isRecord(columns) || !Object.values(columns).every(holds)) {
    throw new OutOfRangeError(`${caller}: columns must be a record of ${must}, got ${describe(columns)}.`);
  }
  async function* opened(wants: (column: string) => boolean): AsyncGenerator<ArrayInFile> {
    for (const [column, value] of Object.entries(columns)) {
      if (!wants(column)) continue;
      const file = await open(value);
      yield await openArray(column, file, await decompressed(file), header);
    }
  }
  return {
    shards: () => [
      { shard: "", totalRows: (wants) => rowsOf(opened(wants)), read: (wants) => readColumns(opened(wants)) },
    ],
  };
}
