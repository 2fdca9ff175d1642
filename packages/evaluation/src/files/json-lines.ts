/** How are rows read from lines of JSON, each a record? */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { DTypeError } from "@symloss/core";
import { describe, isRecord } from "@symloss/core/engine";
import type { Batch } from "../columns.ts";

/** How many lines make a batch. */
const batchLength = 4096;

type Row = Readonly<Record<string, unknown>>;

/** The rows of a file. Lines without anything are left out. */
export async function* readLines(path: string, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  let rows: Row[] = [];
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number++;
    if (line.trim() === "") continue;
    rows.push(parse(path, number, line));
    if (rows.length < batchLength) continue;
    yield columnsOf(rows, wants);
    rows = [];
  }
  if (rows.length > 0) yield columnsOf(rows, wants);
}

/** Throws `DTypeError`, naming file and line, if it is no record. */
function parse(path: string, number: number, line: string): Row {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (error) {
    throw new DTypeError(`files: line ${number} of ${path} must be JSON, got ${describe(line)}.`, { cause: error });
  }
  if (isRecord(row)) return row;
  throw new DTypeError(`files: line ${number} of ${path} must be a record, got ${describe(row)}.`);
}

/** The columns; a row that lacks one has null there. */
function columnsOf(rows: readonly Row[], wants: (column: string) => boolean): Batch {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = [...names].filter(wants).map((name) => {
    return [name, rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null))] as const;
  });
  return Object.fromEntries(columns) as Batch;
}
