/** What do generated programs take from outside: tables and the few functions that are not inlined? */
import { castNumber, unaryScalar } from "@symloss/core/engine";
import { rowLibrary } from "./rows.ts";
import { addTiles } from "./tiles.ts";

const bits = new Float64Array(1);

const powers = new Float64Array(2 ** 16);
for (let m = 160; m < 4616; m++) powers[m] = m > 4613 ? Infinity : 2 ** ((m - 2560) / 16);

/** By the names that programs use. */
export const library: Readonly<Record<string, unknown>> = {
  fround: Math.fround,
  addTiles,
  ...rowLibrary,
  erf: unaryScalar.erf,
  lgamma: unaryScalar.lgamma,
  digamma: unaryScalar.digamma,
  /** `+ 0`, for an int32 has no -0. */
  toInt32: (value: number): number => castNumber(value, "int32") + 0,
  /**
   * 2^((m - 2560) / 16), but 0 where a float32 is 0 and Infinity where it is Infinity. Only these are ever read, and
   * what NaN leads to: there is an entry for whatever 16 bits say.
   */
  powers,
  /** log(1 + n/128) and 1 / (1 + n/128) */
  logarithms: Float64Array.from({ length: 129 }, (_, n) => Math.log1p(n / 128)),
  inverses: Float64Array.from({ length: 129 }, (_, n) => 1 / (1 + n / 128)),
  bits,
  /** The two halves of the double, the higher second. */
  words: new Int32Array(bits.buffer),
  /** 2^-(e - 1022) */
  scales: Float64Array.from({ length: 2046 }, (_, e) => 2 ** (1022 - e)),
};
