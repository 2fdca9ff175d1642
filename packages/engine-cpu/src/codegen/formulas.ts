/** How is each scalar operation printed as JavaScript, without branches that depend on the data? */
import type { DType } from "@symloss/core/engine";
import type { ScalarOperation } from "@symloss/loops";

/** What a formula may ask of the program around it. */
export interface Site {
  readonly dtype: DType;
  /** Whether it runs for each element; if not, the shorter of two forms with the same result is better. */
  readonly hot: boolean;
  /** Whether a condition is nearly always the same, so that a branch on it costs nothing. */
  isPredictable(condition: string): boolean;
  /** A name that nothing else has. */
  name(): string;
  /** The first of as many slots in the array `S`, holding these numbers until something else is stored. `H` reads each as four times 16 bits. */
  slots(initial: readonly number[]): number;
}

/** The statements that prepare the result, and the result. */
export interface Formula {
  readonly before: string;
  readonly result: string;
  /** For a condition: an expression that is truthy if the result is 1, where nothing else is needed. */
  readonly test?: string;
}

/** The formula for operands, which are names or literals. */
type FormulaOf = (operands: readonly string[], site: Site) => Formula;

/** A formula for each operation. Bools are 0 and 1. */
export const formulas: { readonly [O in ScalarOperation]: FormulaOf } = {
  neg: arithmetic((x) => `-${x}`),
  abs: arithmetic((x) => `Math.abs(${x})`),
  // The middle slot carries 0, -0 and NaN.
  sign: ([x], site) => {
    const slot = site.slots([-1, 0, 1]);
    return { before: `S[${slot + 1}]=${x};`, result: `S[${slot + 1}+(${x}>0)-(${x}<0)]` };
  },
  exp: ([x], site) => (isSingle(site) ? exponential(x!, site, true) : plain(`Math.exp(${x})`)),
  expNonPositive: ([x], site) => (isSingle(site) ? exponential(x!, site, false) : plain(`Math.exp(${x})`)),
  expm1: call("Math.expm1"),
  log: ([x], site) => (isSingle(site) ? logarithm(x!, site) : plain(`Math.log(${x})`)),
  log1p: call("Math.log1p"),
  sqrt: call("Math.sqrt"),
  tanh: call("Math.tanh"),
  erf: call("erf"),
  atan: call("Math.atan"),
  lgamma: call("lgamma"),
  digamma: call("digamma"),
  relu: ([x, size], site) => {
    if (!isSingle(site)) return plain(`Math.max(${x},0)`);
    // Exact: x + |x| is 2 x or 0. Only for -Infinity would it be NaN.
    const name = site.name();
    const before =
      size === undefined
        ? `let ${name}=0.5*(${x}+Math.abs(${x}));if(${x}<${-largest})${name}=0;`
        : `let ${name}=0.5*(${x}+${size});if(${size}>${largest})${name}=Math.max(${x},0);`;
    return { before, result: name };
  },
  logicalNot: ([x]) => plain(`${x}^1`),

  add: arithmetic((x, y) => `${x}+${y}`),
  sub: arithmetic((x, y) => `${x}-${y}`),
  mul: arithmetic((x, y) => `${x}*${y}`),
  div: ([x, y]) => plain(`${x}/${y}`),
  pow: arithmetic((x, y) => `Math.pow(${x},${y})`),
  maximum: ([x, y]) => plain(`Math.max(${x},${y})`),
  minimum: ([x, y]) => plain(`Math.min(${x},${y})`),
  equal: ([x, y]) => condition(isInfinite(x!) ? beyond(y!, x!) : isInfinite(y!) ? beyond(x!, y!) : `${x}===${y}`),
  less: ([x, y]) => condition(`${x}<${y}`),
  lessEqual: ([x, y]) => condition(`${x}<=${y}`),
  logicalAnd: ([x, y], site) => {
    if (site.isPredictable(x!)) return condition(`${x}&&${y}`);
    return site.isPredictable(y!) ? condition(`${y}&&${x}`) : plain(`${x}&${y}`);
  },
  logicalOr: ([x, y]) => plain(`${x}|${y}`),

  where: ([choice, x, y], site) => {
    if (!site.hot || site.isPredictable(choice!)) return plain(`${choice}?${x}:${y}`);
    return select(choice!, x!, y!, site);
  },
  round: ([x]) => plain(`fround(${x})`),
  toInt32: ([x]) => plain(`toInt32(${x})`),
  toBool: ([x]) => plain(`(${x}!==0)|0`),
  convert: ([x]) => plain(x!),
  lesser: ([x, y], site) => (site.hot ? select(`((${x}<=${y})|0)`, x!, y!, site) : plain(`${x}<=${y}?${x}:${y}`)),
  minNonNegative: ([x, y], site) => {
    // x - relu(x - y). An x far above y, or NaN, is first brought near to it, so that no digits of y are lost.
    const [near, above] = [site.name(), site.name()];
    const far = 1e8 * Number(y);
    const before = `let ${near}=${x};if(!(${near}<=${far}))${near}=${far};const ${above}=${near}-${y};`;
    return { before, result: `${near}-0.5*(${above}+Math.abs(${above}))` };
  },
  log1pOfUnit: ([x], site) => {
    if (!isSingle(site)) return plain(`Math.log1p(${x})`);
    // A table of log(1 + n/128), and three terms for the rest; the entry for 0 is 0, so that nothing is lost there.
    const [entry, rest] = [site.name(), site.name()];
    return {
      before: `const ${entry}=${x}*128+0.5|0,${rest}=(${x}-${entry}*0.0078125)*inverses[${entry}];`,
      result: `logarithms[${entry}]+${rest}*(1+${rest}*(-0.5+${rest}*0.3333333333333333))`,
    };
  },
  // Nearly always x < y, and then nothing else is evaluated.
  beats: ([x, y, index, target]) =>
    plain(`${x}<${y}||(${x}===${y}&&${index}>=${target})?0:${y}===${y}||(${x}!==${x}&&${index}<${target})?1:0`),
  // A load is faster than a conversion from integer.
  flip: ([choice], site) => plain(`S[${site.slots([1, -1])}+${choice}]`),
  clampIndex: ([x, last]) => plain(`Math.min(Math.max(${x},0),${last})`),
};

/** 2 / (2 n + 1): the series of 2 artanh(s) / s in powers of s^2. */
const artanh: readonly number[] = Array.from({ length: 6 }, (_, n) => 2 / (2 * n + 1));

const largest = Number.MAX_VALUE;

function plain(result: string): Formula {
  return { before: "", result };
}

function condition(test: string): Formula {
  return { before: "", result: `(${test})|0`, test };
}

function isInfinite(operand: string): boolean {
  return Math.abs(Number(operand)) === Infinity;
}

/** Whether x is this infinity: one jump, while equality takes two. */
function beyond(x: string, infinity: string): string {
  return Number(infinity) > 0 ? `${x}>${largest}` : `${x}<${-largest}`;
}

function call(name: string): FormulaOf {
  return ([x]) => plain(`${name}(${x})`);
}

/** Integers saturate. */
function arithmetic(expression: (x: string, y: string) => string): FormulaOf {
  return ([x, y], { dtype }) => {
    const result = expression(x!, y!);
    return plain(dtype === "int32" ? `toInt32(${result})` : result);
  };
}

/** Whether float32 precision is enough. The context makes no difference: one value has one formula. */
function isSingle({ dtype }: Site): boolean {
  return dtype === "float32";
}

/** Selects through memory: a branch on the data would be mispredicted every other time. */
function select(condition: string, x: string, y: string, site: Site): Formula {
  const slot = site.slots([Number(y), Number(x)].map((value) => (Number.isNaN(value) ? 0 : value)));
  const store = (operand: string, at: number): string => (isLiteral(operand) ? "" : `S[${at}]=${operand};`);
  return { before: store(y, slot) + store(x, slot + 1), result: `S[${slot}+${condition}]` };
}

function isLiteral(operand: string): boolean {
  return !Number.isNaN(Number(operand));
}

/**
 * A table of 2^(m/16), and three terms for the rest. Below the smallest and above the largest float32 the table holds 0 and Infinity.
 * Added to a number whose last digit is 1, m + 2560 is rounded, and lies in the last bits.
 */
function exponential(x: string, site: Site, mayGrow: boolean): Formula {
  const [power, shifted, rest, slot] = [site.name(), site.name(), site.name(), site.slots([0])];
  return {
    before:
      `let ${power}=${x};if(${power}<-104)${power}=-104;` +
      (mayGrow ? `if(${power}>89)${power}=89;` : "") +
      `const ${shifted}=${power}*23.083120654223414+${unit + 2560};S[${slot}]=${shifted};` +
      `const ${rest}=${power}-(${shifted}-${unit + 2560})*0.04332169878499658;`,
    result: `powers[H[${4 * slot}]]*(1+${rest}+${rest}*${rest}*(0.5+${rest}*0.16666666666666666))`,
  };
}

/** Where the digits of a double end with the units; in its last bits it holds none. */
const unit = 1.5 * 2 ** 52;

/** e log 2 + 2 artanh((m - 1) / (m + 1)) of x = m 2^e, with m from sqrt(1/2) to sqrt(2) taken from the bits of the double. */
function logarithm(x: string, site: Site): Formula {
  const [result, exponent, ratio, square] = [site.name(), site.name(), site.name(), site.name()];
  const inRange =
    `bits[0]=${x};const ${exponent}=(words[1]-1072079006>>20),${ratio}=1-2/(1+${x}*scales[${exponent}+1022]),${square}=${ratio}*${ratio};` +
    `${result}=${exponent}*0.6931471805599453+${ratio}*${polynomial(square, artanh)};`;
  return { before: `let ${result};if(${x}>1e-300&&${x}<1e300){${inRange}}else ${result}=Math.log(${x});`, result };
}

function polynomial(x: string, coefficients: readonly number[]): string {
  return `(${coefficients.join(`+${x}*(`)}${")".repeat(coefficients.length)}`;
}
