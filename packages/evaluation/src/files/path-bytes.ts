/** Which bytes does a file at a path have? */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { FileBytes } from "../formats/file-bytes.ts";

/** So many bytes of a file are read at a time. */
const chunkLength = 2 ** 20;

/** The bytes of a file, for a function that messages name. */
export function pathBytes(caller: string, path: string): FileBytes {
  return {
    caller,
    name: path,
    length: async () => (await stat(path)).size,
    stream: (start = 0, length = Infinity) => {
      const chunks =
        length === 0
          ? Readable.from([])
          : createReadStream(path, { start, end: start + length - 1, highWaterMark: chunkLength });
      return Readable.toWeb(chunks) as ReadableStream<Uint8Array>;
    },
  };
}
