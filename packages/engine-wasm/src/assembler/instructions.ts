/** Which WebAssembly instructions does the engine use, with what types, and what are their bytes? */

/** The type of a number on the stack of the WebAssembly machine. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** What an instruction takes from the stack and leaves there, and its bytes. */
interface Typed<O extends readonly ValueType[], R extends ValueType> {
  readonly operands: O;
  readonly result: R;
  readonly bytes: readonly number[];
}

function plain<const O extends readonly ValueType[], R extends ValueType>(
  opcode: number,
  operands: O,
  result: R,
): Typed<O, R> {
  return { operands, result, bytes: [opcode] };
}

function prefixed<const O extends readonly ValueType[], R extends ValueType>(
  prefix: number,
  opcode: number,
  operands: O,
  result: R,
): Typed<O, R> {
  return { operands, result, bytes: [prefix, ...unsigned(opcode)] };
}

function simd<const O extends readonly ValueType[], R extends ValueType>(
  opcode: number,
  operands: O,
  result: R,
): Typed<O, R> {
  return prefixed(0xfd, opcode, operands, result);
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

const ii = ["i32", "i32"] as const;
const dd = ["f64", "f64"] as const;
const v = ["v128"] as const;
const vv = ["v128", "v128"] as const;
const vvv = ["v128", "v128", "v128"] as const;
const shift = ["v128", "i32"] as const;

/** Instructions without immediates, by name. */
export const instructions = {
  "i32.eqz": plain(0x45, ["i32"], "i32"),
  "i32.eq": plain(0x46, ii, "i32"),
  "i32.ne": plain(0x47, ii, "i32"),
  "i32.lt_s": plain(0x48, ii, "i32"),
  "i32.lt_u": plain(0x49, ii, "i32"),
  "i32.gt_s": plain(0x4a, ii, "i32"),
  "i32.le_s": plain(0x4c, ii, "i32"),
  "i32.ge_s": plain(0x4e, ii, "i32"),
  "i32.add": plain(0x6a, ii, "i32"),
  "i32.sub": plain(0x6b, ii, "i32"),
  "i32.mul": plain(0x6c, ii, "i32"),
  "i32.and": plain(0x71, ii, "i32"),
  "i32.or": plain(0x72, ii, "i32"),
  "i32.xor": plain(0x73, ii, "i32"),
  "i32.shl": plain(0x74, ii, "i32"),
  "i32.shr_s": plain(0x75, ii, "i32"),
  "i32.shr_u": plain(0x76, ii, "i32"),
  "i32.trunc_sat_f64_s": prefixed(0xfc, 2, ["f64"], "i32"),
  "f64.eq": plain(0x61, dd, "i32"),
  "f64.lt": plain(0x63, dd, "i32"),
  "f64.add": plain(0xa0, dd, "f64"),
  "f64.mul": plain(0xa2, dd, "f64"),

  "v128.not": simd(0x4d, v, "v128"),
  "v128.and": simd(0x4e, vv, "v128"),
  "v128.andnot": simd(0x4f, vv, "v128"),
  "v128.or": simd(0x50, vv, "v128"),
  "v128.xor": simd(0x51, vv, "v128"),
  /** (x, y, mask): the bits of x where the mask has ones, else those of y. */
  "v128.bitselect": simd(0x52, vvv, "v128"),
  "v128.any_true": simd(0x53, v, "i32"),

  "i16x8.extend_low_i8x16_u": simd(0x89, v, "v128"),
  "i16x8.narrow_i32x4_s": simd(0x85, vv, "v128"),
  "i8x16.narrow_i16x8_s": simd(0x65, vv, "v128"),

  "i32x4.splat": simd(0x11, ["i32"], "v128"),
  "i32x4.eq": simd(0x37, vv, "v128"),
  "i32x4.ne": simd(0x38, vv, "v128"),
  "i32x4.lt_s": simd(0x39, vv, "v128"),
  "i32x4.gt_s": simd(0x3b, vv, "v128"),
  "i32x4.le_s": simd(0x3d, vv, "v128"),
  "i32x4.ge_s": simd(0x3f, vv, "v128"),
  "i32x4.neg": simd(0xa1, v, "v128"),
  "i32x4.all_true": simd(0xa3, v, "i32"),
  "i32x4.bitmask": simd(0xa4, v, "i32"),
  "i32x4.extend_low_i16x8_u": simd(0xa9, v, "v128"),
  "i32x4.shl": simd(0xab, shift, "v128"),
  "i32x4.shr_s": simd(0xac, shift, "v128"),
  "i32x4.shr_u": simd(0xad, shift, "v128"),
  "i32x4.add": simd(0xae, vv, "v128"),
  "i32x4.sub": simd(0xb1, vv, "v128"),
  "i32x4.mul": simd(0xb5, vv, "v128"),
  "i32x4.min_s": simd(0xb6, vv, "v128"),
  "i32x4.max_s": simd(0xb8, vv, "v128"),
  "i32x4.trunc_sat_f32x4_s": simd(0xf8, v, "v128"),
  "i32x4.trunc_sat_f64x2_s_zero": simd(0xfc, v, "v128"),
  "i64x2.add": simd(0xce, vv, "v128"),
  "i64x2.sub": simd(0xd1, vv, "v128"),
  "i64x2.shl": simd(0xcb, shift, "v128"),
  "i64x2.shr_s": simd(0xcc, shift, "v128"),
  "i64x2.shr_u": simd(0xcd, shift, "v128"),
  "i64x2.extend_low_i32x4_s": simd(0xc7, v, "v128"),

  "f32x4.splat": simd(0x13, ["f32"], "v128"),
  "f32x4.eq": simd(0x41, vv, "v128"),
  "f32x4.ne": simd(0x42, vv, "v128"),
  "f32x4.lt": simd(0x43, vv, "v128"),
  "f32x4.gt": simd(0x44, vv, "v128"),
  "f32x4.le": simd(0x45, vv, "v128"),
  "f32x4.ge": simd(0x46, vv, "v128"),
  "f32x4.abs": simd(0xe0, v, "v128"),
  "f32x4.neg": simd(0xe1, v, "v128"),
  "f32x4.sqrt": simd(0xe3, v, "v128"),
  "f32x4.add": simd(0xe4, vv, "v128"),
  "f32x4.sub": simd(0xe5, vv, "v128"),
  "f32x4.mul": simd(0xe6, vv, "v128"),
  "f32x4.div": simd(0xe7, vv, "v128"),
  "f32x4.min": simd(0xe8, vv, "v128"),
  "f32x4.max": simd(0xe9, vv, "v128"),
  /** (x, y): y < x ? y : x, in one instruction of the processor. */
  "f32x4.pmin": simd(0xea, vv, "v128"),
  /** (x, y): x < y ? y : x, in one instruction of the processor. */
  "f32x4.pmax": simd(0xeb, vv, "v128"),
  "f32x4.nearest": simd(0x6a, v, "v128"),
  "f32x4.convert_i32x4_s": simd(0xfa, v, "v128"),
  "f32x4.demote_f64x2_zero": simd(0x5e, v, "v128"),
  /** (x, y, z): x y + z, rounded once or twice. */
  "f32x4.relaxed_madd": simd(0x105, vvv, "v128"),
  /** (x, y, z): z - x y, rounded once or twice. */
  "f32x4.relaxed_nmadd": simd(0x106, vvv, "v128"),

  "f64x2.splat": simd(0x14, ["f64"], "v128"),
  "f64x2.eq": simd(0x47, vv, "v128"),
  "f64x2.ne": simd(0x48, vv, "v128"),
  "f64x2.lt": simd(0x49, vv, "v128"),
  "f64x2.gt": simd(0x4a, vv, "v128"),
  "f64x2.le": simd(0x4b, vv, "v128"),
  "f64x2.ge": simd(0x4c, vv, "v128"),
  "f64x2.abs": simd(0xec, v, "v128"),
  "f64x2.neg": simd(0xed, v, "v128"),
  "f64x2.sqrt": simd(0xef, v, "v128"),
  "f64x2.add": simd(0xf0, vv, "v128"),
  "f64x2.sub": simd(0xf1, vv, "v128"),
  "f64x2.mul": simd(0xf2, vv, "v128"),
  "f64x2.div": simd(0xf3, vv, "v128"),
  "f64x2.min": simd(0xf4, vv, "v128"),
  "f64x2.max": simd(0xf5, vv, "v128"),
  "f64x2.pmin": simd(0xf6, vv, "v128"),
  "f64x2.pmax": simd(0xf7, vv, "v128"),
  "f64x2.nearest": simd(0x94, v, "v128"),
  "f64x2.convert_low_i32x4_s": simd(0xfe, v, "v128"),
  "f64x2.promote_low_f32x4": simd(0x5f, v, "v128"),
  "f64x2.relaxed_madd": simd(0x107, vvv, "v128"),
  "f64x2.relaxed_nmadd": simd(0x108, vvv, "v128"),
} as const;

/** The name of an instruction without immediates. */
export type Instruction = keyof typeof instructions;

/** Instructions that take a number of a lane. */
export const laneInstructions = {
  "i32x4.extract_lane": simd(0x1b, v, "i32"),
  "i32x4.replace_lane": simd(0x1c, ["v128", "i32"], "v128"),
  "f32x4.extract_lane": simd(0x1f, v, "f32"),
  "f64x2.extract_lane": simd(0x21, v, "f64"),
  "f64x2.replace_lane": simd(0x22, ["v128", "f64"], "v128"),
} as const;

/** The name of an instruction that takes the number of a lane. */
export type LaneInstruction = keyof typeof laneInstructions;

/** Instructions that read memory at an address plus an offset. `align` is the logarithm of what alignment they hint at. */
export const loads = {
  "i32.load": { ...plain(0x28, ["i32"], "i32"), align: 2 },
  "i32.load8_u": { ...plain(0x2d, ["i32"], "i32"), align: 0 },
  "f64.load": { ...plain(0x2b, ["i32"], "f64"), align: 3 },
  "v128.load": { ...simd(0x00, ["i32"], "v128"), align: 2 },
  "v128.load32_splat": { ...simd(0x09, ["i32"], "v128"), align: 2 },
  "v128.load64_splat": { ...simd(0x0a, ["i32"], "v128"), align: 2 },
  "v128.load32_zero": { ...simd(0x5c, ["i32"], "v128"), align: 2 },
} as const;

/** The name of an instruction that reads memory. */
export type Load = keyof typeof loads;

/** Instructions that read memory into one lane of a vector. */
export const laneLoads = {
  "v128.load32_lane": { ...simd(0x56, ["i32", "v128"], "v128"), align: 2 },
  "v128.load64_lane": { ...simd(0x57, ["i32", "v128"], "v128"), align: 2 },
} as const;

/** The name of an instruction that reads memory into one lane. */
export type LaneLoad = keyof typeof laneLoads;

/** Instructions that write memory at an address plus an offset. */
export const stores = {
  "i32.store": { operand: "i32", bytes: [0x36], align: 2 },
  "i32.store8": { operand: "i32", bytes: [0x3a], align: 0 },
  "f64.store": { operand: "f64", bytes: [0x39], align: 3 },
  "v128.store": { operand: "v128", bytes: [0xfd, 0x0b], align: 2 },
} as const;

/** The name of an instruction that writes memory. */
export type Store = keyof typeof stores;

/** Instructions that write one lane of a vector. */
export const laneStores = {
  "v128.store8_lane": { bytes: [0xfd, 0x58], align: 0 },
  "v128.store32_lane": { bytes: [0xfd, 0x5a], align: 2 },
  "v128.store64_lane": { bytes: [0xfd, 0x5b], align: 2 },
} as const;

/** The name of an instruction that writes one lane. */
export type LaneStore = keyof typeof laneStores;

/** The bytes of the value types. */
export const typeBytes: { readonly [T in ValueType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
