/** How does a vector of Arrow become a column? Its values are read together with what says which of them are there. */
import type { Data, FixedSizeList, Vector } from "apache-arrow";
import { type DType, NDArray, type TypedArray, ndarray } from "@symloss/core";
import { narrowed } from "./element-types.ts";
import { type Place, fileError } from "./file-error.ts";
import { float16s } from "./half-floats.ts";
import { safeNumber } from "./safe-number.ts";

/** The entries of dictionaries that have been read. */
export type Dictionaries = Map<unknown, readonly unknown[]>;

/** Elements that are all there, and the shape of what each row has of them. */
interface Items {
  readonly values: TypedArray | BigInt64Array | BigUint64Array;
  readonly dtype?: DType;
  readonly row: readonly number[];
}

/** The elements of vectors, by the numbers that apache-arrow gives to types; undefined if lists have not one length. */
const kinds: Readonly<Record<number, (data: Data) => Items | undefined>> = {
  // Integers.
  2: ({ values, length }) => ({ values: whole(values as Int32Array, length), row: [] }),
  // Floats.
  3: ({ values, length }) => {
    const floats = whole(values as Float32Array | Uint16Array, length);
    return { values: floats instanceof Uint16Array ? float16s(floats) : floats, row: [] };
  },
  // Booleans, each a bit.
  6: ({ values, offset, length }) => {
    const bytes = whole(values as Uint8Array, (offset + length + 7) >> 3);
    const bitAt = (at: number): number => (bytes[at >> 3]! >> (at & 7)) & 1;
    return { values: Uint8Array.from({ length }, (_, row) => bitAt(offset + row)), dtype: "bool", row: [] };
  },
  12: lists,
  // Lists of one length.
  16: ({ type, offset, children: [child], length }) => {
    const width = (type as FixedSizeList).listSize;
    return width > 0 ? within(child!, offset * width, length, width) : undefined;
  },
  // Lists in vectors of more than 2^31 elements.
  21: lists,
};

/** Texts, and those of vectors of more than 2^31 bytes, and in places of their own. */
const texts: readonly number[] = [5, 20, 24];

const dictionary = -1;

/** The column: an array, if nothing is missing and lists have one length, else a list. Throws `DTypeError` if it has neither numbers nor texts. */
export function columnOf(place: Place, vector: Vector, dictionaries: Dictionaries): unknown {
  requireType(place, vector.type as Type);
  const [data] = vector.data;
  if (data!.typeId === dictionary) return entriesOf(place, data!, dictionaries);
  const items = itemsOf(data!);
  if (items === undefined) return listOf(vector);
  const { values, dtype, row } = items;
  if (row.length === 0 && dtype === undefined) return values;
  const numbers =
    values instanceof BigInt64Array || values instanceof BigUint64Array ? narrowed(values, place) : values;
  const shape = [vector.length, ...row];
  return dtype === undefined ? ndarray(numbers, shape) : new NDArray(numbers, shape, dtype);
}

interface Type {
  readonly typeId: number;
  toString(): string;
  readonly children?: readonly { readonly type: Type }[] | null;
}

function requireType(place: Place, type: Type): void {
  if (type.typeId === dictionary || texts.includes(type.typeId)) return;
  let inner: Type | undefined = type;
  while (inner !== undefined && [12, 16, 21].includes(inner.typeId)) inner = inner.children?.[0]?.type;
  if (inner !== undefined && Object.hasOwn(kinds, inner.typeId)) return;
  throw fileError(place, "numbers, texts, or lists of numbers", type.toString());
}

function itemsOf(data: Data): Items | undefined {
  return data.nullCount > 0 ? undefined : kinds[data.typeId]?.(data);
}

function lists({ valueOffsets, children: [child], length }: Data): Items | undefined {
  const offsets: ArrayLike<number | bigint> = valueOffsets;
  const first = Number(offsets[0]);
  const width = Number(offsets[1]) - first;
  if (!(width > 0)) return undefined;
  for (let row = 0; row <= length; row++) if (Number(offsets[row]) !== first + row * width) return undefined;
  return within(child!, first, length, width);
}

/** The elements of so many lists, from an element of their vector on. */
function within(child: Data, from: number, rows: number, width: number): Items | undefined {
  const items = itemsOf(child);
  if (items === undefined) return undefined;
  const size = items.row.reduce((a, b) => a * b, 1);
  const { values, row, ...rest } = items;
  const own = whole(values.subarray(from * size) as typeof values, rows * width * size);
  return { values: own, row: [width, ...row], ...rest };
}

/** So many of the values, which may be followed by others. */
function whole<T extends TypedArray | Uint16Array | BigInt64Array | BigUint64Array>(values: T, length: number): T {
  if (values.length < length) throw new Error(`${values.length} values of ${length}`);
  return values.subarray(0, length) as T;
}

/** The entries that rows name, which are read once for all batches. */
function entriesOf(place: Place, data: Data, dictionaries: Dictionaries): readonly unknown[] {
  const { values, dictionary: given, length } = data;
  if (given === undefined) throw fileError(place, "a dictionary before its rows", "none");
  requireType(place, given.type as Type);
  const entries = dictionaries.get(given) ?? listOf(given);
  dictionaries.set(given, entries);
  return Array.from({ length }, (_, row) => {
    if (!data.getValid(row)) return null;
    const index = Number((values as Int32Array)[row]);
    if (index >= 0 && index < entries.length) return entries[index];
    throw fileError(place, `entries of a dictionary of ${entries.length}`, `${index}`);
  });
}

function listOf(vector: Vector): readonly unknown[] {
  return Array.from({ length: vector.length }, (_, at) => plain(vector.get(at)));
}

/** A list of a vector's is a vector. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return safeNumber(value);
  return typeof value === "object" && value !== null ? listOf(value as Vector) : value;
}
