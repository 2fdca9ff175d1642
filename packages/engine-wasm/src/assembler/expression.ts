/** What is an expression? A typed tree of instructions, which leaves one number on the stack. */
import { signed, unsigned } from "./bytes.ts";
import {
  type Instruction,
  type LaneInstruction,
  type LaneLoad,
  type Load,
  type TypeOf,
  type TypesOf,
  type ValueType,
  instructions,
  laneInstructions,
  laneLoads,
  loads,
  typeOfLetter,
} from "./instructions.ts";

/** Computes a number of the type, anew wherever it is used: what is used twice belongs into a local. */
export interface Expression<T extends ValueType = ValueType> {
  readonly type: T;
  readonly operands: readonly Expression[];
  /** The instruction with its immediates; none if it is a constant vector. */
  readonly bytes: ArrayLike<number>;
  readonly constant?: ConstantVector;
}

/** The lanes of a constant vector, and what tells them from others. */
export interface ConstantVector {
  readonly key: string;
  readonly lanes: () => Float32Array | Float64Array | Int32Array;
}

/** Expressions of these types, in order. */
type ExpressionsOf<O extends readonly ValueType[]> = { readonly [I in keyof O]: Expression<O[I]> };

type Named<N extends string, Prefix extends string> = N extends `${Prefix}.${infer Rest}` ? Rest : never;

/** The instructions of a prefix as functions of their operands. */
type Group<Prefix extends string> = {
  readonly [N in Instruction as Named<N, Prefix>]: (
    ...operands: ExpressionsOf<TypesOf<(typeof instructions)[N][0]>>
  ) => Expression<TypeOf<(typeof instructions)[N][1]>>;
};

function group<Prefix extends string>(prefix: Prefix): Group<Prefix> {
  const functions = Object.entries(instructions).flatMap(([name, [, result, ...bytes]]) => {
    if (!name.startsWith(`${prefix}.`)) return [];
    const type = typeOfLetter[result];
    const make = (...operands: Expression[]): Expression => ({ type, operands, bytes });
    return [[name.slice(prefix.length + 1), make] as const];
  });
  return Object.fromEntries(functions) as unknown as Group<Prefix>;
}

const none: readonly never[] = [];

export const i32: Group<"i32"> = group("i32");
export const i64: Group<"i64"> = group("i64");
export const f32: Group<"f32"> = group("f32");
export const f64: Group<"f64"> = group("f64");
export const v128: Group<"v128"> = group("v128");
export const i16x8: Group<"i16x8"> = group("i16x8");
export const i8x16: Group<"i8x16"> = group("i8x16");
export const i32x4: Group<"i32x4"> = group("i32x4");
export const i64x2: Group<"i64x2"> = group("i64x2");
export const f32x4: Group<"f32x4"> = group("f32x4");
export const f64x2: Group<"f64x2"> = group("f64x2");

/** A whole number of 32 bits. */
export function int(value: number): Expression<"i32"> {
  return { type: "i32", operands: none, bytes: signed(value, [0x41]) };
}

/** A float64. */
export function double(value: number): Expression<"f64"> {
  return { type: "f64", operands: none, bytes: [0x44, ...new Uint8Array(Float64Array.of(value).buffer)] };
}

/** Four times the same float32. */
export function floats(value: number): Expression<"v128"> {
  return constant(`f${nameOf(value)}`, () => new Float32Array(4).fill(value));
}

/** Twice the same float64. */
export function doubles(value: number): Expression<"v128"> {
  return constant(`d${nameOf(value)}`, () => new Float64Array(2).fill(value));
}

/** Four times the same int32. */
export function ints(value: number): Expression<"v128"> {
  return constant(`i${value}`, () => new Int32Array(4).fill(value));
}

/** A constant vector of int32. */
export function vector(lanes: Int32Array): Expression<"v128"> {
  return constant(`v${lanes.join()}`, () => lanes);
}

function nameOf(value: number): string {
  return Object.is(value, -0) ? "-0" : `${value}`;
}

// Most are used many times in a function, which writes each once.
function constant(key: string, lanes: ConstantVector["lanes"]): Expression<"v128"> {
  return { type: "v128", operands: none, bytes: none, constant: { key, lanes } };
}

/** One of the bytes, or wider lanes, of two vectors for each of the result. */
export function shuffle(x: Expression<"v128">, y: Expression<"v128">, lanes: readonly number[]): Expression<"v128"> {
  const width = 16 / lanes.length;
  const bytes = [0xfd, 0x0d];
  for (const lane of lanes) for (let index = 0; index < width; index++) bytes.push(lane * width + index);
  return { type: "v128", operands: [x, y], bytes };
}

/** An instruction that takes the number of a lane. */
export function lane<N extends LaneInstruction>(
  name: N,
  index: number,
  ...operands: ExpressionsOf<TypesOf<(typeof laneInstructions)[N][0]>>
): Expression<TypeOf<(typeof laneInstructions)[N][1]>> {
  const [, result, ...bytes] = laneInstructions[name];
  type Result = TypeOf<(typeof laneInstructions)[N][1]>;
  return {
    type: typeOfLetter[result] as Result,
    operands: operands as readonly Expression[],
    bytes: [...bytes, index],
  };
}

/** Reads memory at an address plus a constant number of bytes. */
export function load<N extends Load>(
  name: N,
  address: Expression<"i32">,
  offset = 0,
): Expression<TypeOf<(typeof loads)[N][1]>> {
  const [, result, align, ...bytes] = loads[name];
  type Result = TypeOf<(typeof loads)[N][1]>;
  return { type: typeOfLetter[result] as Result, operands: [address], bytes: withOffset(bytes, align, offset) };
}

/** Reads memory into one lane of a vector. */
export function loadLane(
  name: LaneLoad,
  index: number,
  address: Expression<"i32">,
  others: Expression<"v128">,
  offset = 0,
): Expression<"v128"> {
  const [, , align, ...bytes] = laneLoads[name];
  return { type: "v128", operands: [address, others], bytes: [...withOffset(bytes, align, offset), index] };
}

/** One of two numbers: the first unless the condition is 0. */
export function choose<T extends ValueType>(
  first: Expression<T>,
  second: Expression<T>,
  condition: Expression<"i32">,
): Expression<T> {
  return { type: first.type, operands: [first, second, condition], bytes: [0x1b] };
}

/** An instruction and the alignment and offset of the memory that it reads or writes. */
export function withOffset(opcode: readonly number[], align: number, offset: number): readonly number[] {
  return [...opcode, align, ...unsigned(offset)];
}
