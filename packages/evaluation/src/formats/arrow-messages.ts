/** Which messages does a file of Arrow have, and does it end where it must? A stream that was cut off between two has no other sign of it. */
import { ByteStream } from "./byte-stream.ts";
import { type FileBytes, readBytes } from "./file-bytes.ts";
import { fileError } from "./file-error.ts";

/** The bytes in which messages are: all of a stream, or those of a file before its footer. */
export interface ArrowExtent {
  readonly start: number;
  readonly end: number;
  readonly isFile: boolean;
}

const magic = "ARROW1";

/** What begins a file: the magic, and two bytes that align what follows. */
const beginLength = 8;

/** What ends a file: the length of its footer, and the magic. */
const endLength = 4 + magic.length;

/** Where the messages of a file with a footer are; undefined for a stream. Throws `DTypeError` if it begins as a file, and does not end as one. */
export async function endOfFile(file: FileBytes): Promise<ArrowExtent | undefined> {
  const total = await file.length();
  const begin = await readBytes(file, 0, Math.min(beginLength, total));
  if (textOf(begin.subarray(0, magic.length)) !== magic) return undefined;
  const end = await readBytes(file, Math.max(0, total - endLength), Math.min(endLength, total));
  const length = end.length < endLength ? 0 : new DataView(end.buffer).getInt32(0, true);
  const start = total - endLength - length;
  if (length > 0 && start >= beginLength && textOf(end.subarray(4)) === magic) {
    return { start: beginLength, end: start, isFile: true };
  }
  throw fileError(file, "a footer of Arrow", "another end");
}

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Where the metadata of a message begins, and how long it is, by the bytes before it. Old ones have no mark before the length. */
export function lengthOfMessage(prefix: Uint8Array<ArrayBuffer>): { readonly from: 4 | 8; readonly length: number } {
  const view = new DataView(prefix.buffer, prefix.byteOffset);
  const first = view.getInt32(0, true);
  return first === -1 ? { from: 8, length: view.getInt32(4, true) } : { from: 4, length: first };
}

/** The bytes of messages, metadata and body apart, up to the mark of the end. Throws `DTypeError` if one is cut off, or the mark is missing. */
export async function* messagesOf(
  file: FileBytes,
  { start, end, isFile }: ArrowExtent,
  bodyLength: (metadata: Uint8Array) => number,
): AsyncGenerator<Uint8Array> {
  const bytes = new ByteStream(file.stream(start, end - start));
  let left = end - start;
  const take = async (length: number): Promise<Uint8Array<ArrayBuffer>> => {
    const taken = length >= 0 && length <= left ? await bytes.take(length) : undefined;
    if (taken?.length !== length)
      throw fileError(file, "whole messages of Arrow", `${length} bytes where ${left} are left`);
    left -= length;
    return taken;
  };
  try {
    // The footer of a file says already that nothing is missing.
    while (!(isFile && left === 0)) {
      const mark = await take(4);
      const isMarked = lengthOfMessage(new Uint8Array([...mark, 0, 0, 0, 0])).from === 8;
      const prefix = isMarked ? new Uint8Array([...mark, ...(await take(4))]) : mark;
      const { length } = lengthOfMessage(prefix);
      if (length === 0) break;
      const metadata = await take(length);
      yield prefix;
      yield metadata;
      yield await take(bodyLength(metadata));
    }
    if (!isFile && left > 0) throw fileError(file, "one stream of Arrow", `${left} bytes behind its end`);
  } finally {
    await bytes.close();
  }
}
