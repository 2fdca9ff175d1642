/** Which messages does a file of Arrow have, and is it whole? A stream that was cut off between two has no other sign of it than that its end is missing. */
import type { Schema } from "apache-arrow";
import { ByteStream } from "./byte-stream.ts";
import { type FileBytes, readBytes } from "./file-bytes.ts";
import { fileError } from "./file-error.ts";

/** The parts of apache-arrow that know metadata. */
export type ArrowMetadata = Pick<typeof import("apache-arrow"), "Message"> &
  Pick<typeof import("apache-arrow/ipc/metadata/file"), "Footer">;

type Footer = InstanceType<ArrowMetadata["Footer"]>;

const magic = "ARROW1";

/** What begins a file: the magic, and two bytes that align what follows. */
const beginLength = 8;

/** What ends a file: the length of its footer, and the magic. */
const endLength = 4 + magic.length;

/** What stands before a message, unless it is old: a mark, before the length. */
const mark = -1;

/** The footer of a file; undefined for a stream. Throws `DTypeError` if it begins as a file, and does not end as one. */
export async function footerOf(file: FileBytes, { Footer }: ArrowMetadata): Promise<Footer | undefined> {
  const total = await file.length();
  const begin = await readBytes(file, 0, Math.min(beginLength, total));
  if (textOf(begin.subarray(0, magic.length)) !== magic) return undefined;
  const end = await readBytes(file, Math.max(0, total - endLength), Math.min(endLength, total));
  const length = end.length < endLength ? 0 : new DataView(end.buffer).getInt32(0, true);
  const start = total - endLength - length;
  if (length <= 0 || start < beginLength || textOf(end.subarray(4)) !== magic) {
    throw fileError(file, "a footer of Arrow", "another end");
  }
  const bytes = await readBytes(file, start, length);
  return understood(file, () => Footer.decode(bytes));
}

/** What apache-arrow makes of bytes that are read. What it throws is about them. */
function understood<T>(file: FileBytes, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw fileError(file, "metadata of Arrow", (cause as Error).message, cause);
  }
}

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** The messages of a file, as those of a stream: the schema, dictionaries, batches, each where the footer says. */
export async function* messagesOfFile(
  file: FileBytes,
  footer: Footer,
  { Message }: ArrowMetadata,
): AsyncGenerator<Uint8Array> {
  const schema = understood(file, () => Message.encode(Message.from(footer.schema as Schema)));
  const blocks = understood(file, () => [...footer.dictionaryBatches(), ...footer.recordBatches()]);
  yield new Uint8Array(Int32Array.of(mark, schema.length).buffer);
  yield schema;
  for (const { offset, metaDataLength, bodyLength } of blocks) {
    const bytes = await readBytes(file, offset, metaDataLength + bodyLength);
    yield bytes.subarray(0, metaDataLength);
    // Its elements are aligned where it begins.
    yield bytes.slice(metaDataLength);
  }
}

/** In more places than so many the lengths of batches are not looked up. */
const mostPlaces = 64;

/** How many rows the batches of a file have, by the metadata of each; undefined if these are in too many places. */
export async function countRows(
  file: FileBytes,
  footer: Footer,
  { Message }: ArrowMetadata,
): Promise<number | undefined> {
  if (footer.numRecordBatches > mostPlaces) return undefined;
  let rows = 0;
  for (const { offset, metaDataLength } of understood(file, () => [...footer.recordBatches()])) {
    const bytes = await readBytes(file, offset, metaDataLength);
    const header = understood(file, () => {
      const isMarked = new DataView(bytes.buffer).getInt32(0, true) === mark;
      return Message.decode(bytes.subarray(isMarked ? 8 : 4)).header();
    });
    if ("length" in header) rows += Number(header.length);
  }
  return rows;
}

/** The messages of a stream. Throws `DTypeError` if one is cut off, or if the mark of its end is not where it ends. */
export async function* messagesOfStream(file: FileBytes, { Message }: ArrowMetadata): AsyncGenerator<Uint8Array> {
  const bytes = new ByteStream(file.stream());
  let left = await file.length();
  const take = async (length: number): Promise<Uint8Array<ArrayBuffer>> => {
    const taken = length >= 0 && length <= left ? await bytes.take(length) : undefined;
    if (taken?.length !== length) {
      throw fileError(file, "whole messages of Arrow", `one of ${length} bytes where ${left} are left`);
    }
    left -= length;
    return taken;
  };
  const takeInteger = async (): Promise<number> => new DataView((await take(4)).buffer).getInt32(0, true);
  try {
    for (;;) {
      const first = await takeInteger();
      const length = first === mark ? await takeInteger() : first;
      if (length === 0) break;
      const metadata = await take(length);
      yield new Uint8Array(Int32Array.of(mark, length).buffer);
      yield metadata;
      yield await take(understood(file, () => Message.decode(metadata).bodyLength));
    }
    if (left > 0) throw fileError(file, "one stream of Arrow", `${left} bytes behind its end`);
  } finally {
    await bytes.close();
  }
}
