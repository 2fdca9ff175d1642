/** How are float64 numbers added up without an error? The halves of mantissas of one sign and exponent are integers, which a float64 adds. */
import { type ExactSum, addSums, noSum } from "./exact-sum.ts";
import { notFiniteOf } from "./float32-bins.ts";

/** One bin for each sign and exponent. */
const bins = 4096;
/** So many halves of 32 bits have a sum below 2^53. */
const mostTerms = 2 ** 20;
/** Whether the first half of a number is the one with sign and exponent. */
const highFirst = new Uint32Array(Float64Array.of(1).buffer)[0] !== 0;

/** Adds up float64 numbers, as the large superaccumulator of R. M. Neal, Fast exact summation using small and large superaccumulators (2015). */
export class Float64Bins {
  readonly #high = new Float64Array(bins);
  readonly #low = new Float64Array(bins);
  /** How many terms are in the bins. */
  #pending = 0;
  #sum: ExactSum = noSum;

  /** Adds the elements from one place to before another. */
  add(values: Float64Array, from: number = 0, to: number = values.length): void {
    for (let start = from; start < to;) {
      if (this.#pending === mostTerms) this.#flush();
      const end = Math.min(to, start + mostTerms - this.#pending);
      this.#addBlock(values, start, end);
      start = end;
    }
  }

  /** The sum of all that was added. */
  get sum(): ExactSum {
    this.#flush();
    return this.#sum;
  }

  #addBlock(values: Float64Array, from: number, to: number): void {
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
    this.#pending += to - from;
    this.#sum = { ...this.#sum, count: this.#sum.count + to - from };
    if (high[2047] === 0 && high[4095] === 0) return;
    for (const bin of [2047, 4095]) high[bin] = low[bin] = 0;
    this.#sum = addSums(this.#sum, notFiniteOf(values, from, to));
  }

  #flush(): void {
    let units = 0n;
    for (let bin = 0; bin < bins; bin++) {
      const [high, low] = [this.#high[bin]!, this.#low[bin]!];
      if (high === 0 && low === 0) continue;
      const exponent = bin & 2047;
      const size = ((BigInt(high) << 32n) + BigInt(low)) << BigInt(Math.max(exponent, 1) - 1);
      units += bin < 2048 ? size : -size;
    }
    this.#high.fill(0);
    this.#low.fill(0);
    this.#pending = 0;
    this.#sum = { ...this.#sum, units: this.#sum.units + units };
  }
}
