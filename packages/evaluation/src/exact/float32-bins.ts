/** How are float32 numbers added up without an error? Those of one exponent are integers of 24 bits, which a float64 adds exactly. */
import { Bins } from "./bins.ts";
import { unitBits } from "./exact-sum.ts";

/** One bin for each exponent. */
const exponents = 256;
/** Bins of one set follow each other less often, so that equal exponents in a row don't wait for each other. */
const sets = 4;
/** So many integers of 24 bits have a sum below 2^52. */
const mostTerms = 2 ** 28;
/** The exponent of infinities and NaN. */
const last = exponents - 1;

/** Adds up float32 numbers. */
export class Float32Bins extends Bins<Float32Array> {
  readonly #bins = new Float64Array(sets * exponents);

  constructor() {
    super(mostTerms);
  }

  protected addBlock(values: Float32Array, from: number, to: number): boolean {
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    const bins = this.#bins;
    let index = from;
    for (; index + 3 < to; index += 4) {
      bins[(bits[index]! >>> 23) & 255]! += values[index]!;
      bins[((bits[index + 1]! >>> 23) & 255) + 256]! += values[index + 1]!;
      bins[((bits[index + 2]! >>> 23) & 255) + 512]! += values[index + 2]!;
      bins[((bits[index + 3]! >>> 23) & 255) + 768]! += values[index + 3]!;
    }
    for (; index < to; index++) bins[(bits[index]! >>> 23) & 255]! += values[index]!;
    let isFinite = true;
    for (let bin = last; bin < bins.length; bin += exponents) {
      isFinite &&= bins[bin] === 0;
      bins[bin] = 0;
    }
    return isFinite;
  }

  protected takeUnits(): bigint {
    const bins = this.#bins;
    let units = 0n;
    for (let exponent = 0; exponent < last; exponent++) {
      let total = 0;
      for (let set = 0; set < sets; set++) total += bins[set * exponents + exponent]!;
      if (total === 0) continue;
      // Subnormals have the unit of the least exponent.
      const unit = Math.max(exponent, 1) - 150;
      units += BigInt(total * 2 ** -unit) << BigInt(unit + unitBits);
    }
    bins.fill(0);
    return units;
  }
}
