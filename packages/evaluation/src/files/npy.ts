/** How are rows read from .npy files? Each is a column. */
import { type FileHandle, open } from "node:fs/promises";
import { DTypeError, type NDArray, OutOfRangeError, type TypedArray } from "@symloss/core";
import { type DType, describe, isRecord, print } from "@symloss/core/engine";
import type { Batch } from "../columns.ts";
import type { Shard, Source } from "../source.ts";
import { type ArrayInFile, narrowed, readRows, rowsAtOnce } from "./array-in-file.ts";

interface Type {
  readonly dtype: DType;
  readonly bytes: number;
  readonly make: (bytes: ArrayBuffer) => TypedArray;
}

/** Types of elements by their codes; others, and such as have their bytes in the other order, are refused. */
const types: Readonly<Record<string, Type>> = {
  "<f4": { dtype: "float32", bytes: 4, make: (bytes) => new Float32Array(bytes) },
  "<f8": { dtype: "float64", bytes: 8, make: (bytes) => new Float64Array(bytes) },
  "<i4": { dtype: "int32", bytes: 4, make: (bytes) => new Int32Array(bytes) },
  "|b1": { dtype: "bool", bytes: 1, make: (bytes) => new Uint8Array(bytes) },
  "|u1": { dtype: "int32", bytes: 1, make: (bytes) => Int32Array.from(new Uint8Array(bytes)) },
  "|i1": { dtype: "int32", bytes: 1, make: (bytes) => Int32Array.from(new Int8Array(bytes)) },
  "<i8": { dtype: "int32", bytes: 8, make: (bytes) => narrowed(new BigInt64Array(bytes)) },
};

/**
 * The rows of arrays of NumPy, each a file and a column: `npy({ label: "labels.npy", logits: "logits.npy" })`. Their first axes are those of rows.
 * Throws `DTypeError`, naming the file, if one is no such file, or has a type that no dtype holds.
 */
export function npy(columns: Readonly<Record<string, string>>): Source {
  if (!isRecord(columns) || Object.values(columns).some((path) => typeof path !== "string")) {
    throw new OutOfRangeError(`npy: columns must be a record of names of files, got ${describe(columns)}.`);
  }
  const shard: Shard = { shard: "", read: (wants) => readFiles(columns, wants) };
  return { shards: () => [shard] };
}

async function* readFiles(
  columns: Readonly<Record<string, string>>,
  wants: (column: string) => boolean,
): AsyncGenerator<Batch> {
  const opened: { readonly name: string; readonly file: FileHandle; readonly array: ArrayInFile }[] = [];
  try {
    for (const [name, path] of Object.entries(columns)) {
      if (!wants(name)) continue;
      const file = await open(path);
      opened.push({
        name,
        file,
        array: await readHeader(path, file).catch(async (error: unknown) => {
          await file.close();
          throw error;
        }),
      });
    }
    const rows = opened[0]?.array.shape[0] ?? 0;
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const to = Math.min(rows, from + rowsAtOnce);
      const batch: [string, NDArray][] = [];
      for (const { name, file, array } of opened) batch.push([name, await readRows(file, array, from, to)]);
      yield Object.fromEntries(batch);
    }
  } finally {
    for (const { file } of opened) await file.close();
  }
}

async function readHeader(path: string, file: FileHandle): Promise<ArrayInFile> {
  const begin = new Uint8Array(12);
  const { bytesRead } = await file.read(begin, 0, 12, 0);
  const isMagic =
    bytesRead === 12 && [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, index) => begin[index] === byte);
  if (!isMagic) throw wrong(path, "an array of NumPy", "another file");
  const view = new DataView(begin.buffer);
  const [length, start] = begin[6] === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  if (length > 2 ** 20) throw wrong(path, "a header below a mebibyte", `${length} bytes`);
  const bytes = new Uint8Array(length);
  await file.read(bytes, 0, length, start);
  const text = new TextDecoder().decode(bytes);
  const code = /'descr': *'([^']*)'/.exec(text)?.[1];
  const shape = /'shape': *\(([^)]*)\)/.exec(text)?.[1];
  const lengths = shape
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(Number);
  if (code === undefined || lengths === undefined || !/'fortran_order': *False/.test(text)) {
    throw wrong(path, "rows one after the other, with a type and a shape", print(text.trim()));
  }
  const type = Object.hasOwn(types, code) ? types[code] : undefined;
  if (type === undefined) throw wrong(path, `elements of ${Object.keys(types).join(", ")}`, print(code));
  if (lengths.length === 0 || !lengths.every((one) => Number.isSafeInteger(one) && one >= 0)) {
    throw wrong(path, "rows", `the shape (${shape!})`);
  }
  return {
    name: path,
    dtype: type.dtype,
    shape: lengths,
    bytesPerElement: type.bytes,
    start: start + length,
    make: type.make,
  };
}

function wrong(path: string, must: string, got: string): DTypeError {
  return new DTypeError(`npy: ${path} must have ${must}, got ${got}.`);
}
