/** How does a vector of DuckDB become a column? What says which of its items are there is always read: the others are old numbers. */
import type { DuckDBListVector, DuckDBVector } from "@duckdb/node-api";
import { type NDArray, type TypedArray, ndarray } from "@symloss/core";
import { safeNumber } from "../formats/safe-number.ts";

/** Elements that are all there. */
type Items = TypedArray | BigInt64Array | BigUint64Array;

/** The column: an array, if nothing is missing and lists have one length, else a list. It outlives the chunk. */
export function columnOf(vector: DuckDBVector): NDArray | Items | readonly unknown[] {
  const shape = [vector.itemCount];
  let leaf = vector;
  while (isList(leaf)) {
    const length = lengthOfAll(leaf);
    if (length === undefined) return listOf(vector);
    shape.push(length);
    leaf = leaf.childVector;
  }
  const items = itemsOf(leaf);
  if (items === undefined) return listOf(vector);
  return shape.length === 1 ? items : ndarray(items as TypedArray, shape);
}

// The package is installed only where it is used, so that its classes can't be named.
function isList(vector: DuckDBVector): vector is DuckDBListVector {
  return "childVector" in vector;
}

/** How many items each list has, one after the other; undefined if one is missing or has others. */
function lengthOfAll(vector: DuckDBListVector): number | undefined {
  const length = vector.itemCount === 0 ? 0 : vector.getEntryLength(0);
  if (length === 0) return undefined;
  for (let row = 0; row < vector.itemCount; row++) {
    const isNext = vector.getEntryOffset(row) === row * length && vector.getEntryLength(row) === length;
    if (!isNext || vector.getItemVector(row) === null) return undefined;
  }
  return vector.childVector.itemCount === vector.itemCount * length ? length : undefined;
}

/** A copy of the items; undefined if one is missing, or if they are no numbers. */
function itemsOf(vector: DuckDBVector): Items | undefined {
  const { items } = vector as { readonly items?: Items };
  if (items === undefined) return undefined;
  for (let at = 0; at < items.length; at++) if (vector.getItem(at) === null) return undefined;
  return items.slice();
}

function listOf(vector: DuckDBVector): readonly unknown[] {
  return Array.from({ length: vector.itemCount }, (_, at) => {
    if (isList(vector)) {
      const items = vector.getItemVector(at);
      return items === null ? null : listOf(items);
    }
    const item = vector.getItem(at);
    return typeof item === "bigint" ? safeNumber(item) : item;
  });
}
