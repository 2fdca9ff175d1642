/** Which columns does a function take, and how do the columns of a batch become its arguments? */
import {
  type ArrayInput,
  DTypeError,
  type DType,
  NDArray,
  OutOfRangeError,
  ShapeError,
  type TypedArray,
  ndarray,
} from "@symloss/core";
import { allocate, describe, isDType, isLength, isRecord, nearestName, print } from "@symloss/core/engine";
import type { BadRows } from "./bad-rows.ts";
import { type Queries, readQueries } from "./queries.ts";

/**
 * A column: its dtype; or a list of columns that stand beside each other, by their names or by one with a `*` in it, and their dtype; or a
 * dtype and the shape of what each row has, and the name of the column if it has another one.
 */
export type ColumnSpec =
  | DType
  | readonly [columns: string | readonly string[], dtype: DType]
  | { readonly dtype: DType; readonly shape: readonly number[]; readonly column?: string | undefined };

/** Columns by the name of the argument that they are. */
export type ColumnSpecs = Readonly<Record<string, ColumnSpec>>;

/** Some rows: an array for each column, whose first axis is that of rows. */
export type Batch = Readonly<
  Record<string, ArrayInput | readonly (string | null)[] | readonly (number | boolean | null)[]>
>;

/** An argument of the function, from one column or several. */
export interface Column {
  readonly name: string;
  readonly dtype: DType;
  /** The column of the data; or several that stand beside each other, by their names or a pattern. */
  readonly from: string | readonly string[] | RegExp;
  /** The shape of what each row has; of a pattern it is known with the first batch. */
  readonly shape: readonly number[] | undefined;
}

/** The columns. Throws `DTypeError`, naming the column, if one is not specified as it must be. */
export function readColumns(caller: string, specs: unknown): readonly Column[] {
  if (!isRecord(specs) || Object.keys(specs).length === 0) {
    throw new DTypeError(`${caller}: columns must be a record of columns, at least one, got ${describe(specs)}.`);
  }
  return Object.entries(specs).map(([name, spec]) => readColumn(caller, name, spec));
}

function readColumn(caller: string, name: string, spec: unknown): Column {
  if (isDType(spec)) return { name, dtype: spec, from: name, shape: [] };
  if (Array.isArray(spec) && spec.length === 2 && isDType(spec[1])) {
    const [from, dtype] = spec as unknown as readonly [unknown, DType];
    if (typeof from === "string" && from.includes("*")) return { name, dtype, from: patternOf(from), shape: undefined };
    if (typeof from === "string") return { name, dtype, from, shape: [] };
    if (Array.isArray(from) && from.length > 0 && from.every((one) => typeof one === "string")) {
      return { name, dtype, from, shape: [from.length] };
    }
  }
  const { dtype, shape, column = name } = (isRecord(spec) ? spec : {}) as Readonly<Record<string, unknown>>;
  if (isDType(dtype) && Array.isArray(shape) && shape.every(isLength) && typeof column === "string") {
    return { name, dtype, from: column, shape };
  }
  throw new DTypeError(
    `${caller}: columns.${name} must be a dtype, ["logit_*", dtype], or { dtype, shape }, got ${print(spec)}.`,
  );
}

function patternOf(text: string): RegExp {
  return new RegExp(
    `^${text
      .split("*")
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join("(.*)")}$`,
  );
}

/** Whether a column of the data is one of these, or part of one. */
export function isWanted(columns: readonly Column[], name: string): boolean {
  return columns.some(({ from }) => (from instanceof RegExp ? from.test(name) : [from].flat().includes(name)));
}

/** The names of the columns that a pattern means, in order: `logit_2` before `logit_10`. */
function namesFor({ from }: Column, batch: Batch): readonly string[] {
  if (!(from instanceof RegExp)) return [from].flat();
  return Object.keys(batch)
    .filter((own) => from.test(own))
    .toSorted((left, right) => left.localeCompare(right, "en", { numeric: true }));
}

/** What else is asked of a batch. */
export interface AskedOf {
  /** The column of groups. */
  readonly by: string | undefined;
  /** The column of queries. */
  readonly query: string | undefined;
  readonly bad: BadRows;
  /** The columns that the data have, of which a batch has only those that are read; undefined if it has all. */
  readonly offered: ReadonlySet<string> | undefined;
}

/** The rows of a batch, as arguments. */
export interface ReadBatch {
  readonly rows: number;
  readonly arrays: readonly NDArray[];
  /** The group of each row, if rows are grouped. */
  readonly groups: readonly string[] | undefined;
  /** The query of each row, if statistics take queries. */
  readonly queries: Queries | undefined;
  /** The columns, with the shapes of rows that were not known. */
  readonly columns: readonly Column[];
}

/**
 * The columns of a batch. Throws `ShapeError`, `OutOfRangeError` or `DTypeError`, naming the column, if one is missing, if they have not one
 * number of rows, or if rows have not the shape that is said. A row that is null is bad.
 */
export function readBatch(
  caller: string,
  columns: readonly Column[],
  batch: unknown,
  { by, query, bad, offered }: AskedOf,
): ReadBatch {
  if (!isRecord(batch)) throw new DTypeError(`${caller}: a batch must be a record of columns, got ${describe(batch)}.`);
  const names = [...new Set([...Object.keys(batch), ...(offered ?? [])])];
  let first: { readonly name: string; readonly rows: number } | undefined;
  const rowsOf = (name: string, rows: number): void => {
    first ??= { name, rows };
    if (rows === first.rows) return;
    throw new ShapeError(
      `${caller}: column ${name} must have the ${first.rows} rows of column ${first.name}, got ${rows}.`,
    );
  };
  const find = (name: string): unknown => {
    if (Object.hasOwn(batch, name)) return batch[name];
    throw new OutOfRangeError(
      `${caller}: a batch must have the column ${name}, got ${names.join(", ") || "none"}.${meant(name, names)}`,
    );
  };
  const take = (name: string, { dtype, from, shape }: Column): NDArray => {
    const row = typeof from === "string" ? shape! : [];
    const whole = withoutNull(name, find(name), row, bad);
    const array =
      dtype === "int32" && mayHaveFractions(whole)
        ? readIntegers(caller, name, whole, bad)
        : readArray(caller, name, whole, dtype);
    rowsOf(name, array.shape[0]!);
    return array;
  };
  const arrays = columns.map((column) => {
    const own = namesFor(column, batch as Batch);
    if (own.length === 0) {
      throw new OutOfRangeError(
        `${caller}: a batch must have columns for ${column.name}, got ${names.join(", ") || "none"}.`,
      );
    }
    const parts = own.map((name) => take(name, column));
    if (typeof column.from === "string") return shaped(caller, column, parts[0]!);
    return beside(caller, column, own, parts);
  });
  const groups = by === undefined ? undefined : groupsOf(caller, by, find(by));
  if (groups !== undefined) rowsOf(by!, groups.length);
  const queries = query === undefined ? undefined : readQueries(caller, query, find(query), bad);
  if (queries !== undefined) rowsOf(query!, queries.length);
  const shapes = columns.map((column, index) => ({ ...column, shape: column.shape ?? arrays[index]!.shape.slice(1) }));
  return { rows: first!.rows, arrays, groups, queries, columns: shapes };
}

function meant(name: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

/** The list with zeros in place of what is null, or has not the length of a row; anything else as it is. */
function withoutNull(name: string, given: unknown, shape: readonly number[], bad: BadRows): unknown {
  if (!Array.isArray(given)) return given;
  const list = given as readonly unknown[];
  if (shape.length > 1 || list.every((value) => isWhole(value, shape))) return given;
  const zeros = shape.length === 0 ? 0 : Array.from({ length: shape[0]! }, () => 0);
  return list.map((value, row) => {
    if (isWhole(value, shape)) return value;
    const must = shape.length === 0 ? "a number" : `${shape[0]} numbers`;
    bad.add(row, name, `column ${name} must have ${must}, got ${describe(value)}.`);
    return zeros;
  });
}

function isWhole(value: unknown, shape: readonly number[]): boolean {
  const isNumber = (one: unknown): boolean => typeof one === "number" || typeof one === "boolean";
  if (shape.length === 0) return isNumber(value);
  if (!Array.isArray(value)) return ArrayBuffer.isView(value);
  return value.length === shape[0] && value.every(isNumber);
}

/** The names of groups: texts, or numbers as texts. */
function groupsOf(caller: string, name: string, given: unknown): readonly string[] {
  if (Array.isArray(given) && given.every((group) => typeof group === "string")) return given;
  const isList = Array.isArray(given) || (ArrayBuffer.isView(given) && !(given instanceof DataView));
  if (isList) return Array.from(given as ArrayLike<unknown>, String);
  throw new DTypeError(`${caller}: column ${name} must be a list of groups, got ${describe(given)}.`);
}

function readArray(caller: string, name: string, given: unknown, dtype: DType): NDArray {
  let array: NDArray;
  try {
    array = ndarray(given as ArrayInput, undefined, dtype);
  } catch (error) {
    throw new DTypeError(`${caller}: column ${name} must hold ${dtype}. ${(error as Error).message}`, { cause: error });
  }
  if (array.rank > 0) return array;
  throw new ShapeError(`${caller}: column ${name} must have rows, got the number ${array.item()}.`);
}

/** Whether a column of integers is given in what holds other numbers too. */
function mayHaveFractions(given: unknown): boolean {
  const { dtype } = given as { readonly dtype?: unknown };
  return (
    Array.isArray(given) ||
    given instanceof Float32Array ||
    given instanceof Float64Array ||
    dtype === "float32" ||
    dtype === "float64"
  );
}

/** The integers of a column; a row that has other numbers is bad. */
function readIntegers(caller: string, name: string, given: unknown, bad: BadRows): NDArray {
  const { data, shape } = readArray(caller, name, given, "float64");
  const width = shape.slice(1).reduce((size, length) => size * length, 1);
  const integers = new Int32Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!;
    integers[index] = value;
    if (integers[index] === value) continue;
    bad.add(Math.floor(index / width), name, `column ${name} must have integers below 2^31, got ${describe(value)}.`);
    integers[index] = 0;
  }
  return new NDArray(integers, shape, "int32");
}

function shaped(caller: string, { name, shape }: Column, array: NDArray): NDArray {
  if (shape === undefined || array.shape.slice(1).join() === shape.join()) return array;
  throw new ShapeError(
    `${caller}: rows of column ${name} must have the shape [${shape.join(",")}], got [${array.shape.slice(1).join(",")}].`,
  );
}

/** The columns beside each other, row by row. */
function beside(caller: string, { name, dtype }: Column, names: readonly string[], parts: readonly NDArray[]): NDArray {
  const wrong = parts.findIndex(({ rank }) => rank !== 1);
  if (wrong !== -1) {
    throw new ShapeError(
      `${caller}: column ${names[wrong]!} of ${name} must have one number in each row, got ${parts[wrong]!.shape.slice(1).join(",")}.`,
    );
  }
  const rows = parts[0]!.shape[0]!;
  const data: TypedArray = allocate(dtype, rows * parts.length);
  for (const [at, part] of parts.entries()) {
    for (let row = 0; row < rows; row++) data[row * parts.length + at] = part.data[row]!;
  }
  return new NDArray(data, [rows, parts.length], dtype);
}
