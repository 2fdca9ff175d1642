/** How are rows read from a safetensors file? Each tensor is a column, of which some rows at a time are read. */
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { DTypeError, NDArray, type TypedArray } from "@symloss/core";
import { type DType, describe, isRecord } from "@symloss/core/engine";
import type { Batch } from "../columns.ts";
import type { Shard } from "../source.ts";
import { type ArrayInFile, narrowed, readRows, rowsAtOnce } from "./array-in-file.ts";

/** Types of elements, and how they are read; others are refused. */
const types: Readonly<Record<string, { readonly dtype: DType; readonly make: (bytes: ArrayBuffer) => TypedArray }>> = {
  F32: { dtype: "float32", make: (bytes) => new Float32Array(bytes) },
  F64: { dtype: "float64", make: (bytes) => new Float64Array(bytes) },
  I32: { dtype: "int32", make: (bytes) => new Int32Array(bytes) },
  I64: { dtype: "int32", make: (bytes) => narrowed(new BigInt64Array(bytes)) },
  U8: { dtype: "int32", make: (bytes) => Int32Array.from(new Uint8Array(bytes)) },
  BOOL: { dtype: "bool", make: (bytes) => new Uint8Array(bytes) },
};

/** The most bytes of a header that is believed. */
const mostHeader = 100 * 2 ** 20;

/** The rows of a file, whose tensors must have as many each. */
export function safetensorsShard(path: string): Shard {
  return { shard: basename(path), read: (wants) => readTensors(path, wants) };
}

async function* readTensors(path: string, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  const file = await open(path);
  try {
    const { header, start } = await readHeader(path, file);
    const columns = Object.entries(header).filter(([name]) => name !== "__metadata__" && wants(name));
    const arrays = columns.map(([name, info]) => [name, arrayOf(path, name, info, start)] as const);
    const rows = arrays[0]?.[1].shape[0] ?? 0;
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const to = Math.min(rows, from + rowsAtOnce);
      const batch: [string, NDArray][] = [];
      for (const [name, array] of arrays) batch.push([name, await readRows(file, array, from, to)]);
      yield Object.fromEntries(batch);
    }
  } finally {
    await file.close();
  }
}

async function readHeader(
  path: string,
  file: FileHandle,
): Promise<{ header: Readonly<Record<string, unknown>>; start: number }> {
  const length = new BigUint64Array(1);
  const { bytesRead } = await file.read(new Uint8Array(length.buffer), 0, 8, 0);
  const bytes = Number(length[0]);
  if (bytesRead < 8 || bytes > mostHeader)
    throw wrong(path, `a header of at most ${mostHeader} bytes`, `one of ${bytes}`);
  const text = new Uint8Array(bytes);
  await file.read(text, 0, bytes, 8);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(text));
  } catch (cause) {
    throw wrong(path, "a header in JSON", "another", cause);
  }
  if (!isRecord(header)) throw wrong(path, "a header that is a record", describe(header));
  return { header, start: 8 + bytes };
}

function arrayOf(path: string, name: string, info: unknown, start: number): ArrayInFile {
  const { dtype, shape, data_offsets: offsets } = (isRecord(info) ? info : {}) as Readonly<Record<string, unknown>>;
  const type = typeof dtype === "string" && Object.hasOwn(types, dtype) ? types[dtype] : undefined;
  if (type === undefined) throw wrong(path, `tensor ${name} of ${Object.keys(types).join(", ")}`, describe(dtype));
  const isShape =
    Array.isArray(shape) && shape.length > 0 && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  const [from, to] = Array.isArray(offsets) ? (offsets as readonly unknown[]) : [];
  if (!isShape || !Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    throw wrong(path, `tensor ${name} with a shape that has rows, and offsets`, describe(info));
  }
  const lengths = shape as readonly number[];
  const elements = lengths.reduce((size, length) => size * length, 1);
  const bytes = (to as number) - (from as number);
  const width = { F32: 4, F64: 8, I32: 4, I64: 8, U8: 1, BOOL: 1 }[dtype as "F32"];
  if (bytes !== elements * width) throw wrong(path, `tensor ${name} with ${elements * width} bytes`, `${bytes}`);
  return {
    name: `tensor ${name} of ${path}`,
    ...type,
    shape: lengths,
    bytesPerElement: width,
    start: start + (from as number),
  };
}

function wrong(path: string, must: string, got: string, cause?: unknown): DTypeError {
  return new DTypeError(`files: ${path} must have ${must}, got ${got}.`, { cause });
}
