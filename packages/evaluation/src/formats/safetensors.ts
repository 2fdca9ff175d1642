/** How are rows read from a safetensors file? Each tensor is a column. */
import { describe, isLength, isRecord } from "@symloss/core/engine";
import type { Batch } from "../columns.ts";
import { type ArrayHeader, type ArrayInFile, commonRows, openArray, readColumns } from "./array-in-file.ts";
import { type ElementType, elementTypes } from "./element-types.ts";
import { type FileBytes, readBytes } from "./file-bytes.ts";
import { type Place, fileError, partOf } from "./file-error.ts";

/** Kinds of elements by their codes; others are refused. */
const codes: Readonly<Record<string, ElementType>> = {
  F16: elementTypes.float16,
  BF16: elementTypes.bfloat16,
  F32: elementTypes.float32,
  F64: elementTypes.float64,
  I8: elementTypes.int8,
  U8: elementTypes.uint8,
  I16: elementTypes.int16,
  U16: elementTypes.uint16,
  I32: elementTypes.int32,
  I64: elementTypes.int64,
  BOOL: elementTypes.bool,
};

/** The most bytes of a header that is believed. */
const mostHeader = 100 * 2 ** 20;

/** The rows of a file, whose tensors must have as many each. */
export function readTensors(file: FileBytes, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  return readColumns(tensorsOf(file, wants));
}

/** How many rows tensors have, by the header. */
export async function countTensorRows(file: FileBytes, wants: (column: string) => boolean): Promise<number> {
  return commonRows(await tensorsIn(file, wants));
}

async function* tensorsOf(file: FileBytes, wants: (column: string) => boolean): AsyncGenerator<ArrayInFile> {
  for (const { column, place, start, length, ...header } of await tensorsIn(file, wants)) {
    yield await openArray(column, place, file.stream(start, length), () => header);
  }
}

/** A tensor, and where its bytes are in the file. */
interface Tensor extends ArrayHeader {
  readonly column: string;
  readonly place: Place;
  readonly start: number;
  readonly length: number;
}

async function tensorsIn(file: FileBytes, wants: (column: string) => boolean): Promise<readonly Tensor[]> {
  const { tensors, end } = await readHeader(file);
  const total = await file.length();
  return Object.entries(tensors)
    .filter(([column]) => column !== "__metadata__" && wants(column))
    .map(([column, info]) => {
      const place = partOf(file, `tensor ${column}`);
      const { start, ...header } = headerOf(place, info);
      if (end + start + header.length <= total) return { column, place, start: end + start, ...header };
      throw fileError(place, `the bytes of its rows, ${header.shape[0]}`, "the end of the file before");
    });
}

/** What stands at the begin of a file: its tensors, and where the bytes of their elements begin. */
interface Header {
  readonly tensors: Readonly<Record<string, unknown>>;
  readonly end: number;
}

async function readHeader(file: FileBytes): Promise<Header> {
  const total = await file.length();
  const begin = await readBytes(file, 0, Math.min(8, total));
  const length = begin.reduceRight((size, byte) => size * 256 + byte, 0);
  if (begin.length < 8 || length > Math.min(mostHeader, total - 8)) {
    throw fileError(file, `a header of at most ${mostHeader} bytes`, `one of ${length} in ${total}`);
  }
  const tensors = parse(file, new TextDecoder().decode(await readBytes(file, 8, length)));
  return { tensors, end: 8 + length };
}

function parse(file: FileBytes, text: string): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw fileError(file, "a header in JSON", "another", cause);
  }
  if (!isRecord(header)) throw fileError(file, "a header that is a record", describe(header));
  return header;
}

/** What is said of a tensor, and where among the bytes of elements its own are. */
function headerOf(place: Place, info: unknown): ArrayHeader & { readonly start: number; readonly length: number } {
  const { dtype, shape, data_offsets: offsets } = (isRecord(info) ? info : {}) as Readonly<Record<string, unknown>>;
  const type = typeof dtype === "string" && Object.hasOwn(codes, dtype) ? codes[dtype] : undefined;
  if (type === undefined) throw fileError(place, `elements of ${Object.keys(codes).join(", ")}`, describe(dtype));
  const [start, end] = Array.isArray(offsets) ? (offsets as readonly unknown[]) : [];
  if (!Array.isArray(shape) || shape.length === 0 || !shape.every(isLength) || !isLength(start) || !isLength(end)) {
    throw fileError(place, "a shape that has rows, and offsets", describe(info));
  }
  const bytes = shape.reduce((size, length) => size * length, type.width);
  const length = end - start;
  if (length !== bytes) throw fileError(place, `${bytes} bytes`, `${length}`);
  return { type, shape, start, length };
}
