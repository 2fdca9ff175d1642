/** How are rows read from lines of JSON, each a record? */
import { DTypeError } from "@symloss/core";
import { describe, isRecord } from "@symloss/core/engine";
import type { Batch } from "../columns.ts";
import type { FileBytes } from "./file-bytes.ts";
import { type Place, fileError } from "./file-error.ts";

/** How many lines make a batch. */
const batchLength = 4096;

/** A line that has more characters is refused, for a file of another kind may have no line at all. */
const mostLength = 2 ** 26;

type Row = Readonly<Record<string, unknown>>;

/** The rows of a file. Lines without anything are left out. */
export async function* readLines(file: FileBytes, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  let rows: Row[] = [];
  let number = 0;
  for await (const lines of linesOf(file)) {
    for (const line of lines) {
      number++;
      if (line.trim() === "") continue;
      rows.push(parse(file, number, line));
      if (rows.length < batchLength) continue;
      yield columnsOf(rows, wants);
      rows = [];
    }
  }
  if (rows.length > 0) yield columnsOf(rows, wants);
}

/** The lines that end in each chunk of bytes. */
async function* linesOf(file: FileBytes): AsyncGenerator<readonly string[]> {
  const reader = file.stream().getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const [first, ...others] = decode(file, decoder, part.value).split("\n");
      rest += first!;
      if (rest.length > mostLength) throw fileError(file, `lines of at most ${mostLength} characters`, "a longer one");
      if (others.length === 0) continue;
      const lines = [rest, ...others];
      rest = lines.pop()!;
      yield lines;
    }
    yield [rest + decode(file, decoder)];
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Bytes as text, or, without bytes, what is left at the end. */
function decode(file: Place, decoder: InstanceType<typeof TextDecoder>, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (cause) {
    throw fileError(file, "lines in UTF-8", "other bytes", cause);
  }
}

/** Throws `DTypeError`, naming file and line, if it is no record. */
function parse({ caller, name }: Place, number: number, line: string): Row {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (cause) {
    throw new DTypeError(`${caller}: line ${number} of ${name} must be JSON, got ${describe(line)}.`, { cause });
  }
  if (isRecord(row)) return row;
  throw new DTypeError(`${caller}: line ${number} of ${name} must be a record, got ${describe(row)}.`);
}

/** The columns; a row that lacks one has null there. */
function columnsOf(rows: readonly Row[], wants: (column: string) => boolean): Batch {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = [...names].filter(wants).map((name) => {
    return [name, rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null))] as const;
  });
  return Object.fromEntries(columns) as Batch;
}
