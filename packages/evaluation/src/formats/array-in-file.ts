/** How are arrays that lie in files read, so many rows at a time? */
import { NDArray, type TypedArray } from "@symloss/core";
import type { Batch } from "../columns.ts";
import { ByteStream } from "./byte-stream.ts";
import type { ElementType } from "./element-types.ts";
import { type Place, fileError } from "./file-error.ts";

/** What stands before the elements of an array. */
export interface ArrayHeader {
  readonly type: ElementType;
  /** Its first axis is that of rows. */
  readonly shape: readonly number[];
}

/** An array whose header has been read, and whose rows follow. */
export interface ArrayInFile extends ArrayHeader {
  /** The name of its column. */
  readonly column: string;
  readonly place: Place;
  readonly bytes: ByteStream;
}

/** So many rows are read at a time, or fewer if they are wide. */
const mostRows = 4096;

/** So many bytes are read at a time; a row that has more is refused, for a header may say anything. */
const mostBytes = 2 ** 26;

const bytesOfRow = ({ shape, type }: ArrayHeader): number => shape.slice(1).reduce((a, b) => a * b, 1) * type.width;

/** Reads the header of an array from where it begins. What it comes from is closed if that fails. */
export async function openArray(
  column: string,
  place: Place,
  stream: ReadableStream<Uint8Array>,
  header: (place: Place, bytes: ByteStream) => ArrayHeader | Promise<ArrayHeader>,
): Promise<ArrayInFile> {
  const bytes = new ByteStream(stream);
  try {
    return { column, place, bytes, ...(await header(place, bytes)) };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** The rows of arrays, each a column. Throws `DTypeError` if one has other rows than the rest, or its file other bytes than its header says. */
export async function* readColumns(arrays: AsyncIterable<ArrayInFile>): AsyncGenerator<Batch> {
  const opened: ArrayInFile[] = [];
  try {
    for await (const array of arrays) opened.push(array);
    // What takes rows says then which columns it lacks.
    if (opened.length === 0) yield {};
    const rows = commonRows(opened);
    const step = Math.min(mostRows, ...opened.map((array) => Math.floor(mostBytes / Math.max(1, bytesOfRow(array)))));
    for (let from = 0; from < rows; from += step) {
      const count = Math.min(step, rows - from);
      const batch: [string, NDArray | TypedArray][] = [];
      for (const array of opened) batch.push([array.column, await readRows(array, count)]);
      yield Object.fromEntries(batch);
    }
    for (const array of opened) await readEnd(array);
  } finally {
    for (const { bytes } of opened) await bytes.close();
  }
}

/** How many rows arrays have, by their headers alone. Throws `DTypeError` if one has others than the rest. */
export async function rowsOf(arrays: AsyncIterable<ArrayInFile>): Promise<number> {
  const headers: ArrayInFile[] = [];
  for await (const array of arrays) {
    await array.bytes.close();
    headers.push(array);
  }
  return commonRows(headers);
}

/** The number of rows that all have. Throws `DTypeError` if one has others than the rest, or rows without end. */
export function commonRows(arrays: readonly (ArrayHeader & { readonly place: Place })[]): number {
  const [first] = arrays;
  if (first === undefined) return 0;
  const rows = first.shape[0]!;
  for (const array of arrays) {
    if (bytesOfRow(array) > mostBytes) {
      throw fileError(array.place, `rows of at most ${mostBytes} bytes`, `${bytesOfRow(array)}`);
    }
    if (array.shape[0] === rows) continue;
    throw fileError(array.place, `as many rows as ${first.place.name}, ${rows}`, `${array.shape[0]}`);
  }
  return rows;
}

/** Numbers of rows may name groups as well, which are plain lists. */
async function readRows({ type, shape, bytes, place }: ArrayInFile, count: number): Promise<NDArray | TypedArray> {
  const lengths = [count, ...shape.slice(1)];
  const length = lengths.reduce((a, b) => a * b, type.width);
  const taken = await bytes.take(length);
  if (taken.length < length) throw fileError(place, `the bytes of its rows, ${shape[0]}`, "the end before");
  const data = type.make(taken.buffer, place);
  return lengths.length === 1 && type.dtype !== "bool" ? data : new NDArray(data, lengths, type.dtype);
}

/** What reads to the end finds that a checksum is wrong. */
async function readEnd({ bytes, place, shape }: ArrayInFile): Promise<void> {
  const { length } = await bytes.take(1);
  if (length > 0) throw fileError(place, `the bytes of its rows, ${shape[0]}`, "more bytes than that");
}
