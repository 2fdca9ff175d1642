/** How are rows read from an archive of arrays of NumPy? Each array is a column, decompressed while it is read. */
import { Readable, Transform, pipeline } from "node:stream";
import { crc32 } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import type { Batch } from "../columns.ts";
import { type ArrayInFile, openArray, readColumns, rowsOf } from "../formats/array-in-file.ts";
import { type Place, fileError, partOf } from "../formats/file-error.ts";
import { readNpyHeader } from "../formats/npy.ts";
import { optionalPackage } from "../optional-package.ts";

/** The rows of a file at a path, whose arrays must have as many each. Throws `EngineUnavailableError` if yauzl is not installed. */
export async function* readArchive(file: Place, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  const archive = await openArchive(file);
  try {
    yield* readColumns(arraysOf(file, archive, wants));
  } finally {
    archive.close();
  }
}

/** How many rows its arrays have, by their headers. */
export async function countArchiveRows(file: Place, wants: (column: string) => boolean): Promise<number> {
  const archive = await openArchive(file);
  try {
    return await rowsOf(arraysOf(file, archive, wants));
  } finally {
    archive.close();
  }
}

async function openArchive(file: Place): Promise<ZipFile> {
  const { default: yauzl } = await optionalPackage(
    file.caller,
    "yauzl",
    "to read archives of arrays",
    () => import("yauzl"),
  );
  return yauzl.openPromise(file.name, { autoClose: false, lazyEntries: true }).catch((cause: Error) => {
    throw "code" in cause ? cause : fileError(file, "an archive of arrays", cause.message, cause);
  });
}

async function* arraysOf(
  file: Place,
  archive: ZipFile,
  wants: (column: string) => boolean,
): AsyncGenerator<ArrayInFile> {
  for (const entry of await entriesOf(file, archive)) {
    const column = entry.fileName.replace(/\.npy$/, "");
    if (!wants(column)) continue;
    const place = partOf(file, `array ${column}`);
    const stream = await archive.openReadStreamPromise(entry).catch((cause: Error) => {
      throw fileError(place, "bytes that can be read", cause.message, cause);
    });
    yield await openArray(column, place, checked(place, entry, stream), readNpyHeader);
  }
}

async function entriesOf(file: Place, archive: ZipFile): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  try {
    for await (const entry of archive.eachEntry()) entries.push(entry);
  } catch (cause) {
    throw "code" in (cause as Error) ? cause : fileError(file, "a list of arrays", (cause as Error).message, cause);
  }
  return entries;
}

/** The bytes, of which the last fails if all of them have another checksum. */
function checked(place: Place, { crc32: checksum }: Entry, stream: Readable): ReadableStream<Uint8Array> {
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
  // What yauzl finds while it decompresses is about the bytes; what the system says names the file already.
  stream.on("error", (cause: NodeJS.ErrnoException) => {
    const isOfSystem = cause.syscall !== undefined;
    check.destroy(isOfSystem ? cause : fileError(place, "bytes that can be decompressed", cause.message, cause));
  });
  return Readable.toWeb(pipeline(stream, check, () => {})) as ReadableStream<Uint8Array>;
}
