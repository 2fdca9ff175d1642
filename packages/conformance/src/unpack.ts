/** How are packed golden cases read? `goldens/README.md` of the package defines the form. */
import type { DType } from "@symloss/core";

/** An array of a golden case. */
export interface GoldenArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Elements in row-major order; of bool 0 and 1. */
  readonly data: Float64Array;
}

/** Arrays by name. */
export type GoldenArrays = Readonly<Record<string, GoldenArray>>;

/** Values and gradients of a function: the gradients of the sum over all outputs of cotangent times output. */
export interface GoldenCase {
  readonly name: string;
  /** What the case is about, if a gradient follows a rule there and is not the derivative. */
  readonly note?: string;
  /** Whether it stands at a kink: the gradient is settled, and differences can't tell it. */
  readonly kink?: boolean;
  /** The arguments that are arrays, in their order. */
  readonly inputs: GoldenArrays;
  /** The options that are given as arrays. */
  readonly optionInputs?: GoldenArrays;
  /** Other options, and arguments that are no arrays. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly outputs: GoldenArrays;
  /** Of the outputs that have one. */
  readonly cotangents?: GoldenArrays;
  readonly gradients?: GoldenArrays;
}

type PackedArrays = Readonly<Record<string, string>>;

/** The file of a function. */
export interface PackedCases {
  readonly cases: readonly PackedCase[];
}

interface PackedCase extends Omit<
  GoldenCase,
  "inputs" | "optionInputs" | "options" | "outputs" | "cotangents" | "gradients"
> {
  readonly inputs?: PackedArrays;
  readonly optionInputs?: PackedArrays;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly outputs: PackedArrays;
  readonly cotangents?: PackedArrays;
  readonly gradients?: PackedArrays;
}

/** The cases of a packed file. */
export function unpackCases({ cases }: PackedCases): readonly GoldenCase[] {
  return cases.map(({ inputs = {}, options = {}, outputs, optionInputs, cotangents, gradients, ...rest }) => ({
    ...rest,
    inputs: unpackArrays(inputs),
    ...(optionInputs && { optionInputs: unpackArrays(optionInputs) }),
    options,
    outputs: unpackArrays(outputs),
    ...(cotangents && { cotangents: unpackArrays(cotangents) }),
    ...(gradients && { gradients: unpackArrays(gradients) }),
  }));
}

function unpackArrays(arrays: PackedArrays): GoldenArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, text]) => [name, unpackArray(text)]));
}

/** The array of `f32[2,3] 1 2.5 ...`, or of `f32[2,3]=` and bytes in base64. */
export function unpackArray(text: string): GoldenArray {
  const [, short = "", lengths = "", separator, payload = ""] = /^(\w+)\[([\d,]*)\]([ =])(.*)$/s.exec(text) ?? [];
  const type = types[short];
  if (type === undefined)
    throw new Error(`unpackArray: a packed array must begin with its type, got ${text.slice(0, 20)}.`);
  const shape = lengths === "" ? [] : lengths.split(",").map(Number);
  const data = separator === "=" ? type.fromBytes(bytesOf(payload)) : numbersOf(payload).map(type.round);
  return { dtype: type.dtype, shape, data };
}

interface PackedType {
  readonly dtype: DType;
  readonly fromBytes: (bytes: DataView) => Float64Array;
  /** The element of the shortest decimal that stands for it. */
  readonly round: (value: number) => number;
}

const types: Readonly<Record<string, PackedType>> = {
  f32: { dtype: "float32", fromBytes: elements(4, (view, at) => view.getFloat32(at, true)), round: Math.fround },
  f64: { dtype: "float64", fromBytes: elements(8, (view, at) => view.getFloat64(at, true)), round: Number },
  i32: { dtype: "int32", fromBytes: elements(4, (view, at) => view.getInt32(at, true)), round: Number },
  bool: { dtype: "bool", fromBytes: elements(1, (view, at) => view.getUint8(at)), round: Number },
};

function elements(width: number, read: (view: DataView, at: number) => number): PackedType["fromBytes"] {
  return (view) => Float64Array.from({ length: view.byteLength / width }, (_, index) => read(view, index * width));
}

function numbersOf(payload: string): Float64Array {
  return Float64Array.from(payload === "" ? [] : payload.split(" ").map(numberOf));
}

function numberOf(text: string): number {
  return specials[text] ?? Number(text);
}

const specials: Readonly<Record<string, number>> = { inf: Infinity, "-inf": -Infinity, nan: NaN };

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The bytes of base64: not every environment has the same function for it. */
function bytesOf(base64: string): DataView {
  const digits = base64.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  for (let index = 0, at = 0; index < digits.length; index++) {
    bits = (bits << 6) | alphabet.indexOf(digits[index]!);
    if (index % 4 > 0) bytes[at++] = bits >> (6 - 2 * (index % 4));
  }
  return new DataView(bytes.buffer);
}
