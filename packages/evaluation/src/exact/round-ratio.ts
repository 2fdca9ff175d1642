/** Which float64 is nearest to a quotient of integers? */

/**
 * The quotient, correctly rounded: to the nearest float64, of two equally near ones to the even, subnormals and overflow included. The
 * denominator is above 0.
 */
export function roundRatio(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  return numerator < 0n ? -roundPositive(-numerator, denominator) : roundPositive(numerator, denominator);
}

/** Of a float64. */
const digits = 53;
const leastExponent = -1074;

function roundPositive(numerator: bigint, denominator: bigint): number {
  // The quotient of these has one or two bits more than a float64, or ends one bit below the least subnormal.
  const exponent = Math.max(bitLength(numerator) - bitLength(denominator) - digits - 1, leastExponent - 1);
  const [dividend, divisor] =
    exponent >= 0 ? [numerator, denominator << BigInt(exponent)] : [numerator << BigInt(-exponent), denominator];
  const quotient = dividend / divisor;
  const drop = Math.max(bitLength(quotient) - digits, leastExponent - exponent);
  const mantissa = roundBits(quotient, drop, dividend % divisor !== 0n);
  return scale(Number(mantissa), exponent + drop);
}

/** The integer without so many of its last bits, rounded to even; `more` is whether it was cut off itself. */
function roundBits(value: bigint, drop: number, more: boolean): bigint {
  if (drop <= 0) return value;
  const kept = value >> BigInt(drop);
  const rest = value & ((1n << BigInt(drop)) - 1n);
  const half = 1n << BigInt(drop - 1);
  const isUp = rest > half || (rest === half && (more || (kept & 1n) === 1n));
  return isUp ? kept + 1n : kept;
}

/** The integer of at most 53 bits, times a power of 2: each step is exact, for the product is a float64 or too large for one. */
function scale(integer: number, exponent: number): number {
  if (exponent > 1000) return scale(integer * 2 ** 1000, exponent - 1000);
  return exponent < -1022 ? integer * 2 ** (exponent + 1022) * 2 ** -1022 : integer * 2 ** exponent;
}

function bitLength(value: bigint): number {
  const hexadecimal = value.toString(16);
  return hexadecimal.length * 4 - Math.clz32(Number.parseInt(hexadecimal[0]!, 16)) + 28;
}
