/** What are the logarithm of the gamma function and its derivative, of a number? */
import { polynomial } from "./polynomial.ts";

/** zeta(k) - 1 for k from 2: what the series around 2 are made of. */
const zetas: readonly number[] = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
  0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5, 3.058823630702049e-5, 1.528225940865187e-5,
  7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6, 9.539620338727962e-7, 4.769329867878064e-7,
  2.38450502727733e-7, 1.1921992596531106e-7, 5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8,
  7.45071178983543e-9, 3.725334024788457e-9,
];

/** 1 - Euler's constant: the derivative at 2. */
const slopeAtTwo = 0.42278433509846713;

/** lgamma(2 + z) / z, by powers of z: for z from -1/2 to 1/2, where 2 is the zero of lgamma. */
export const logGammaNearTwo: readonly number[] = [
  slopeAtTwo,
  ...zetas.map((zeta, index) => ((-1) ** index * zeta) / (index + 2)),
];

/** digamma(2 + z), by powers of z. */
export const digammaNearTwo: readonly number[] = [slopeAtTwo, ...zetas.map((zeta, index) => (-1) ** index * zeta)];

/** The Bernoulli numbers B2, B4, .. */
export const bernoulli: readonly number[] = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];

/** From here on the series of Stirling hold, which are made of Bernoulli's numbers. */
export const far = 8;

/** What Stirling's formula lacks, times x, by powers of 1 / x^2. */
export const logGammaFar: readonly number[] = bernoulli.map(
  (value, index) => value / ((2 * index + 2) * (2 * index + 1)),
);

/** What log x - 1 / (2 x) has too much, times x^2, by powers of 1 / x^2. */
export const digammaFar: readonly number[] = bernoulli.map((value, index) => value / (2 * index + 2));

/** log(2 pi) / 2 */
export const halfLogOfTwoPi = 0.9189385332046728;

/** From here on negative numbers are mirrored. */
export const mirror = -0.5;

/** From here on all numbers are whole. */
const whole = 2 ** 52;

/** log |gamma(x)|; Infinity where gamma has a pole: at 0, -1, -2 and so on, and at -Infinity. */
export function logGamma(x: number): number {
  if (x < mirror) return mirroredLogGamma(x);
  if (!(x < far))
    return (x - 0.5) * (Math.log(x) - 1) + (halfLogOfTwoPi - 0.5) + polynomial(logGammaFar, 1 / (x * x)) / x;
  const nearest = Math.round(x);
  const rest = x - nearest;
  const start = rest * polynomial(logGammaNearTwo, rest);
  if (nearest === 1) return start - Math.log1p(rest);
  if (nearest < 1) return start - Math.log1p(x) - Math.log(Math.abs(x));
  let product = 1;
  for (let step = 1; step <= nearest - 2; step++) product *= x - step;
  return start + Math.log(product);
}

/** The derivative of log |gamma(x)|: NaN at -1, -2 and so on, where it has no sign, and at 0 an infinity like -1 / x. */
export function digamma(x: number): number {
  if (x < mirror) return mirroredDigamma(x);
  if (!(x < far)) return Math.log(x) - 0.5 / x - polynomial(digammaFar, 1 / (x * x)) / x / x;
  const nearest = Math.round(x);
  const rest = x - nearest;
  let value = polynomial(digammaNearTwo, rest);
  for (let step = 1; step <= nearest - 2; step++) value += 1 / (x - step);
  if (nearest <= 1) value -= 1 / (rest + 1);
  if (nearest < 1) value -= 1 / x;
  return value;
}

/** gamma(x) gamma(-x) = -pi / (x sin(pi x)). */
function mirroredLogGamma(x: number): number {
  const rest = x > -whole ? x - Math.round(x) : 0;
  if (rest === 0) return Infinity;
  return Math.log(Math.PI / (-x * Math.abs(Math.sin(Math.PI * rest)))) - logGamma(-x);
}

function mirroredDigamma(x: number): number {
  const rest = x > -whole ? x - Math.round(x) : 0;
  return rest === 0 ? NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * rest);
}
