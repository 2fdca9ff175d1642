/** How are rows read from a Parquet file? One group of rows after the other, by hyparquet. */
import type { ColumnMetaData, Compressors, FileMetaData, RowGroup, SchemaTree } from "hyparquet";
import type { Batch } from "../columns.ts";
import { type FileBytes, readBytes } from "./file-bytes.ts";
import { fileError } from "./file-error.ts";
import { optionalPackage } from "../optional-package.ts";
import { type ChunkBytes, type Decoding, type Hyparquet, readColumn } from "./parquet-column.ts";

/** So many bytes of a file's end are read first: most footers are shorter. */
const endLength = 2 ** 16;

/** Chunks of columns that lie beside each other are read at once, up to so many bytes. */
const mostAtOnce = 2 ** 23;

/** The rows of a file. Throws `EngineUnavailableError` if hyparquet is not installed. */
export async function* readGroups(file: FileBytes, wants: (column: string) => boolean): AsyncGenerator<Batch> {
  const hyparquet = await load(file.caller);
  const metadata = await readMetadata(file, hyparquet);
  const groups = await guarded(file, () => groupsOf(hyparquet.parquetSchema(metadata), metadata, wants));
  const compressors = await compressorsFor(file, groups);
  for (const { rows, chunks } of groups) {
    const bytes = await readChunks(file, chunks);
    const decoding: Decoding = { hyparquet, metadata, compressors, rows };
    const batch: [string, unknown][] = [];
    for (const name of new Set(chunks.map(({ path_in_schema: [name] }) => name!))) {
      const own = bytes.filter(({ chunk }) => chunk.path_in_schema[0] === name);
      batch.push([name, await guarded(file, () => readColumn(own, decoding))]);
    }
    yield Object.fromEntries(batch) as Batch;
  }
}

/** How many rows it has, as its footer says. */
export async function countGroupRows(file: FileBytes): Promise<number> {
  return Number((await readMetadata(file, await load(file.caller))).num_rows);
}

/** What the footer says. */
async function readMetadata(file: FileBytes, { parquetMetadata }: Hyparquet): Promise<FileMetaData> {
  const total = await file.length();
  let length = Math.min(total, endLength);
  let end = await readBytes(file, total - length, length);
  const magic = new TextDecoder().decode(end.subarray(-4));
  if (length < 12 || magic !== "PAR1") throw fileError(file, "a footer of Parquet", "another end");
  const own = new DataView(end.buffer).getUint32(length - 8, true) + 8;
  if (own > total) throw fileError(file, `a footer within its ${total} bytes`, `one of ${own}`);
  if (own > length) {
    length = own;
    end = await readBytes(file, total - length, length);
  }
  // Geometries are of no use here.
  return guarded(file, () => parquetMetadata(end, { geoparquet: false }));
}

/** Rows beside each other: how many, and the chunks of the wanted columns. */
interface Group {
  readonly rows: number;
  readonly chunks: readonly ColumnMetaData[];
}

/** The groups that have rows. Throws whatever is wrong with what the footer says of them. */
function groupsOf(
  { children }: SchemaTree,
  { row_groups: groups }: FileMetaData,
  wants: (column: string) => boolean,
): readonly Group[] {
  const columns = children.map(({ element }) => element.name).filter((name) => wants(name));
  return groups
    .map((group) => ({ rows: Number(group.num_rows), chunks: chunksOf(group, columns) }))
    .filter(({ rows }) => rows !== 0);
}

/** The chunks of some columns, in the order of the file. */
function chunksOf({ columns }: RowGroup, names: readonly string[]): readonly ColumnMetaData[] {
  return columns
    .flatMap(({ meta_data: chunk }) => (chunk !== undefined && names.includes(chunk.path_in_schema[0]!) ? [chunk] : []))
    .toSorted((left, right) => startOf(left) - startOf(right));
}

function startOf(chunk: ColumnMetaData): number {
  // Some writers say 0 if there is no dictionary.
  return Number(chunk.dictionary_page_offset || chunk.data_page_offset);
}

/** The bytes of chunks, of which those that lie beside each other are read at once. */
async function readChunks(file: FileBytes, chunks: readonly ColumnMetaData[]): Promise<readonly ChunkBytes[]> {
  const runs: { readonly start: number; end: number; readonly chunks: ColumnMetaData[] }[] = [];
  for (const chunk of chunks) {
    const start = startOf(chunk);
    const end = start + Number(chunk.total_compressed_size);
    const last = runs.at(-1);
    if (last !== undefined && last.end === start && end - last.start <= mostAtOnce) {
      last.end = end;
      last.chunks.push(chunk);
    } else runs.push({ start, end, chunks: [chunk] });
  }
  const read: ChunkBytes[] = [];
  for (const { start, end, chunks: own } of runs) {
    const bytes = await readBytes(file, start, end - start);
    for (const chunk of own) {
      const from = startOf(chunk) - start;
      read.push({
        chunk,
        start: start + from,
        bytes: bytes.subarray(from, from + Number(chunk.total_compressed_size)),
      });
    }
  }
  return read;
}

/** What hyparquet can't decompress itself is left to another package. */
async function compressorsFor(file: FileBytes, groups: readonly Group[]): Promise<Compressors | undefined> {
  const codecs = new Set(groups.flatMap(({ chunks }) => chunks.map(({ codec }) => codec)));
  const other = [...codecs].find((codec) => codec !== "UNCOMPRESSED" && codec !== "SNAPPY");
  if (other === undefined) return undefined;
  const load_ = () => import("hyparquet-compressors");
  return (await optionalPackage(file.caller, "hyparquet-compressors", `to read Parquet compressed by ${other}`, load_))
    .compressors;
}

/** What hyparquet reads. What it throws is about the bytes. */
async function guarded<T>(file: FileBytes, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw fileError(file, "Parquet that can be read", (cause as Error).message, cause);
  }
}

/** The parts of hyparquet, of which those that read pages are no part of its first entry. */
function load(caller: string): Promise<Hyparquet> {
  return optionalPackage(caller, "hyparquet", "to read Parquet", async () => ({
    ...(await import("hyparquet")),
    ...(await import("hyparquet/src/column.js")),
    ...(await import("hyparquet/src/convert.js")),
    ...(await import("hyparquet/src/datapage.js")),
    ...(await import("hyparquet/src/encoding.js")),
    ...(await import("hyparquet/src/plain.js")),
    ...(await import("hyparquet/src/schema.js")),
  }));
}
