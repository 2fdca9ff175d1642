/** Which bytes does a Blob have, such as a file that a user has chosen? */
import type { FileBytes } from "../formats/file-bytes.ts";
import { fileError } from "../formats/file-error.ts";
import { toldStream } from "../formats/told-stream.ts";
import type { BlobLike } from "./blob-like.ts";

/** Whether it is a `Blob`, which a `File` is. */
export function isBlob(value: unknown): value is BlobLike {
  return value instanceof Blob;
}

/** Its bytes, for a function that messages name. A file that has changed on its disk can't be read any more. */
export function blobBytes(caller: string, name: string, blob: BlobLike): FileBytes {
  const place = { caller, name };
  return {
    ...place,
    length: async () => blob.size,
    stream: (start = 0, length = Infinity) => {
      const part = blob.slice(start, Math.min(blob.size, start + length)).stream() as ReadableStream<Uint8Array>;
      return toldStream(part, (cause) => fileError(place, "bytes that can be read", (cause as Error).message, cause));
    },
  };
}
