/** How do the pages of a column in Parquet become an array? Numbers that are all there stay the typed arrays that they are in the file. */
import { type DType, NDArray, type TypedArray } from "@symloss/core";
import type { ColumnMetaData, Compressors, DataPageHeader, DecodedArray, FileMetaData, SchemaTree } from "hyparquet";
import type { ColumnDecoder, PageHeader } from "hyparquet/src/types.js";
import { safeNumber } from "./safe-number.ts";
import { bitsOf, levelsAt, valueOfAll } from "./parquet-runs.ts";

/** The parts of hyparquet that are used. */
export type Hyparquet = typeof import("hyparquet") &
  Pick<typeof import("hyparquet/src/column.js"), "parquetHeader"> &
  Pick<typeof import("hyparquet/src/convert.js"), "convert" | "DEFAULT_PARSERS"> &
  Pick<typeof import("hyparquet/src/datapage.js"), "decompressPage" | "readDataPage" | "readDataPageV2"> &
  Pick<typeof import("hyparquet/src/encoding.js"), "readRleBitPackedHybrid"> &
  Pick<typeof import("hyparquet/src/plain.js"), "readPlain"> &
  Pick<
    typeof import("hyparquet/src/schema.js"),
    "getMaxDefinitionLevel" | "getMaxRepetitionLevel" | "getSchemaPath" | "isFlatColumn" | "isListLike"
  >;

/** A chunk of a column: its bytes, and where in the file they begin. */
export interface ChunkBytes {
  readonly chunk: ColumnMetaData;
  readonly start: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is known of a group of rows. */
export interface Decoding {
  readonly hyparquet: Hyparquet;
  readonly metadata: FileMetaData;
  readonly compressors: Compressors | undefined;
  /** How many rows the group has. */
  readonly rows: number;
}

/** A page whose header says that it has more bytes is not believed. */
const mostPage = 2 ** 28;

/** Nor is one that says that it has more values. */
const mostValues = 2 ** 26;

/** The values of a page. */
interface Page {
  readonly values: DecodedArray;
  /** How many values there would be if none were missing. */
  readonly count: number;
  /** How much of its path each value has. */
  readonly definitionLevels: readonly number[];
  /** For each value 0 if a row begins with it. */
  readonly repetitionLevels: readonly number[];
}

/** The column of a group of rows: numbers in an array, if none is missing, else a list. Throws whatever is wrong with its bytes. */
export async function readColumn(chunks: readonly ChunkBytes[], decoding: Decoding): Promise<unknown> {
  const [first] = chunks;
  const { hyparquet, metadata, rows } = decoding;
  const path = hyparquet.getSchemaPath(metadata.schema, first!.chunk.path_in_schema);
  if (hyparquet.isFlatColumn(path)) return flatColumn(readPages(first!, decoding), rows);
  if (chunks.length > 1 || !isListOfLeaves(path, hyparquet)) return assembled(chunks, decoding);
  const pages = readPages(first!, decoding);
  return (pages.every(isWhole) ? rowsOfNumbers(pages, rows) : undefined) ?? assembled(chunks, decoding);
}

/** Whether rows are lists, and what is in them is no record. */
function isListOfLeaves(path: readonly SchemaTree[], { getMaxRepetitionLevel, isListLike }: Hyparquet): boolean {
  return path.length <= 4 && isListLike(path[1]!) && getMaxRepetitionLevel([...path]) === 1;
}

function isWhole({ values, count }: Page): boolean {
  return values.length === count;
}

/** Numbers, or a list in which null stands for what is missing. */
function flatColumn(pages: readonly Page[], rows: number): DecodedArray {
  requireRows(
    rows,
    pages.reduce((sum, { count }) => sum + count, 0),
  );
  if (pages.every(isWhole)) return joined(pages.map(({ values }) => values));
  const list: unknown[] = [];
  for (const page of pages) {
    if (isWhole(page)) {
      for (const value of page.values) list.push(value);
      continue;
    }
    let next = 0;
    for (const level of page.definitionLevels) list.push(level === 0 ? null : page.values[next++]);
    if (next !== page.values.length) throw new Error(`${page.values.length} values where levels say ${next}`);
  }
  return list.map((value) => numbersOf(value));
}

const dtypes = new Map<unknown, DType>([
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
]);

/** Lists of numbers beside each other [rows, length]; undefined if they have different lengths, or hold no numbers. */
function rowsOfNumbers(pages: readonly Page[], rows: number): NDArray | undefined {
  const values = joined(pages.map((page) => page.values));
  const width = values.length / rows;
  const dtype = dtypes.get(values.constructor);
  if (dtype === undefined || !Number.isInteger(width) || width === 0) return undefined;
  let at = 0;
  for (const { repetitionLevels } of pages) {
    for (const level of repetitionLevels) if ((level === 0) !== (at++ % width === 0)) return undefined;
  }
  if (at !== values.length) return undefined;
  return new NDArray(values as TypedArray, [rows, width], dtype);
}

/** The values one after the other, of one type if all are. */
function joined(parts: readonly DecodedArray[]): DecodedArray {
  const [first] = parts;
  if (first === undefined) return [];
  if (parts.length === 1) return first;
  const type = first.constructor as new (length: number) => Exclude<DecodedArray, unknown[]>;
  if (Array.isArray(first) || parts.some((part) => part.constructor !== type)) {
    return parts.flatMap((part) => (Array.isArray(part) ? (part as unknown[]) : Array.from<unknown>(part)));
  }
  const whole = new type(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part as never, at);
    at += part.length;
  }
  return whole;
}

function readPages({ chunk, bytes }: ChunkBytes, { hyparquet, metadata, compressors }: Decoding): readonly Page[] {
  const schemaPath = hyparquet.getSchemaPath(metadata.schema, chunk.path_in_schema);
  const decoder: ColumnDecoder = {
    pathInSchema: chunk.path_in_schema,
    type: chunk.type,
    element: schemaPath.at(-1)!.element,
    schemaPath,
    codec: chunk.codec,
    parsers: hyparquet.DEFAULT_PARSERS,
    ...(compressors !== undefined && { compressors }),
  };
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const pages: Page[] = [];
  let dictionary: DecodedArray | undefined;
  for (let left = Number(chunk.num_values); left > 0;) {
    const header = hyparquet.parquetHeader(reader);
    const from = reader.offset;
    reader.offset += header.compressed_page_size;
    if (
      !(header.compressed_page_size >= 0 && reader.offset <= bytes.length && header.uncompressed_page_size <= mostPage)
    ) {
      throw new Error(`a page of ${header.compressed_page_size} and ${header.uncompressed_page_size} bytes`);
    }
    const own = bytes.subarray(from, reader.offset);
    if (header.type === "DICTIONARY_PAGE") dictionary = readDictionary(own, header, decoder, hyparquet);
    else {
      const page = readPage(own, header, { decoder, dictionary, left }, hyparquet);
      left -= page.count;
      pages.push(page);
    }
  }
  return pages;
}

function readDictionary(
  bytes: Uint8Array,
  { uncompressed_page_size: size, dictionary_page_header: header }: PageHeader,
  decoder: ColumnDecoder,
  { convert, decompressPage, readPlain }: Hyparquet,
): DecodedArray {
  const page = decompressPage(bytes, size, decoder.codec, decoder.compressors);
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 };
  return convert(readPlain(reader, decoder.type, header!.num_values, decoder.element.type_length), decoder);
}

/** What pages before it say, and how many values may follow. */
interface PageContext {
  readonly decoder: ColumnDecoder;
  readonly dictionary: DecodedArray | undefined;
  readonly left: number;
}

function readPage(
  bytes: Uint8Array,
  header: PageHeader,
  { decoder, dictionary, left }: PageContext,
  hyparquet: Hyparquet,
): Page {
  const { data_page_header: first, data_page_header_v2: second } = header;
  const own = first ?? second;
  if (own === undefined) throw new Error(`a page of type ${header.type}`);
  const { num_values: count, encoding } = own;
  if (!(count >= 0 && count <= Math.min(left, mostValues))) {
    throw new Error(`a page of ${count} values where ${left} are left`);
  }
  const page = decompressed(bytes, header, decoder, hyparquet);
  const begin = checkRuns(page, header, decoder, hyparquet);
  if (begin !== undefined) {
    const values = valuesOf(page.subarray(begin), own, { decoder, dictionary }, hyparquet);
    return { values, count, definitionLevels: [], repetitionLevels: [] };
  }
  const { dataPage, definitionLevels, repetitionLevels } =
    first === undefined
      ? hyparquet.readDataPageV2(
          page,
          { ...header, data_page_header_v2: { ...second!, is_compressed: false } },
          decoder,
        )
      : hyparquet.readDataPage(page, first, decoder);
  const values = isIndexed(encoding) ? entriesOf(dictionary, dataPage) : hyparquet.convert(dataPage, decoder);
  return { values, count, definitionLevels: definitionLevels ?? [], repetitionLevels };
}

/**
 * The values of a page without levels, which is read as one of a column of which none may be missing: a level takes 8 bytes in memory,
 * and a number often 4.
 */
function valuesOf(
  bytes: Uint8Array,
  { num_values, encoding }: Pick<DataPageHeader, "num_values" | "encoding">,
  { decoder, dictionary }: Pick<PageContext, "decoder" | "dictionary">,
  hyparquet: Hyparquet,
): DecodedArray {
  if (isIndexed(encoding)) {
    const indices = new Int32Array(num_values);
    const [width = 0] = bytes;
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 1 };
    if (width > 0) hyparquet.readRleBitPackedHybrid(reader, width, indices, bytes.length - 1);
    return entriesOf(dictionary, indices);
  }
  const header = { num_values, encoding, definition_level_encoding: "RLE", repetition_level_encoding: "RLE" } as const;
  const required = { ...decoder, schemaPath: decoder.schemaPath.slice(0, 1) };
  return hyparquet.convert(hyparquet.readDataPage(bytes, header, required).dataPage, decoder);
}

const isIndexed = (encoding: string): boolean => encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY";

/** The bytes of a page. In those of the second version levels stand before what is compressed. */
function decompressed(
  bytes: Uint8Array,
  { uncompressed_page_size: size, data_page_header_v2: second }: PageHeader,
  { codec, compressors }: ColumnDecoder,
  { decompressPage }: Hyparquet,
): Uint8Array {
  if (second === undefined) return decompressPage(bytes, size, codec, compressors);
  const levels = second.repetition_levels_byte_length + second.definition_levels_byte_length;
  if (!(levels >= 0 && levels <= Math.min(bytes.length, size))) throw new Error(`levels of ${levels} bytes`);
  if (second.is_compressed === false || size === levels) return bytes;
  const page = new Uint8Array(size);
  page.set(bytes.subarray(0, levels));
  page.set(decompressPage(bytes.subarray(levels), size - levels, codec, compressors), levels);
  return page;
}

/**
 * Where the values of a page begin, if its levels say of each that it is there, in a row of its own; else undefined. Throws if a page has
 * longer runs than values, in its levels or in what names entries of a dictionary.
 */
function checkRuns(
  page: Uint8Array,
  { data_page_header: first, data_page_header_v2: second }: PageHeader,
  { schemaPath }: ColumnDecoder,
  { getMaxDefinitionLevel, getMaxRepetitionLevel }: Hyparquet,
): number | undefined {
  const { num_values: count, encoding } = (first ?? second)!;
  const most = getMaxDefinitionLevel(schemaPath);
  const levels = [
    { most: getMaxRepetitionLevel(schemaPath), whole: 0, length: second?.repetition_levels_byte_length ?? 0 },
    { most, whole: most, length: second?.definition_levels_byte_length ?? 0 },
  ];
  let at = 0;
  let isWhole = true;
  for (const { most, whole, length } of levels) {
    const { from, to } = first !== undefined && most > 0 ? levelsAt(page, at) : { from: at, to: at + length };
    if (most > 0) isWhole = valueOfAll(page, { from, to, width: bitsOf(most), count }) === whole && isWhole;
    at = to;
  }
  if (isIndexed(encoding)) valueOfAll(page, { from: at + 1, to: page.length, width: page[at] ?? 0, count });
  if (encoding === "RLE") valueOfAll(page, { ...levelsAt(page, at), width: 1, count });
  return isWhole ? at : undefined;
}

/** The entries of a dictionary, of its type. */
function entriesOf(dictionary: DecodedArray | undefined, indices: DecodedArray): DecodedArray {
  const entries = dictionary ?? [];
  const type = entries.constructor as new (length: number) => unknown[];
  const values = new type(indices.length);
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at] as number;
    if (!(index < entries.length)) throw new Error(`the entry ${index} of a dictionary of ${entries.length}`);
    values[at] = entries[index];
  }
  return values;
}

/** What has another form, as hyparquet assembles it. */
async function assembled(chunks: readonly ChunkBytes[], decoding: Decoding): Promise<unknown> {
  const { hyparquet, metadata, compressors, rows } = decoding;
  const name = chunks[0]!.chunk.path_in_schema[0]!;
  const slice = (start: number, end?: number): ArrayBuffer => {
    const own = chunks.find((one) => one.start <= start && end! <= one.start + one.bytes.length);
    if (own === undefined) throw new Error(`bytes ${start} to ${end}`);
    return own.bytes.slice(start - own.start, end! - own.start).buffer;
  };
  const { row_groups: groups } = metadata;
  const group = groups.find(({ columns }) => columns.some(({ meta_data: chunk }) => chunk === chunks[0]!.chunk))!;
  const list: unknown[] = [];
  await hyparquet.parquetRead({
    file: { byteLength: Number.MAX_SAFE_INTEGER, slice },
    metadata: { ...metadata, row_groups: [group], num_rows: group.num_rows },
    columns: [name],
    onChunk: ({ columnData }) => {
      for (const value of columnData) list.push(numbersOf(value));
    },
    ...(compressors !== undefined && { compressors }),
  });
  requireRows(rows, list.length);
  return list;
}

/** With numbers in place of what is a bigint for want of a typed array. */
function numbersOf(value: unknown): unknown {
  if (typeof value === "bigint") return safeNumber(value);
  return Array.isArray(value) ? value.map((one) => numbersOf(one)) : value;
}

function requireRows(rows: number, got: number): void {
  if (got !== rows) throw new Error(`${got} rows of a column where the group has ${rows}`);
}
