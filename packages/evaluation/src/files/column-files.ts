/** How do files become columns, each an array? */
import { open } from "node:fs/promises";
import { type Readable, pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { OutOfRangeError } from "@symloss/core";
import { describe, isRecord } from "@symloss/core/engine";
import type { Source } from "../source.ts";
import { type ArrayHeader, type ArrayInFile, openArray, readColumns } from "./array-in-file.ts";
import type { ByteStream } from "./byte-stream.ts";
import { readableOf } from "./file-bytes.ts";

/** The rows of files, whose arrays have headers of one kind. Throws `OutOfRangeError`, naming the function, if columns are no names of files. */
export function columnFiles(
  name: string,
  columns: Readonly<Record<string, string>>,
  header: (place: string, bytes: ByteStream) => Promise<ArrayHeader>,
): Source {
  if (!isRecord(columns) || Object.values(columns).some((path) => typeof path !== "string")) {
    throw new OutOfRangeError(`${name}: columns must be a record of names of files, got ${describe(columns)}.`);
  }
  async function* opened(wants: (column: string) => boolean): AsyncGenerator<ArrayInFile> {
    for (const [column, path] of Object.entries(columns)) {
      if (wants(column)) yield await openArray(column, path, await decompressed(path), header);
    }
  }
  return { shards: () => [{ shard: "", read: (wants) => readColumns(opened(wants)) }] };
}

/** The bytes of a file, or those that gzip made of it: its first bytes say so, whatever its name. */
async function decompressed(path: string): Promise<Readable> {
  if (!(await beginsAsGzip(path))) return readableOf(path);
  // What fails in one of both destroys the other, whose reader throws it.
  return pipeline(readableOf(path), createGunzip(), () => {});
}

async function beginsAsGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const begin = new Uint8Array(2);
    await file.read(begin, 0, 2, 0);
    return begin[0] === 0x1f && begin[1] === 0x8b;
  } finally {
    await file.close();
  }
}
