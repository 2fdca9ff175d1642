/** What are the known right numbers, and how are they read? `goldens/README.md` of the package says where they come from. */
import { loadGolden } from "#load-golden";
import type { DType, NDArray } from "@symloss/core";
import { losses } from "@symloss/losses";
import { arrayOf } from "./data.ts";

/** A number, where JSON has none: `"inf"`, `"-Infinity"`, `"nan"`. */
type JsonNumber = number | string;

/** Numbers, nested as lists. */
export type JsonArray = JsonNumber | boolean | readonly JsonArray[];

/** An array of a golden case. */
export interface GoldenArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (JsonNumber | boolean)[];
}

/** Values and gradients of a loss: the gradients of the sum over all outputs of cotangent times output. */
export interface GoldenCase {
  /** The loss of the catalogue. */
  readonly loss: string;
  readonly name: string;
  /** The arguments that are arrays. */
  readonly inputs: Readonly<Record<string, GoldenArray>>;
  /** The options that are given as arrays. */
  readonly optionInputs?: Readonly<Record<string, GoldenArray>>;
  /** Other options, and arguments that are no arrays. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, GoldenArray>>;
  readonly cotangents?: Readonly<Record<string, GoldenArray>>;
  readonly gradients?: Readonly<Record<string, GoldenArray>>;
  /** Whether it stands at a kink: the gradient is settled, and differences can't tell it. */
  readonly kink?: boolean;
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

/** The golden cases of each loss of the catalogue, or why there are none: those of a loss are the file of its name. */
export const goldens: Readonly<Record<string, readonly GoldenCase[] | Error>> = Object.fromEntries(
  await Promise.all(
    Object.keys(losses).map(async (name) => [name, await load<readonly GoldenCase[]>(name).catch(asError)] as const),
  ),
);

/** Literals from other projects' tests. */
export const published: readonly PublishedCase[] = await load("published");

/** Values and gradients at kinks. */
export const kinks: readonly KinkCase[] = await load("kinks");

/** What the file of that name holds. */
async function load<T>(name: string): Promise<T> {
  return (await loadGolden(name)).default as T;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The golden cases of a loss; none where they could not be loaded. */
export function goldenCasesOf(name: string): readonly GoldenCase[] {
  const found = goldens[name];
  return found === undefined || found instanceof Error ? [] : found;
}

/** A golden array; what it holds as float32 is exact, so that it serves as any float. */
export function readGolden({ dtype, shape, data }: GoldenArray, float: DType): NDArray {
  return arrayOf(data.map(readLeaf), shape, dtype === "int32" || dtype === "bool" ? dtype : float);
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
