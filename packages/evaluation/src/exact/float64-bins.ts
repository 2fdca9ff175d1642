/** How are float64 numbers added up without an error? The halves of mantissas of one sign and exponent are integers, which a float64 adds. */
import { Bins } from "./bins.ts";

/** One bin for each sign and exponent. */
const count = 4096;
/** So many halves of 32 bits have a sum below 2^53. */
const mostTerms = 2 ** 20;
/** Whether the first half of a number is the one with sign and exponent. */
const highFirst = new Uint32Array(Float64Array.of(1).buffer)[0] !== 0;

/** Adds up float64 numbers, as the large superaccumulator of R. M. Neal, Fast exact summation using small and large superaccumulators (2015). */
export class Float64Bins extends Bins<Float64Array> {
  readonly #high = new Float64Array(count);
  readonly #low = new Float64Array(count);

  constructor() {
    super(mostTerms);
  }

  protected addBlock(values: Float64Array, from: number, to: number): boolean {
    const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
    const [high, low] = [this.#high, this.#low];
    const [first, second] = highFirst ? [0, 1] : [1, 0];
    for (let index = from; index < to; index++) {
      const word = words[2 * index + first]!;
      const bin = word >>> 20;
      // A subnormal lacks the leading bit.
      high[bin]! += (word & 0xfffff) + ((bin & 2047) === 0 ? 0 : 0x100000);
      low[bin]! += words[2 * index + second]!;
    }
    const isFinite = high[2047] === 0 && high[4095] === 0;
    for (const bin of [2047, 4095]) high[bin] = low[bin] = 0;
    return isFinite;
  }

  protected takeUnits(): bigint {
    let units = 0n;
    for (let bin = 0; bin < count; bin++) {
      const [high, low] = [this.#high[bin]!, this.#low[bin]!];
      if (high === 0 && low === 0) continue;
      const exponent = bin & 2047;
      const size = ((BigInt(high) << 32n) + BigInt(low)) << BigInt(Math.max(exponent, 1) - 1);
      units += bin < 2048 ? size : -size;
    }
    this.#high.fill(0);
    this.#low.fill(0);
    return units;
  }
}
