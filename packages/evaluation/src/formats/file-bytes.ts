/** What does a reader need of a file, wherever it is? */
import { isLength } from "@symloss/core/engine";
import { type Place, fileError } from "./file-error.ts";

/** The bytes of a file: its name stands in messages. */
export interface FileBytes extends Place {
  /** How many there are. */
  length(): Promise<number>;
  /** Those from one on, so many or all that follow. To cancel the stream closes what it comes from. */
  stream(start?: number, length?: number): ReadableStream<Uint8Array>;
}

/** So many bytes from one on. Throws `DTypeError` if the file has fewer. */
export async function readBytes(file: FileBytes, start: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const end = await file.length();
  if (![start, length].every(isLength) || start + length > end) {
    throw fileError(file, `${length} bytes from byte ${start} on`, `${end} bytes in all`);
  }
  const bytes = new Uint8Array(length);
  let filled = 0;
  const reader = file.stream(start, length).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes.set(part.value, filled);
      filled += part.value.length;
    }
  } finally {
    await reader.cancel();
  }
  if (filled === length) return bytes;
  throw fileError(file, `${length} bytes from byte ${start} on`, `the end after ${filled}`);
}
