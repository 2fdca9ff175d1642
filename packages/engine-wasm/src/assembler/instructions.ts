/** Which WebAssembly instructions does the engine use, with what types, and what are their bytes? */

/** The type of a number on the stack of the WebAssembly machine. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** The letters that stand for types in the tables below. */
interface Letters {
  readonly i: "i32";
  readonly l: "i64";
  readonly f: "f32";
  readonly d: "f64";
  readonly v: "v128";
}

/** The types that letters stand for. */
export type TypesOf<S extends string> = S extends `${infer Head extends keyof Letters}${infer Rest}`
  ? readonly [Letters[Head], ...TypesOf<Rest>]
  : readonly [];

/** The type that a letter stands for. */
export type TypeOf<L extends keyof Letters> = Letters[L];

export const typeOfLetter: Letters = { i: "i32", l: "i64", f: "f32", d: "f64", v: "v128" };

/** Instructions without immediates, by name: the types of the operands and of the result, and the bytes. */
export const instructions = {
  "i32.eqz": ["i", "i", 0x45],
  "i32.eq": ["ii", "i", 0x46],
  "i32.ne": ["ii", "i", 0x47],
  "i32.lt_s": ["ii", "i", 0x48],
  "i32.lt_u": ["ii", "i", 0x49],
  "i32.gt_s": ["ii", "i", 0x4a],
  "i32.add": ["ii", "i", 0x6a],
  "i32.sub": ["ii", "i", 0x6b],
  "i32.mul": ["ii", "i", 0x6c],
  "i32.and": ["ii", "i", 0x71],
  "i32.or": ["ii", "i", 0x72],
  "i32.xor": ["ii", "i", 0x73],
  "i32.shl": ["ii", "i", 0x74],
  "i32.shr_s": ["ii", "i", 0x75],
  "i32.shr_u": ["ii", "i", 0x76],
  "i32.wrap_i64": ["l", "i", 0xa7],
  "i32.reinterpret_f32": ["f", "i", 0xbc],
  "i32.trunc_sat_f64_s": ["d", "i", 0xfc, 0x02],

  "i64.shr_u": ["ll", "l", 0x88],
  "i64.extend_i32_u": ["i", "l", 0xad],
  "i64.reinterpret_f64": ["d", "l", 0xbd],

  "f32.demote_f64": ["d", "f", 0xb6],

  "f64.eq": ["dd", "i", 0x61],
  "f64.le": ["dd", "i", 0x65],
  "f64.neg": ["d", "d", 0x9a],
  "f64.add": ["dd", "d", 0xa0],
  "f64.convert_i32_s": ["i", "d", 0xb7],
  "f64.promote_f32": ["f", "d", 0xbb],

  "v128.not": ["v", "v", 0xfd, 0x4d],
  "v128.and": ["vv", "v", 0xfd, 0x4e],
  "v128.andnot": ["vv", "v", 0xfd, 0x4f],
  "v128.or": ["vv", "v", 0xfd, 0x50],
  "v128.xor": ["vv", "v", 0xfd, 0x51],
  /** (x, y, mask): the bits of x where the mask has ones, else those of y. */
  "v128.bitselect": ["vvv", "v", 0xfd, 0x52],
  "v128.any_true": ["v", "i", 0xfd, 0x53],

  "i16x8.extend_low_i8x16_u": ["v", "v", 0xfd, 0x89, 0x01],
  "i16x8.narrow_i32x4_s": ["vv", "v", 0xfd, 0x85, 0x01],
  "i8x16.narrow_i16x8_s": ["vv", "v", 0xfd, 0x65],

  "i32x4.splat": ["i", "v", 0xfd, 0x11],
  "i32x4.eq": ["vv", "v", 0xfd, 0x37],
  "i32x4.ne": ["vv", "v", 0xfd, 0x38],
  "i32x4.lt_s": ["vv", "v", 0xfd, 0x39],
  "i32x4.gt_s": ["vv", "v", 0xfd, 0x3b],
  "i32x4.le_s": ["vv", "v", 0xfd, 0x3d],
  "i32x4.ge_s": ["vv", "v", 0xfd, 0x3f],
  "i32x4.bitmask": ["v", "i", 0xfd, 0xa4, 0x01],
  "i32x4.extend_low_i16x8_u": ["v", "v", 0xfd, 0xa9, 0x01],
  "i32x4.shl": ["vi", "v", 0xfd, 0xab, 0x01],
  "i32x4.shr_s": ["vi", "v", 0xfd, 0xac, 0x01],
  "i32x4.shr_u": ["vi", "v", 0xfd, 0xad, 0x01],
  "i32x4.add": ["vv", "v", 0xfd, 0xae, 0x01],
  "i32x4.sub": ["vv", "v", 0xfd, 0xb1, 0x01],
  "i32x4.mul": ["vv", "v", 0xfd, 0xb5, 0x01],
  "i32x4.min_s": ["vv", "v", 0xfd, 0xb6, 0x01],
  "i32x4.max_s": ["vv", "v", 0xfd, 0xb8, 0x01],
  "i32x4.trunc_sat_f32x4_s": ["v", "v", 0xfd, 0xf8, 0x01],
  "i32x4.trunc_sat_f64x2_s_zero": ["v", "v", 0xfd, 0xfc, 0x01],
  "i64x2.add": ["vv", "v", 0xfd, 0xce, 0x01],
  "i64x2.sub": ["vv", "v", 0xfd, 0xd1, 0x01],
  "i64x2.shl": ["vi", "v", 0xfd, 0xcb, 0x01],
  "i64x2.shr_u": ["vi", "v", 0xfd, 0xcd, 0x01],

  "f32x4.eq": ["vv", "v", 0xfd, 0x41],
  "f32x4.ne": ["vv", "v", 0xfd, 0x42],
  "f32x4.lt": ["vv", "v", 0xfd, 0x43],
  "f32x4.gt": ["vv", "v", 0xfd, 0x44],
  "f32x4.le": ["vv", "v", 0xfd, 0x45],
  "f32x4.ge": ["vv", "v", 0xfd, 0x46],
  "f32x4.abs": ["v", "v", 0xfd, 0xe0, 0x01],
  "f32x4.sqrt": ["v", "v", 0xfd, 0xe3, 0x01],
  "f32x4.add": ["vv", "v", 0xfd, 0xe4, 0x01],
  "f32x4.sub": ["vv", "v", 0xfd, 0xe5, 0x01],
  "f32x4.mul": ["vv", "v", 0xfd, 0xe6, 0x01],
  "f32x4.div": ["vv", "v", 0xfd, 0xe7, 0x01],
  "f32x4.min": ["vv", "v", 0xfd, 0xe8, 0x01],
  "f32x4.max": ["vv", "v", 0xfd, 0xe9, 0x01],
  /** (x, y): y < x ? y : x, in one instruction of the processor. */
  "f32x4.pmin": ["vv", "v", 0xfd, 0xea, 0x01],
  /** (x, y): x < y ? y : x, in one instruction of the processor. */
  "f32x4.pmax": ["vv", "v", 0xfd, 0xeb, 0x01],
  "f32x4.nearest": ["v", "v", 0xfd, 0x6a],
  "f32x4.convert_i32x4_s": ["v", "v", 0xfd, 0xfa, 0x01],
  "f32x4.demote_f64x2_zero": ["v", "v", 0xfd, 0x5e],
  /** (x, y, z): x y + z, rounded once or twice. */
  "f32x4.relaxed_madd": ["vvv", "v", 0xfd, 0x85, 0x02],
  /** (x, y, z): z - x y, rounded once or twice. */
  "f32x4.relaxed_nmadd": ["vvv", "v", 0xfd, 0x86, 0x02],

  "f64x2.splat": ["d", "v", 0xfd, 0x14],
  "f64x2.eq": ["vv", "v", 0xfd, 0x47],
  "f64x2.ne": ["vv", "v", 0xfd, 0x48],
  "f64x2.lt": ["vv", "v", 0xfd, 0x49],
  "f64x2.gt": ["vv", "v", 0xfd, 0x4a],
  "f64x2.le": ["vv", "v", 0xfd, 0x4b],
  "f64x2.ge": ["vv", "v", 0xfd, 0x4c],
  "f64x2.abs": ["v", "v", 0xfd, 0xec, 0x01],
  "f64x2.neg": ["v", "v", 0xfd, 0xed, 0x01],
  "f64x2.sqrt": ["v", "v", 0xfd, 0xef, 0x01],
  "f64x2.add": ["vv", "v", 0xfd, 0xf0, 0x01],
  "f64x2.sub": ["vv", "v", 0xfd, 0xf1, 0x01],
  "f64x2.mul": ["vv", "v", 0xfd, 0xf2, 0x01],
  "f64x2.div": ["vv", "v", 0xfd, 0xf3, 0x01],
  "f64x2.min": ["vv", "v", 0xfd, 0xf4, 0x01],
  "f64x2.max": ["vv", "v", 0xfd, 0xf5, 0x01],
  "f64x2.pmin": ["vv", "v", 0xfd, 0xf6, 0x01],
  "f64x2.pmax": ["vv", "v", 0xfd, 0xf7, 0x01],
  "f64x2.convert_low_i32x4_s": ["v", "v", 0xfd, 0xfe, 0x01],
  "f64x2.promote_low_f32x4": ["v", "v", 0xfd, 0x5f],
  "f64x2.relaxed_madd": ["vvv", "v", 0xfd, 0x87, 0x02],
} as const;

/** The name of an instruction without immediates. */
export type Instruction = keyof typeof instructions;

/** Instructions that take a number of a lane. */
export const laneInstructions = {
  "i32x4.extract_lane": ["v", "i", 0xfd, 0x1b],
  "i32x4.replace_lane": ["vi", "v", 0xfd, 0x1c],
  "f64x2.extract_lane": ["v", "d", 0xfd, 0x21],
  "f64x2.replace_lane": ["vd", "v", 0xfd, 0x22],
} as const;

/** The name of an instruction that takes the number of a lane. */
export type LaneInstruction = keyof typeof laneInstructions;

/** Instructions that read memory at an address plus an offset. The number after the types is the logarithm of the alignment that they hint at. */
export const loads = {
  "i32.load": ["i", "i", 2, 0x28],
  "i32.load8_u": ["i", "i", 0, 0x2d],
  "i64.load": ["i", "l", 3, 0x29],
  "f32.load": ["i", "f", 2, 0x2a],
  "f64.load": ["i", "d", 3, 0x2b],
  "v128.load": ["i", "v", 2, 0xfd, 0x00],
  "v128.load32_splat": ["i", "v", 2, 0xfd, 0x09],
  "v128.load64_splat": ["i", "v", 2, 0xfd, 0x0a],
  "v128.load32_zero": ["i", "v", 2, 0xfd, 0x5c],
} as const;

/** The name of an instruction that reads memory. */
export type Load = keyof typeof loads;

/** Instructions that read memory into one lane of a vector. */
export const laneLoads = {
  "v128.load32_lane": ["iv", "v", 2, 0xfd, 0x56],
  "v128.load64_lane": ["iv", "v", 2, 0xfd, 0x57],
} as const;

/** The name of an instruction that reads memory into one lane. */
export type LaneLoad = keyof typeof laneLoads;

/** Instructions that write memory at an address plus an offset: the type of what is written, the alignment, the bytes. */
export const stores = {
  "i32.store": ["i", 2, 0x36],
  "i64.store": ["l", 3, 0x37],
  "f32.store": ["f", 2, 0x38],
  "f64.store": ["d", 3, 0x39],
  "v128.store": ["v", 2, 0xfd, 0x0b],
} as const;

/** The name of an instruction that writes memory. */
export type Store = keyof typeof stores;

/** Instructions that write one lane of a vector. */
export const laneStores = {
  "v128.store8_lane": [0, 0xfd, 0x58],
  "v128.store32_lane": [2, 0xfd, 0x5a],
  "v128.store64_lane": [2, 0xfd, 0x5b],
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
