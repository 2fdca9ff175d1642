/** How is each scalar operation said in JavaScript, without branches that depend on the data? */
import type { DType } from "@symloss/core/engine";
import type { ScalarOperation } from "@symloss/loops";

/** What a formula may ask of the program that it stands in. */
export interface Site {
  readonly dtype: DType;
  /** Whether it runs at each element; else what is shorter is better. */
  readonly hot: boolean;
  /** Whether a condition is nearly always the same, so that a branch on it costs nothing. */
  isPredictable(condition: string): boolean;
  /** A name that nothing else has. */
  name(): string;
  /** The first of as many slots in the array `S`, holding these numbers until something else is stored. */
  slots(initial: readonly number[]): number;
}

/** The statements that prepare the result, and the result. */
interface Formula {
  readonly before: string;
  readonly result: string;
}

/** The operation of operands, which are names or literals. */
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
  decay: ([x], site) => (isSingle(site) ? exponential(x!, site, false) : plain(`Math.exp(${x})`)),
  expm1: call("Math.expm1"),
  log: ([x], site) => (isSingle(site) ? logarithm(x!, site) : plain(`Math.log(${x})`)),
  log1p: call("Math.log1p"),
  sqrt: call("Math.sqrt"),
  tanh: call("Math.tanh"),
  sigmoid: ([x]) => plain(`(${x}<0?Math.exp(${x}):1)/(1+Math.exp(-Math.abs(${x})))`),
  softplus: ([x]) => plain(`Math.max(${x},0)+Math.log1p(Math.exp(-Math.abs(${x})))`),
  relu: ([x], site) => {
    if (!isSingle(site)) return plain(`Math.max(${x},0)`);
    // Exact: x + |x| is 2 x or 0. Only for -Infinity it would be NaN.
    const name = site.name();
    return { before: `let ${name}=${x};if(${name}<-1e300)${name}=0;`, result: `0.5*(${name}+Math.abs(${name}))` };
  },
  logicalNot: ([x]) => plain(`${x}^1`),

  add: arithmetic((x, y) => `${x}+${y}`),
  sub: arithmetic((x, y) => `${x}-${y}`),
  mul: arithmetic((x, y) => `${x}*${y}`),
  div: ([x, y]) => plain(`${x}/${y}`),
  pow: arithmetic((x, y) => `Math.pow(${x},${y})`),
  maximum: ([x, y]) => plain(`Math.max(${x},${y})`),
  minimum: ([x, y]) => plain(`Math.min(${x},${y})`),
  equal: ([x, y]) => plain(`(${x}===${y})|0`),
  less: ([x, y]) => plain(`(${x}<${y})|0`),
  lessEqual: ([x, y]) => plain(`(${x}<=${y})|0`),
  logicalAnd: ([x, y], site) => {
    if (site.isPredictable(x!)) return plain(`${x}?${y}:0`);
    return plain(site.isPredictable(y!) ? `${y}?${x}:0` : `${x}&${y}`);
  },
  logicalOr: ([x, y]) => plain(`${x}|${y}`),

  where: ([condition, x, y], site) => {
    if (!site.hot || site.isPredictable(condition!)) return plain(`${condition}?${x}:${y}`);
    return select(condition!, x!, y!, site);
  },
  round: ([x]) => plain(`fround(${x})`),
  toInt32: ([x]) => plain(`toInt32(${x})`),
  toBool: ([x]) => plain(`(${x}!==0)|0`),
  convert: ([x]) => plain(x!),
  lesser: ([x, y], site) => (site.hot ? select(`((${x}<=${y})|0)`, x!, y!, site) : plain(`${x}<=${y}?${x}:${y}`)),
  limit: ([x, y], site) => {
    // x - relu(x - y). What is far above y, and NaN, is first brought near to it, so that no digits of y are lost.
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
  // Nearly always x < y, and that is all that is asked then.
  beats: ([x, y, index, target]) =>
    plain(`${x}<${y}||(${x}===${y}&&${index}>=${target})?0:${y}===${y}||(${x}!==${x}&&${index}<${target})?1:0`),
  // A factor from memory is faster than one made of an integer.
  negateIf: ([condition, x], site) => plain(`${x}*S[${site.slots([1, -1])}+${condition}]`),
  clampIndex: ([x, last]) => plain(`Math.min(Math.max(${x},0),${last})`),
};

/** 2 / (2 n + 1): the series of 2 artanh(s) / s in powers of s^2. */
const artanh: readonly number[] = Array.from({ length: 6 }, (_, n) => 2 / (2 * n + 1));

function plain(result: string): Formula {
  return { before: "", result };
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

/** Whether float32 is what the result must hold, in a place where speed counts. */
function isSingle({ dtype, hot }: Site): boolean {
  return hot && dtype === "float32";
}

/** One of two through memory: a branch on the data would be mispredicted every other time. */
function select(condition: string, x: string, y: string, site: Site): Formula {
  const slot = site.slots([Number(y), Number(x)].map((value) => (Number.isNaN(value) ? 0 : value)));
  const store = (operand: string, at: number): string => (isLiteral(operand) ? "" : `S[${at}]=${operand};`);
  return { before: store(y, slot) + store(x, slot + 1), result: `S[${slot}+${condition}]` };
}

function isLiteral(operand: string): boolean {
  return !Number.isNaN(Number(operand));
}

/** A table of 2^(m/16), and three terms for the rest. Below the smallest and above the largest float32 the table holds 0 and Infinity. */
function exponential(x: string, site: Site, mayGrow: boolean): Formula {
  const [power, entry, rest] = [site.name(), site.name(), site.name()];
  return {
    before:
      `let ${power}=${x};if(${power}<-104)${power}=-104;` +
      (mayGrow ? `if(${power}>89)${power}=89;` : "") +
      `const ${entry}=${power}*23.083120654223414+2560.5|0,${rest}=${power}-(${entry}-2560)*0.04332169878499658;`,
    result: `powers[${entry}]*(1+${rest}*(1+${rest}*(0.5+${rest}*0.16666666666666666)))`,
  };
}

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
