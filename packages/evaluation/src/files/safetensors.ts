/** How are rows read from a safetensors file? Each tensor is a column. */
import { describe, isLength, isRecord } from "@symloss/core/engine";
import type { Batch } from "../columns.ts";
import { type ArrayHeader, type ArrayInFile, openArray, readColumns } from "./array-in-file.ts";
import { ByteStream } from "./byte-stream.ts";
import { type ElementType, elementTypes } from "./element-types.ts";
import { readableOf } from "./file-bytes.ts";
import { fileError } from "./file-error.ts";

/** Kinds of elements by their codes; others are refused. */
const codes: Readonly<Record<string, ElementType>> = {
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
export function readTensors(path: string, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  async function* opened(): AsyncGenerator<ArrayInFile> {
    const { tensors, end } = await readHeader(path);
    for (const [name, info] of Object.entries(tensors)) {
      if (name === "__metadata__" || !wants(name)) continue;
      const place = `tensor ${name} of ${path}`;
      const { start, length, ...header } = headerOf(place, info);
      yield await openArray(name, place, readableOf(path, end + start, length), () => header);
    }
  }
  return readColumns(opened());
}

/** What stands at the begin of a file: its tensors, and where the bytes of their elements begin. */
interface Header {
  readonly tensors: Readonly<Record<string, unknown>>;
  readonly end: number;
}

async function readHeader(path: string): Promise<Header> {
  const bytes = new ByteStream(path, readableOf(path));
  try {
    const begin = await bytes.take(8);
    const length = begin.reduceRight((size, byte) => size * 256 + byte, 0);
    if (begin.length < 8 || length > mostHeader) {
      throw fileError(path, `a header of at most ${mostHeader} bytes`, `one of ${length}`);
    }
    const tensors = parse(path, new TextDecoder().decode(await bytes.take(length)));
    return { tensors, end: 8 + length };
  } finally {
    bytes.close();
  }
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw fileError(path, "a header in JSON", "another", cause);
  }
  if (!isRecord(header)) throw fileError(path, "a header that is a record", describe(header));
  return header;
}

/** What is said of a tensor, and where among the bytes of elements its own are. */
function headerOf(place: string, info: unknown): ArrayHeader & { readonly start: number; readonly length: number } {
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
