/** How do bins add up numbers? In blocks, after each of which all bins still hold exact sums. */
import { type ExactSum, addSums, noSum } from "./exact-sum.ts";

/** Adds up floats of one precision. */
export abstract class Bins<Values extends Float32Array | Float64Array> {
  readonly #mostTerms: number;
  /** How many terms are in the bins. */
  #pending = 0;
  #sum: ExactSum = noSum;

  /** `mostTerms` is how many terms all bins can hold. */
  protected constructor(mostTerms: number) {
    this.#mostTerms = mostTerms;
  }

  /** Adds the elements from one place to before another. */
  add(values: Values, from: number = 0, to: number = values.length): void {
    for (let start = from; start < to;) {
      if (this.#pending === this.#mostTerms) this.#empty();
      const end = Math.min(to, start + this.#mostTerms - this.#pending);
      this.#pending += end - start;
      this.#sum = { ...this.#sum, count: this.#sum.count + end - start };
      if (!this.addBlock(values, start, end)) this.#sum = addSums(this.#sum, notFiniteOf(values, start, end));
      start = end;
    }
  }

  /** The sum of all that was added. */
  get sum(): ExactSum {
    this.#empty();
    return this.#sum;
  }

  #empty(): void {
    this.#sum = { ...this.#sum, units: this.#sum.units + this.takeUnits() };
    this.#pending = 0;
  }

  /** Adds elements to the bins; false if some are not finite, which are left out. */
  protected abstract addBlock(values: Values, from: number, to: number): boolean;

  /** What is in the bins, in units of the least float64; they are empty then. */
  protected abstract takeUnits(): bigint;
}

/** How many of the elements are not finite, by kind; they are counted as terms elsewhere. */
function notFiniteOf(values: Float32Array | Float64Array, from: number, to: number): ExactSum {
  let [nan, positiveInfinity, negativeInfinity] = [0, 0, 0];
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) nan++;
    else if (value === Infinity) positiveInfinity++;
    else if (value === -Infinity) negativeInfinity++;
  }
  return { ...noSum, nan, positiveInfinity, negativeInfinity };
}
