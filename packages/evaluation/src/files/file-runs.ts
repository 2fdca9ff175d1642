/** How are runs kept in a folder? Each in a file that has the hash of its bytes as its name, once all of it is on the disk. */
import { type Hash, createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { OutOfRangeError } from "@symloss/core";
import { describe } from "@symloss/core/engine";
import type { Bytes, RunStore } from "../runs/run-store.ts";

/** So many bytes of a run are read at a time, for many may be open. */
const chunkLength = 2 ** 14;

/**
 * A store for the numbers of statistics with `exact: true` that have no room in memory: files in a folder, which is made if it is not there. States
 * refer to them by their SHA-256, so that all that share the folder can merge and report them. A file that is missing or was changed is refused when it is
 * read. No file is removed to which a state may refer; the folder can be deleted when no state is needed any more.
 * Throws `OutOfRangeError` if folder is no text.
 * @example await test.run(files("shards/*.parquet"), { engine, runs: fileRuns("runs") });
 */
export function fileRuns(folder: string): RunStore {
  if (typeof folder !== "string" || folder === "") {
    throw new OutOfRangeError(`fileRuns: folder must be the name of a folder, got ${describe(folder)}.`);
  }
  return {
    async put(bytes) {
      const { path, hash } = await write(folder, bytes, true);
      await rename(path, pathOf(folder, hash));
      return hash;
    },
    open: (hash) => checkedBytes(pathOf(folder, hash), hash),
    async keep(bytes) {
      const { path } = await write(folder, bytes, false);
      return { open: () => bytesOf(path), remove: () => rm(path) };
    },
  };
}

function pathOf(folder: string, hash: string): string {
  return join(folder, `${hash}.run`);
}

/** A file with these bytes, of a name that no other has. */
async function write(
  folder: string,
  bytes: Bytes,
  isLasting: boolean,
): Promise<{ readonly path: string; readonly hash: string }> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${randomUUID()}.part`);
  const hash = createHash("sha256");
  const file = await open(path, "wx");
  try {
    await writeAll(file, bytes, hash);
    if (isLasting) await file.sync();
  } catch (error) {
    await file.close();
    await rm(path);
    throw error;
  }
  await file.close();
  return { path, hash: hash.digest("hex") };
}

async function writeAll(file: FileHandle, bytes: Bytes, hash: Hash): Promise<void> {
  for await (const part of bytes) {
    hash.update(part);
    await file.writeFile(part);
  }
}

async function* bytesOf(path: string): Bytes {
  for await (const chunk of createReadStream(path, { highWaterMark: chunkLength })) yield chunk as Uint8Array;
}

async function* checkedBytes(path: string, hash: string): Bytes {
  const own = createHash("sha256");
  let last: Uint8Array | undefined;
  try {
    for await (const chunk of bytesOf(path)) {
      own.update(chunk);
      if (last !== undefined) yield last;
      last = chunk;
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new OutOfRangeError(`fileRuns: ${path} must be there, for a state refers to it, got no file.`, { cause });
  }
  const got = own.digest("hex");
  if (got !== hash) {
    throw new OutOfRangeError(`fileRuns: ${path} must have the SHA-256 that is its name, got ${got}.`);
  }
  if (last !== undefined) yield last;
}
