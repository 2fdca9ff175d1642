/** How far are the functions of float32 from the truth? `npm run test:sweep` tries every float32. */
import { unaryScalar } from "@symloss/core/engine";
import { describe, expect, test } from "vitest";
import { applier, arithmetics, capacity, errorInUlps, unary } from "../../test/apply.ts";
import { atan } from "./atan.ts";
import { erf } from "./erf.ts";
import { exp, expNonPositive } from "./exp.ts";
import { expm1 } from "./expm1.ts";
import { log } from "./log.ts";
import { log1p, log1pOfUnit } from "./log1p.ts";
import { tanh } from "./tanh.ts";

const everything = process.env["MODE"] === "sweep";

/** Without a sweep, every float32 whose bits are a multiple of this prime. */
const stride = everything ? 1 : 2039;

interface Case {
  readonly write: Parameters<typeof unary>[0];
  readonly truth: (x: number) => number;
  /** How many units of the last place the result may be away. */
  readonly limit: number;
  /** Where the formula changes. */
  readonly borders: readonly number[];
  /** For which numbers the function is made; NaN always is. */
  readonly takes?: (x: number) => boolean;
}

const cases: Readonly<Record<string, Case>> = {
  exp: { write: exp, truth: Math.exp, limit: 1.3, borders: [-104, -103.28, -87.34, 0, 88.38, 88.72284, 89] },
  expNonPositive: {
    write: expNonPositive,
    truth: Math.exp,
    limit: 1.3,
    borders: [-104, -103.28, -87.34, -0],
    takes: (x) => x <= 0,
  },
  log: { write: log, truth: Math.log, limit: 1, borders: [Math.SQRT1_2, 1, Math.SQRT2, 2 ** -126] },
  log1p: {
    write: log1p,
    truth: Math.log1p,
    limit: 3,
    borders: [-1, Math.SQRT1_2 - 1, Math.SQRT2 - 1, 1, 2 ** 24, Math.SQRT2 * 2 ** 127],
  },
  log1pOfUnit: { write: log1pOfUnit, truth: Math.log1p, limit: 3, borders: [1], takes: (x) => x >= 0 && x <= 1 },
  expm1: {
    write: expm1,
    truth: Math.expm1,
    limit: 3,
    borders: [-20, -0.3466, 2 ** -25, -(2 ** -25), 0.3466, 88.38, 88.72284, 89],
  },
  erf: { write: erf, truth: unaryScalar.erf, limit: 3, borders: [-0.92, 0.92, 3.95] },
  atan: { write: atan, truth: Math.atan, limit: 3, borders: [-1, 1, 2 ** 24] },
  tanh: { write: tanh, truth: Math.tanh, limit: 3, borders: [-0.1733, 0.1733, 0.52, 10] },
};

const blockLength = capacity / Float32Array.BYTES_PER_ELEMENT;

interface Worst {
  error: number;
  x: number;
  value: number;
}

/** The bits of what every function is tested with, in blocks; the next overwrites the last. */
function* blocks(borders: readonly number[]): Generator<Uint32Array> {
  const block = new Uint32Array(blockLength);
  for (let start = 0; start < 2 ** 32; start += stride * blockLength) {
    for (let index = 0; index < blockLength; index++) block[index] = start + stride * index;
    yield block;
  }
  const rest = neighbours(borders);
  for (let start = 0; start < rest.length; start += blockLength) {
    block.set(rest.slice(start, start + blockLength));
    yield block;
  }
}

/** The bits of numbers near the borders, powers of two, zeros and infinities, and of some NaN. */
function neighbours(borders: readonly number[]): readonly number[] {
  const around = (center: number, reach: number): number[] =>
    Array.from({ length: 2 * reach + 1 }, (_, index) => center + index - reach);
  return [
    ...[...new Uint32Array(Float32Array.from(borders).buffer)].flatMap((bits) => around(bits, 1000)),
    ...Array.from({ length: 512 }, (_, exponent) => around(exponent * 2 ** 23, 20)).flat(),
    0x7fc00000,
    0x7fc00001,
    0x7fffffff,
    0xffc00000,
    0xffffffff,
  ];
}

function worstOf(tested: Case): readonly { readonly name: string; readonly worst: Worst }[] {
  const runs = arithmetics.map(([name, arithmetic]) => ({
    name,
    apply: applier(unary(tested.write), arithmetic),
    worst: { error: 0, x: NaN, value: NaN },
  }));
  const truths = new Float64Array(blockLength);
  for (const { buffer } of blocks(tested.borders)) {
    const xs = new Float32Array(buffer as ArrayBuffer);
    for (let index = 0; index < xs.length; index++) truths[index] = tested.truth(xs[index]!);
    for (const { apply, worst } of runs) compare(xs, apply(xs), truths, tested, worst);
  }
  return runs;
}

function compare(
  xs: Float32Array,
  values: Float32Array,
  truths: Float64Array,
  { takes = () => true }: Case,
  worst: Worst,
): void {
  for (let index = 0; index < xs.length; index++) {
    const [value, truth] = [values[index]!, truths[index]!];
    // Rounded as it should be: most are, and need no measuring.
    if (value === Math.fround(truth) && value !== 0) continue;
    const error = errorInUlps(value, truth);
    if (error <= worst.error || !(takes(xs[index]!) || Number.isNaN(xs[index]!))) continue;
    Object.assign(worst, { error, x: xs[index]!, value });
  }
}

describe("every float32 is near the truth", () => {
  test.each(Object.entries(cases))("%s", { timeout: everything ? 3_600_000 : 60_000 }, (_, tested) => {
    const runs = worstOf(tested);
    if (everything) console.log(runs.map(({ name, worst }) => ({ name, ...worst })));
    for (const { name, worst } of runs) {
      const { error, x, value } = worst;
      expect(error, `${name}: ${value} for ${x}, where ${tested.truth(x)} is true`).toBeLessThanOrEqual(tested.limit);
    }
  });
});

describe.each(arithmetics)("the results of %s products", (_, arithmetic) => {
  const ordinary = [0.25, Math.fround(0.7), 1, 3, 88, 2 ** 100].flatMap((x) => [x, -x]);
  const unusual = [0, 1e-40, 2 ** -149, 100, 2 ** 127.9, Infinity].flatMap((x) => [x, -x, NaN]);

  test.each(Object.entries(cases))("%s doesn't depend on what else is in the vector", (__, { write }) => {
    const apply = applier(unary(write), arithmetic);
    for (const x of ordinary) {
      const [alone] = apply(new Float32Array(16).fill(x));
      const mixed = Float32Array.from({ length: 16 * unusual.length }, (___, index) =>
        index % 4 === (index >> 4) % 4 ? x : unusual[index % unusual.length]!,
      );
      const results = apply(mixed).filter((___, index) => mixed[index] === x);
      expect([...new Set(results)]).toEqual([alone]);
    }
  });
});
