/** What is x to the power of y? Long: worth a function of the module. */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, doubles, f32x4, f64x2, floats, i64x2, int, shuffle, v128 } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { splitAny } from "./log.ts";
import { polynomialOfDoubles } from "./polynomial.ts";

/** Beyond these, 2^x is 0 or Infinity. */
const [lowest, highest] = [-160, 160];

/** Added to a number of less than 51 bits, it leaves the nearest whole number, plus the bias, in the last bits of the sum. */
const magic = 1.5 * 2 ** 52 + 1023;

const exponentStart = 52;

/** log2((1 + s) / (1 - s)) / s, a function of s^2; to 2^-37. */
const logarithm = [2.8853900817902938, 0.9617966732256025, 0.5770836018869805, 0.4116718297459133, 0.3407453860430479];

/** 2^x where |x| <= 1/2; to 2^-28. */
const exponential = [
  1, 0.693147202848107, 0.2402264791006465, 0.05550332476576484, 0.00961843770926494, 0.0013398873457982062,
  0.0001535327903648555,
];

/** x^y of four float32, computed in float64. */
export function pow(
  f: FunctionWriter,
  x: Expression<"v128">,
  y: Expression<"v128">,
  arithmetic: Arithmetic,
): Expression<"v128"> {
  const { exponent, fraction } = splitAny(f, f.define(f32x4.abs(x)));
  const ofHalf = (half: (x: Expression<"v128">) => Expression<"v128">): Expression<"v128"> => {
    const log2 = log2OfParts(f, half(exponent), half(fraction), arithmetic);
    return f32x4.demote_f64x2_zero(exp2(f, f64x2.mul(half(y), log2), arithmetic));
  };
  const [low, high] = [f.define(ofHalf(lowHalf)), f.define(ofHalf(highHalf))];
  return withSign(f, x, y, f.define(shuffle(low, high, [0, 1, 4, 5])));
}

function lowHalf(x: Expression<"v128">): Expression<"v128"> {
  return f64x2.promote_low_f32x4(x);
}

function highHalf(x: Expression<"v128">): Expression<"v128"> {
  return f64x2.promote_low_f32x4(shuffle(x, x, [2, 3, 2, 3]));
}

/** log2(2^exponent (1 + fraction)) of two float64. */
function log2OfParts(
  f: FunctionWriter,
  exponent: Expression<"v128">,
  fraction: Expression<"v128">,
  arithmetic: Arithmetic,
): Expression<"v128"> {
  const x = f.define(fraction);
  const s = f.define(f64x2.div(x, f64x2.add(x, doubles(2))));
  const square = f.define(f64x2.mul(s, s));
  return arithmetic.multiplyAddDoubles(polynomialOfDoubles(arithmetic, square, logarithm), s, exponent);
}

/** 2^x of two float64. */
function exp2(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const bounded = f.define(f64x2.pmin(f64x2.pmax(x, doubles(lowest)), doubles(highest)));
  const shifted = f.define(f64x2.add(bounded, doubles(magic)));
  const fraction = f.define(f64x2.sub(bounded, f64x2.sub(shifted, doubles(magic))));
  const power = i64x2.shl(shifted, int(exponentStart));
  return f64x2.mul(polynomialOfDoubles(arithmetic, fraction, exponential), power);
}

/** x^y from |x|^y. */
function withSign(
  f: FunctionWriter,
  x: Expression<"v128">,
  y: Expression<"v128">,
  size: Expression<"v128">,
): Expression<"v128"> {
  const half = f.define(f32x4.mul(y, floats(0.5)));
  const whole = f.define(f32x4.eq(f32x4.nearest(y), y));
  const odd = v128.and(whole, f32x4.ne(f32x4.nearest(half), half));
  const negative = v128.and(v128.and(x, floats(-0)), odd);
  const finite = v128.and(f32x4.lt(x, floats(0)), f32x4.gt(x, floats(-Infinity)));
  // All ones are NaN.
  const none = v128.andnot(finite, whole);
  return v128.bitselect(floats(1), v128.or(v128.or(size, negative), none), f32x4.eq(y, floats(0)));
}
