/** How are rows read from Arrow's files and streams? One batch of records after the other, by apache-arrow. */
import type { RecordBatch } from "apache-arrow";
import { isSymlossError } from "@symloss/core";
import type { Batch } from "../columns.ts";
import { type Dictionaries, columnOf } from "./arrow-column.ts";
import { endOfFile, lengthOfMessage, messagesOf } from "./arrow-messages.ts";
import { type FileBytes, readBytes } from "./file-bytes.ts";
import { fileError, partOf } from "./file-error.ts";
import { optionalPackage } from "./optional-package.ts";

/** The rows of a file with or without a footer. Throws `EngineUnavailableError` if apache-arrow is not installed. */
export async function* readBatches(file: FileBytes, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  const { Message, RecordBatchReader } = await load(file.caller);
  const extent = (await endOfFile(file)) ?? { start: 0, end: await file.length(), isFile: false };
  let broken: { readonly cause: unknown } | undefined;
  // What reading the file throws is told as it is, whatever becomes of it in between.
  async function* messages(): AsyncGenerator<Uint8Array> {
    try {
      yield* messagesOf(file, extent, (metadata) => Message.decode(metadata).bodyLength);
    } catch (cause) {
      broken = { cause };
      throw cause;
    }
  }
  const dictionaries: Dictionaries = new Map();
  try {
    const reader = await RecordBatchReader.from(messages());
    for await (const batch of reader) if (batch.numRows > 0) yield columnsOf(file, batch, wants, dictionaries);
  } catch (cause) {
    if (broken !== undefined) throw broken.cause;
    if (isSymlossError(cause)) throw cause;
    throw fileError(file, "Arrow that can be read", (cause as Error).message, cause);
  }
}

/** In more places than so many the lengths of batches are not looked up. */
const mostPlaces = 64;

/** How many rows the batches of a file with a footer have; undefined for a stream, which would have to be read. */
export async function countBatchRows(file: FileBytes): Promise<number | undefined> {
  const { Footer, Message } = await load(file.caller);
  const extent = await endOfFile(file);
  if (extent === undefined) return undefined;
  const footer = await readBytes(file, extent.end, (await file.length()) - extent.end);
  try {
    const blocks = [...Footer.decode(footer).recordBatches()];
    if (blocks.length > mostPlaces) return undefined;
    let rows = 0;
    for (const { offset, metaDataLength } of blocks) {
      const metadata = await readBytes(file, offset, metaDataLength);
      const header = Message.decode(metadata.subarray(lengthOfMessage(metadata).from)).header();
      if ("length" in header) rows += Number(header.length);
    }
    return rows;
  } catch (cause) {
    throw isSymlossError(cause) ? cause : fileError(file, "a footer of Arrow", (cause as Error).message, cause);
  }
}

function columnsOf(
  file: FileBytes,
  batch: RecordBatch,
  wants: (column: string) => boolean,
  dictionaries: Dictionaries,
): Batch {
  const columns = batch.schema.fields.flatMap(({ name }, at): readonly (readonly [string, unknown])[] =>
    wants(name) ? [[name, columnOf(partOf(file, `column ${name}`), batch.getChildAt(at)!, dictionaries)]] : [],
  );
  return Object.fromEntries(columns) as Batch;
}

/** The parts of apache-arrow, of which what reads footers is no part of its first entry. */
function load(
  caller: string,
): Promise<typeof import("apache-arrow") & typeof import("apache-arrow/ipc/metadata/file")> {
  return optionalPackage(caller, "apache-arrow", "Arrow", async () => ({
    ...(await import("apache-arrow")),
    ...(await import("apache-arrow/ipc/metadata/file")),
  }));
}
