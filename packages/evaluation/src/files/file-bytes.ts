/** Which bytes does a file have, from one on? */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";

/** So many bytes of a file are read at a time. */
const chunkLength = 2 ** 20;

/** The bytes of a file from one on, so many or all that follow. */
export function readableOf(path: string, start = 0, length: number = Infinity): Readable {
  if (length === 0) return Readable.from([]);
  return createReadStream(path, { start, end: start + length - 1, highWaterMark: chunkLength });
}
