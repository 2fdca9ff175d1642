/** How are rows read from an archive of arrays of NumPy? Each array is a column, decompressed while it is read. */
import { type Readable, Transform, pipeline } from "node:stream";
import { crc32 } from "node:zlib";
import { EngineUnavailableError } from "@symloss/core";
import type { Entry, ZipFile } from "yauzl";
import type { Batch } from "../columns.ts";
import { type ArrayInFile, openArray, readColumns } from "./array-in-file.ts";
import { fileError } from "./file-error.ts";
import { readNpyHeader } from "./npy.ts";

/** The rows of a file, whose arrays must have as many each. Throws `EngineUnavailableError` if yauzl is not installed. */
export async function* readArchive(path: string, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  const { openPromise } = await load();
  const archive = await openPromise(path, { autoClose: false, lazyEntries: true }).catch((cause: Error) => {
    throw "code" in cause ? cause : fileError(path, "an archive of arrays", cause.message, cause);
  });
  try {
    yield* readColumns(arraysOf(path, archive, wants));
  } finally {
    archive.close();
  }
}

async function* arraysOf(
  path: string,
  archive: ZipFile,
  wants: (column: string) => boolean,
): AsyncGenerator<ArrayInFile> {
  for await (const entry of archive.eachEntry()) {
    const column = entry.fileName.replace(/\.npy$/, "");
    if (!wants(column)) continue;
    const place = `array ${column} of ${path}`;
    const stream = await archive.openReadStreamPromise(entry).catch((cause: Error) => {
      throw fileError(place, "bytes that can be read", cause.message, cause);
    });
    yield await openArray(column, place, checked(place, entry, stream), readNpyHeader);
  }
}

/** The bytes, of which the last fails if all of them have another checksum. */
function checked(place: string, { crc32: checksum }: Entry, stream: Readable): Readable {
  let sum = 0;
  const check = new Transform({
    transform(chunk: Uint8Array, _, done) {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
    flush(done) {
      done(sum === checksum ? null : fileError(place, `bytes of the checksum ${checksum}`, `${sum}`));
    },
  });
  return pipeline(stream, check, () => {});
}

async function load(): Promise<typeof import("yauzl")> {
  try {
    return (await import("yauzl")).default;
  } catch (cause) {
    throw new EngineUnavailableError(
      "files: yauzl must be installed to read archives of arrays (npm install yauzl), got none.",
      { cause },
    );
  }
}
