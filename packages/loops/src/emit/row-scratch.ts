/** In which scratch are rows sorted and summed up? */
import type { DType } from "@symloss/core/engine";
import { type Length, addLengths, lengthKey } from "../program/length.ts";
import type { MappedRows } from "../element/store.ts";
import type { Buffer, RowOperation, Rows } from "../program/program.ts";
import { sortScratchSize } from "../program/sort-scratch.ts";

/** A buffer for each operation that all programs share, as one follows the other; undefined if none needs one. */
export type RowScratch = { readonly [K in RowOperation["kind"]]: Buffer | undefined };

const dtypes: { readonly [K in keyof RowScratch]: DType } = { argsort: "int32", cumsum: "float64" };

/** How many elements an operation on rows like these takes. */
const sizes: { readonly [K in keyof RowScratch]: (rows: Rows) => Length } = {
  argsort: ({ length }) => sortScratchSize(length),
  // Where elements of a row lie apart, as many rows as lie between are summed side by side.
  cumsum: ({ inner }) => (inner === 1 ? 0 : inner),
};

/** Adds buffers that are large enough for each of these. */
export function addRowScratch(mapped: readonly MappedRows[], buffers: Buffer[]): RowScratch {
  const add = (kind: keyof RowScratch): Buffer | undefined => {
    const own = mapped.flatMap(({ operation, rows }) => (operation.kind === kind ? [sizes[kind](rows)] : []));
    const size = largestOf(own);
    if (size === 0) return undefined;
    const buffer: Buffer = { id: buffers.length, kind: "scratch", dtype: dtypes[kind], size };
    buffers.push(buffer);
    return buffer;
  };
  return { argsort: add("argsort"), cumsum: add("cumsum") };
}

/** The largest of several sizes, or, if some have names, one that is at least as large in every run. */
function largestOf(sizes: readonly Length[]): Length {
  const numbers = sizes.filter((size) => typeof size === "number");
  const named = new Map(sizes.flatMap((size) => (typeof size === "number" ? [] : [[lengthKey(size), size] as const])));
  return [...named.values()].reduce<Length>(addLengths, Math.max(0, ...numbers));
}
