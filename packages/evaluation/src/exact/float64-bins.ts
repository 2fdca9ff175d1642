/** How are float64 numbers added up without an error? The halves of mantissas of one sign and exponent are integers, which a float64 adds. */
import { Bins } from "./bins.ts";

/** So many halves of 32 bits have a sum below 2^53. */
const mostTerms = 2 ** 20;
/** The exponent of infinities and NaN. */
const notFinite = 2047;
/** The first bin of negative numbers. */
const negative = 2048;
/** So many exponents have bins at first. */
const firstWidth = 32;
/** Whether the first half of a number is the one with sign and exponent. */
const highFirst = new Uint32Array(Float64Array.of(1).buffer)[0] !== 0;

/** Bins of one block, for each sign and exponent: zeros before and after. Arrays that never change are three times as fast. */
const high = new Float64Array(2 * negative);
const low = new Float64Array(2 * negative);

/** Exponents from one to another; if the first is above, none. */
interface Exponents {
  readonly least: number;
  readonly most: number;
}

/**
 * Adds up float64 numbers, as the large superaccumulator of R. M. Neal, Fast exact summation using small and large superaccumulators (2015). A sum
 * keeps as many bins as the exponents that occur need, mostly some dozens and not 2047: an evaluation of many groups has thousands of sums.
 */
export class Float64Bins extends Bins<Float64Array> {
  #exponents: Exponents = { least: notFinite, most: 0 };
  /** A power of 2: an exponent has the bin of its last bits, which no other has then. Positive numbers less negative ones. */
  #high: Float64Array = new Float64Array(firstWidth);
  #low: Float64Array = new Float64Array(firstWidth);

  constructor() {
    super(mostTerms);
  }

  protected addBlock(values: Float64Array, from: number, to: number): boolean {
    const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
    const exponents = scatter(words, from, to);
    const isFinite = exponents.most < notFinite;
    if (!isFinite) for (const bin of [notFinite, negative + notFinite]) high[bin] = low[bin] = 0;
    // Subnormals have the unit of exponent 1, and a zero adds nothing.
    const least = isEmpty(0) ? exponents.least : 1;
    let most = Math.max(exponents.most, isEmpty(0) ? 0 : 1);
    if (!isFinite) while (most > 0 && isEmpty(most)) most--;
    this.#makeRoom({ least, most });
    this.#take(0, 1);
    for (let exponent = least; exponent <= most; exponent++) this.#take(exponent, exponent);
    return isFinite;
  }

  /** Takes what the block has in the bins of one exponent, in the unit of another. */
  #take(exponent: number, unit: number): void {
    const bin = unit & (this.#high.length - 1);
    this.#high[bin]! += high[exponent]! - high[negative + exponent]!;
    this.#low[bin]! += low[exponent]! - low[negative + exponent]!;
    high[exponent] = high[negative + exponent] = low[exponent] = low[negative + exponent] = 0;
  }

  /** Makes more bins if these exponents would share some. */
  #makeRoom({ least, most }: Exponents): void {
    const before = this.#exponents;
    const all = { least: Math.min(before.least, least), most: Math.max(before.most, most) };
    this.#exponents = all;
    const width = this.#high.length;
    let wider = width;
    while (all.most - all.least >= wider) wider *= 2;
    if (wider === width) return;
    [this.#high, this.#low] = [this.#high, this.#low].map((bins) => {
      const more = new Float64Array(wider);
      for (let exponent = before.least; exponent <= before.most; exponent++) {
        more[exponent & (wider - 1)] = bins[exponent & (width - 1)]!;
      }
      return more;
    }) as [Float64Array, Float64Array];
  }

  protected takeUnits(): bigint {
    const { least, most } = this.#exponents;
    let units = 0n;
    for (let exponent = least; exponent <= most; exponent++) {
      const bin = exponent & (this.#high.length - 1);
      units += ((BigInt(this.#high[bin]!) << 32n) + BigInt(this.#low[bin]!)) << BigInt(exponent - 1);
    }
    this.#high.fill(0);
    this.#low.fill(0);
    return units;
  }
}

/** Whether the block has nothing in the bins of an exponent. */
function isEmpty(exponent: number): boolean {
  return [exponent, negative + exponent].every((bin) => high[bin] === 0 && low[bin] === 0);
}

/** Adds the halves of numbers to the bins of a block, and returns their exponents but 0. */
function scatter(words: Int32Array, from: number, to: number): Exponents {
  const first = highFirst ? 0 : 1;
  const second = 1 - first;
  let least = notFinite;
  let most = 0;
  for (let index = from; index < to; index++) {
    const word = words[2 * index + first]!;
    const bin = word >>> 20;
    const exponent = bin & 2047;
    if (exponent > most) most = exponent;
    if (exponent < least && exponent > 0) least = exponent;
    // The leading bit, 2^20, which exponent 0 lacks.
    high[bin]! += (word & 0xfffff) | (((exponent + 2047) & 2048) << 9);
    low[bin]! += words[2 * index + second]! >>> 0;
  }
  return { least, most };
}
