/** How are float32 numbers added up without an error? Those of one exponent are integers of 24 bits, which a float64 adds exactly. */
import { type ExactSum, addSums, noSum, unitBits } from "./exact-sum.ts";

/** One bin for each exponent. */
const exponents = 256;
/** Bins of one set follow each other less often, so that equal exponents in a row don't wait for each other. */
const sets = 4;
/** So many integers of 24 bits have a sum below 2^52. */
const mostTerms = 2 ** 28;
/** That of infinities and NaN. */
const last = exponents - 1;

/** Adds up float32 numbers. */
export class Float32Bins {
  readonly #bins = new Float64Array(sets * exponents);
  /** How many terms are in the bins. */
  #pending = 0;
  #sum: ExactSum = noSum;

  /** Adds the elements from one place to before another. */
  add(values: Float32Array, from: number = 0, to: number = values.length): void {
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

  #addBlock(values: Float32Array, from: number, to: number): void {
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
    this.#pending += to - from;
    this.#sum = { ...this.#sum, count: this.#sum.count + to - from };
    for (let set = 0; set < sets; set++) {
      if (bins[set * exponents + last] === 0) continue;
      for (let each = 0; each < sets; each++) bins[each * exponents + last] = 0;
      this.#sum = addSums(this.#sum, notFiniteOf(values, from, to));
    }
  }

  #flush(): void {
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
    this.#pending = 0;
    this.#sum = { ...this.#sum, units: this.#sum.units + units };
  }
}

/** How many of the elements are not finite, by kind; they are counted as terms elsewhere. */
export function notFiniteOf(values: Float32Array | Float64Array, from: number, to: number): ExactSum {
  let [nan, positiveInfinity, negativeInfinity] = [0, 0, 0];
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) nan++;
    else if (value === Infinity) positiveInfinity++;
    else if (value === -Infinity) negativeInfinity++;
  }
  return { ...noSum, nan, positiveInfinity, negativeInfinity };
}
