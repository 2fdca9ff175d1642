/** How are rows mapped: by which functions, and how is one called? */
import type { DType } from "@symloss/core/engine";
import type { RowOperation, StatementOf } from "@symloss/loops";
import { argsortDoubles, argsortIntegers, argsortSingles } from "./argsort.ts";
import { cumsumFloats, cumsumIntegers } from "./cumsum.ts";
import type { Position } from "./position.ts";

type RowFunction = "argsortSingles" | "argsortDoubles" | "argsortIntegers" | "cumsumFloats" | "cumsumIntegers";

/** By the names that programs use. */
export const rowLibrary: Readonly<Record<RowFunction, unknown>> = {
  argsortSingles,
  argsortDoubles,
  argsortIntegers,
  cumsumFloats,
  cumsumIntegers,
};

/** The function for rows of each dtype; core has no rows of bools. */
const functions: { readonly [K in RowOperation["kind"]]: { readonly [D in Exclude<DType, "bool">]: RowFunction } } = {
  argsort: { float32: "argsortSingles", float64: "argsortDoubles", int32: "argsortIntegers" },
  cumsum: { float32: "cumsumFloats", float64: "cumsumFloats", int32: "cumsumIntegers" },
};

export function printMapRows(
  { operation, source, dtype, target, rows, scratch }: StatementOf<"mapRows">,
  { context }: Position,
): string {
  const isReversed = operation.kind === "argsort" ? operation.descending : operation.reverse;
  const used = scratch === undefined ? [] : [context.bufferName(scratch)];
  const all = [
    ...[source, target].map(context.bufferName),
    ...[rows.outer, rows.length, rows.inner].map(context.length),
    isReversed ? "true" : "false",
    ...used,
  ];
  return `${functions[operation.kind][dtype as Exclude<DType, "bool">]}(${all.join()});\n`;
}
