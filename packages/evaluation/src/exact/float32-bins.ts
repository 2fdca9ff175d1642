/** How are float32 numbers added up without an error? Those of one exponent are integers of 24 bits, which a float64 adds exactly. */
import { Bins } from "./bins.ts";
import { unitBits } from "./exact-sum.ts";

/** One bin for each exponent. */
const exponents = 256;
/** The exponent of infinities and NaN. */
const last = exponents - 1;
/** So many integers of 24 bits have a sum below 2^52. */
const mostTerms = 2 ** 28;
/** From so many on, a block goes through the four sets. */
const fewest = 1024;

/**
 * Four sets of bins of one block, zeros before and after. Bins of one set follow each other less often, so that equal exponents in a row don't wait for each
 * other; and an array that never changes is faster.
 */
const four = new Float64Array(4 * exponents);

/** Adds up float32 numbers. */
export class Float32Bins extends Bins<Float32Array> {
  readonly #bins = new Float64Array(exponents);

  constructor() {
    super(mostTerms);
  }

  protected addBlock(values: Float32Array, from: number, to: number): boolean {
    const bins = this.#bins;
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    let index = from;
    if (to - from >= fewest) {
      index = scatter(values, bits, from, to);
      for (let bin = 0; bin < exponents; bin++) {
        bins[bin]! += four[bin]! + four[bin + 256]! + four[bin + 512]! + four[bin + 768]!;
      }
      four.fill(0);
    }
    for (; index < to; index++) bins[(bits[index]! >>> 23) & 255]! += values[index]!;
    const isFinite = bins[last] === 0;
    bins[last] = 0;
    return isFinite;
  }

  protected takeUnits(): bigint {
    let units = 0n;
    for (let exponent = 0; exponent < last; exponent++) {
      const total = this.#bins[exponent]!;
      if (total === 0) continue;
      // Subnormals have the unit of the least exponent.
      const unit = Math.max(exponent, 1) - 150;
      units += BigInt(total * 2 ** -unit) << BigInt(unit + unitBits);
    }
    this.#bins.fill(0);
    return units;
  }
}

/** Adds numbers to the bins of a block, four by four, and returns the place of the first that is left. */
function scatter(values: Float32Array, bits: Int32Array, from: number, to: number): number {
  let index = from;
  for (; index + 3 < to; index += 4) {
    four[(bits[index]! >>> 23) & 255]! += values[index]!;
    four[((bits[index + 1]! >>> 23) & 255) + 256]! += values[index + 1]!;
    four[((bits[index + 2]! >>> 23) & 255) + 512]! += values[index + 2]!;
    four[((bits[index + 3]! >>> 23) & 255) + 768]! += values[index + 3]!;
  }
  return index;
}
