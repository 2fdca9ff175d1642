/** What are the known right numbers, and how are they loaded? `goldens/README.md` of the package says where they come from. */
import { index, kinks as kinkList, loadGolden, published as publishedList } from "#load-golden";
import { type DType, type NDArray, OutOfRangeError } from "@symloss/core";
import { print } from "@symloss/core/engine";
import { arrayOf } from "./data.ts";
import { type GoldenArray, type GoldenCase, type PackedCases, unpackCases } from "./unpack.ts";

/** A number, where JSON has none: `"inf"`, `"-Infinity"`, `"nan"`. */
type JsonNumber = number | string;

/** Numbers, nested as lists. */
export type JsonArray = JsonNumber | boolean | readonly JsonArray[];

/** What is known of the golden cases of a function before they are loaded. */
export interface GoldenSummary {
  /** Whether any of them has a gradient. */
  readonly differentiable: boolean;
  /** The names of the cases, each with the names of what it gives besides its inputs. */
  readonly cases: Readonly<Record<string, readonly string[]>>;
  /** The names of cases in which a number is NaN or infinite. */
  readonly nonFinite: readonly string[];
}

/** What another project's tests say of one of its functions. */
export interface PublishedCase {
  readonly id: string;
  readonly source: string;
  readonly function: string;
  readonly canonical: string;
  readonly inputs: Readonly<Record<string, JsonArray>>;
  readonly params: Readonly<Record<string, JsonArray | null>>;
  readonly expected: JsonArray;
  readonly tolerance: { readonly rtol: number; readonly atol: number };
}

/** A function where it has a kink: values, and gradients of the sum. */
export interface KinkCase {
  readonly operation: string;
  readonly value?: JsonArray;
  /** With respect to x, or to each of these. */
  readonly gradient?: JsonArray | Readonly<Record<string, JsonArray>>;
  readonly [input: string]: JsonArray | Readonly<Record<string, JsonArray>> | undefined;
}

/** The functions that have golden cases. */
export const goldenIndex = index as Readonly<Record<string, GoldenSummary>>;

/** Literals from other projects' tests. */
export const published = publishedList as readonly PublishedCase[];

/** Values and gradients at kinks. */
export const kinks = kinkList as readonly KinkCase[];

/** Loads the golden cases of a function: values and gradients from 60-digit arithmetic. Throws `OutOfRangeError` if it has none. */
export async function goldenCasesOf(name: string): Promise<readonly GoldenCase[]> {
  if (typeof name !== "string" || !Object.hasOwn(goldenIndex, name))
    throw new OutOfRangeError(`goldenCasesOf: name must be that of a function with golden cases, got ${print(name)}.`);
  return unpacked.get(name) ?? remember(name, load(name));
}

/** Each case of a function asks for the file of all. */
const unpacked = new Map<string, Promise<readonly GoldenCase[]>>();

function remember(name: string, cases: Promise<readonly GoldenCase[]>): Promise<readonly GoldenCase[]> {
  unpacked.set(name, cases);
  return cases;
}

async function load(name: string): Promise<readonly GoldenCase[]> {
  const { default: packed } = await loadGolden(name);
  return unpackCases(packed as PackedCases);
}

/** A golden array; what it holds as float32 is exact, so that it serves as any float. */
export function readGolden({ dtype, shape, data }: GoldenArray, float: DType): NDArray {
  return arrayOf(data, shape, dtype === "int32" || dtype === "bool" ? dtype : float);
}

/** Nested numbers as an array; booleans alone are bool. */
export function readNested(values: JsonArray, float: DType): NDArray {
  const shape: number[] = [];
  for (let level = values; isList(level); level = level[0]!) shape.push(level.length);
  const leaves = leavesOf(values);
  const isBool = leaves.length > 0 && leaves.every((leaf) => typeof leaf === "boolean");
  return arrayOf(leaves.map(readLeaf), shape, isBool ? "bool" : float);
}

function isList(values: JsonArray): values is readonly JsonArray[] {
  return Array.isArray(values);
}

function leavesOf(values: JsonArray): readonly (JsonNumber | boolean)[] {
  return isList(values) ? values.flatMap(leavesOf) : [values];
}

/** An option as it is given: a number that JSON has not is a text there. */
export function readOption(value: unknown): unknown {
  return typeof value === "string" ? (specials[value.toLowerCase()] ?? value) : value;
}

function readLeaf(value: JsonNumber | boolean): number {
  return typeof value === "boolean" ? Number(value) : readNumber(value);
}

function readNumber(value: JsonNumber): number {
  if (typeof value === "number") return value;
  const known = specials[value.toLowerCase()];
  if (known === undefined)
    throw new Error(`readNumber: a golden number must be a number, inf, -inf or nan, got ${value}.`);
  return known;
}

const specials: Readonly<Record<string, number>> = {
  inf: Infinity,
  "-inf": -Infinity,
  infinity: Infinity,
  "-infinity": -Infinity,
  nan: NaN,
};
