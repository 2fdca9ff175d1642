/** How are rows read from Arrow's files and streams? One batch of records after the other, by apache-arrow. */
import type { RecordBatch } from "apache-arrow";
import { isSymlossError } from "@symloss/core";
import type { Batch } from "../columns.ts";
import { type Dictionaries, columnOf } from "./arrow-column.ts";
import { type ArrowMetadata, countRows, footerOf, messagesOfFile, messagesOfStream } from "./arrow-messages.ts";
import type { FileBytes } from "./file-bytes.ts";
import { fileError, partOf } from "./file-error.ts";
import { optionalPackage } from "../optional-package.ts";

/** The rows of a file, with a footer or without. Throws `EngineUnavailableError` if apache-arrow is not installed. */
export async function* readBatches(file: FileBytes, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  const arrow = await load(file.caller);
  const footer = await footerOf(file, arrow);
  let broken: { readonly cause: unknown } | undefined;
  // What reading the file throws is told as it is, whatever becomes of it in between.
  async function* messages(): AsyncGenerator<Uint8Array> {
    try {
      yield* footer === undefined ? messagesOfStream(file, arrow) : messagesOfFile(file, footer, arrow);
    } catch (cause) {
      broken = { cause };
      throw cause;
    }
  }
  const dictionaries: Dictionaries = new Map();
  try {
    const reader = await arrow.RecordBatchReader.from(messages());
    for await (const batch of reader) if (batch.numRows > 0) yield columnsOf(file, batch, wants, dictionaries);
  } catch (cause) {
    if (broken !== undefined) throw broken.cause;
    throw isSymlossError(cause) ? cause : fileError(file, "batches of Arrow", (cause as Error).message, cause);
  }
}

/** How many rows a file with a footer has; undefined for a stream, which would have to be read. */
export async function countBatchRows(file: FileBytes): Promise<number | undefined> {
  const arrow = await load(file.caller);
  const footer = await footerOf(file, arrow);
  return footer === undefined ? undefined : countRows(file, footer, arrow);
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
function load(caller: string): Promise<typeof import("apache-arrow") & ArrowMetadata> {
  return optionalPackage(caller, "apache-arrow", "to read Arrow", async () => ({
    ...(await import("apache-arrow")),
    ...(await import("apache-arrow/ipc/metadata/file")),
  }));
}
