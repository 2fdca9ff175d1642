/** How are products of floats added up without an error? */
import { type ExactSum, addSums, noSum } from "./exact-sum.ts";
import { Float64Bins } from "./float64-bins.ts";

/** Floats of either precision. */
export type Floats = Float32Array | Float64Array;

/** How many products are made at a time, in memory that all share. */
const blockLength = 4096;
const block = new Float64Array(blockLength);

/**
 * Adds up products of two floats. Those of float32 are float64 numbers; of float64 the error of each product is added too, so that all that
 * is lost of a product is below 2^-1074. One beyond the range of float64 is infinite.
 */
export class ProductBins {
  readonly #products = new Float64Bins();
  #errors: Float64Bins | undefined;

  /** Adds the products of elements at the same place, from one place to before another. */
  add(left: Floats, right: Floats, from: number = 0, to: number = left.length): void {
    for (let start = from; start < to; start += blockLength) {
      const length = Math.min(blockLength, to - start);
      for (let index = 0; index < length; index++) block[index] = left[start + index]! * right[start + index]!;
      this.#products.add(block, 0, length);
      if (left instanceof Float32Array && right instanceof Float32Array) continue;
      this.#errors ??= new Float64Bins();
      for (let index = 0; index < length; index++) {
        block[index] = errorOf(left[start + index]!, right[start + index]!, block[index]!);
      }
      this.#errors.add(block, 0, length);
    }
  }

  /** The sum of all that was added. */
  get sum(): ExactSum {
    const errors = this.#errors === undefined ? noSum : { ...this.#errors.sum, count: 0 };
    return addSums(this.#products.sum, errors);
  }
}

/** What a product lacks, by T. J. Dekker's splitting of both factors into halves; 0 if it is not finite. */
function errorOf(left: number, right: number, product: number): number {
  if (!Number.isFinite(product) || product === 0) return 0;
  // Halves of larger factors would be infinite.
  if (Math.abs(left) > large) return errorOf(left * 2 ** -64, right, product * 2 ** -64) * 2 ** 64;
  if (Math.abs(right) > large) return errorOf(left, right * 2 ** -64, product * 2 ** -64) * 2 ** 64;
  const [leftHigh, rightHigh] = [upperHalf(left), upperHalf(right)];
  const [leftLow, rightLow] = [left - leftHigh, right - rightHigh];
  return leftLow * rightLow - (product - leftHigh * rightHigh - leftLow * rightHigh - leftHigh * rightLow);
}

const large = 2 ** 970;

function upperHalf(value: number): number {
  const scaled = value * (2 ** 27 + 1);
  return scaled - (scaled - value);
}
