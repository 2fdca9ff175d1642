/** What do files of each format contain, as its own writers make them? */
import { DuckDBInstance } from "@duckdb/node-api";
import { Field, FixedSizeList, Float32, Int32, List, Table, Utf8, tableToIPC, vectorFromArray } from "apache-arrow";
import { gzipSync, zipSync } from "fflate";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";

/** An array of NumPy, as it writes it. */
export function npyOf(code: string, shape: readonly number[], data: ArrayBufferView): Uint8Array {
  const text = `{'descr': '${code}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const header = `${text.padEnd(117)}\n`;
  return Buffer.concat([
    Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length, 0]),
    Buffer.from(header),
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ]);
}

/** An archive of arrays, as NumPy writes it with and without compression. */
export function npzOf(arrays: Readonly<Record<string, Uint8Array>>, level: 0 | 6): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])), { level });
}

/** An IDX file of elements of four bytes. */
export function idxOf(code: number, shape: readonly number[], data: Int32Array | Float32Array): Uint8Array {
  const lengths = Buffer.from(Uint32Array.from(shape).buffer).swap32();
  const elements = Buffer.from(data.slice().buffer).swap32();
  return Buffer.concat([Buffer.from([0, 0, code, shape.length]), lengths, elements]);
}

export function safetensorsOf(
  tensors: Readonly<Record<string, readonly [string, readonly number[], ArrayBufferView]>>,
): Uint8Array {
  let end = 0;
  const header = Object.entries(tensors).map(([name, [dtype, shape, data]]) => {
    const from = end;
    end += data.byteLength;
    return [name, { dtype, shape, data_offsets: [from, end] }] as const;
  });
  const text = Buffer.from(JSON.stringify({ __metadata__: { made: "by hand" }, ...Object.fromEntries(header) }));
  return Buffer.concat([
    Buffer.from(BigUint64Array.of(BigInt(text.length)).buffer),
    text,
    ...Object.values(tensors).map(([, , data]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

/** Rows that every format can hold. */
export interface ContentRows {
  readonly label: readonly (number | null)[];
  /** Three of each row. */
  readonly logits: readonly (readonly (number | null)[] | null)[];
  readonly lang: readonly string[];
}

export function jsonLinesOf({ label, logits, lang }: ContentRows): string {
  return label.map((one, row) => `${JSON.stringify({ label: one, logits: logits[row], lang: lang[row] })}\n`).join("");
}

/** A file, or a stream, of Arrow, in batches of so many rows, whose lists have a length each, or all one. */
export function arrowOf(
  { label, logits, lang }: ContentRows,
  {
    kind,
    fixed = false,
    batch = 1000,
  }: { readonly kind: "file" | "stream"; readonly fixed?: boolean; readonly batch?: number },
): Uint8Array {
  const item = new Field("item", new Float32(), true);
  const whole = new Table({
    other: vectorFromArray(lang, new Utf8()),
    label: vectorFromArray(label, new Int32()),
    logits: vectorFromArray(logits, fixed ? new FixedSizeList(3, item) : new List(item)),
    // Texts become a dictionary.
    lang: vectorFromArray(lang),
  });
  const parts = Array.from({ length: Math.ceil(label.length / batch) }, (_, part) => {
    return whole.slice(part * batch, (part + 1) * batch).batches;
  });
  return tableToIPC(parts.length === 0 ? whole : new Table(whole.schema, parts.flat()), kind);
}

/** Writes a file of Parquet by DuckDB, whose lists are a column, from one of JSON lines; options in SQL may say more. */
export async function writeParquetLists(path: string, lines: string, options: string = ""): Promise<void> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const types = "{ label: 'INTEGER', logits: 'FLOAT[]', lang: 'VARCHAR' }";
  const from = `read_json('${lines}', columns = ${types}, format = 'newline_delimited')`;
  await connection.run(`COPY (FROM ${from}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048${options})`);
  connection.closeSync();
  instance.closeSync();
}

/** A file of Parquet in groups of so many rows: floats, but for the columns that have other types. */
export function parquetOf(
  columns: Readonly<Record<string, readonly unknown[]>>,
  {
    types = {},
    nullable = true,
    rowGroupSize,
  }: {
    readonly types?: Readonly<Record<string, "INT32" | "STRING">>;
    readonly nullable?: boolean;
    readonly rowGroupSize: number;
  },
): Uint8Array {
  const columnData = Object.entries(columns).map(([name, data]): ColumnSource => {
    return { name, data: [...data], type: types[name] ?? "FLOAT", nullable };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize }));
}

export const gzipOf = (bytes: Uint8Array): Uint8Array => gzipSync(bytes);

/** Arrow whose only column has floats. */
export function arrowFloatsOf(name: string, values: readonly (number | null)[], kind: "file" | "stream"): Uint8Array {
  return tableToIPC(new Table({ [name]: vectorFromArray(values, new Float32()) }), kind);
}
