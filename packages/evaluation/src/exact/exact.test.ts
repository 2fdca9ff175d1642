/** Do sums, in any order and partition, have the one state that adding integers gives? */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ExactSum,
  addSums,
  meanOf,
  noSum,
  quotientOf,
  readSum,
  unitBits,
  valueOf,
  writeSum,
} from "./exact-sum.ts";
import { Float32Bins } from "./float32-bins.ts";
import { Float64Bins } from "./float64-bins.ts";
import { type Floats, ProductBins } from "./products.ts";
import { roundRatio } from "./round-ratio.ts";

/** The float as a multiple of 2^-1074, from its bits. */
function unitsOf(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const all = bits.getBigUint64(0);
  const exponent = Number((all >> 52n) & 2047n);
  const mantissa = (all & ((1n << 52n) - 1n)) + (exponent === 0 ? 0n : 1n << 52n);
  const units = mantissa << BigInt(Math.max(exponent, 1) - 1);
  return value < 0 ? -units : units;
}

/** Numbers without a pattern, the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const next = random(1);
const words = new Uint32Array(2);
const [any32, any64] = [new Float32Array(words.buffer), new Float64Array(words.buffer)];
const finite = (of: Floats): number => {
  do words.set([next() * 2 ** 32, next() * 2 ** 32]);
  while (!Number.isFinite(of[0]));
  return of[0]!;
};

const families: Readonly<Record<string, (index: number) => number>> = {
  "from 0 to 3": () => next() * 3,
  losses: () => -Math.log(next() + 1e-9),
  "that cancel": (index) => (index % 2 === 0 ? -1 : 1) * 1e8 * (1 + (index % 97) * 1e-6) + (index % 7) * 1e-7,
  subnormal: () => (next() - 0.5) * 2e-40,
  "up to the largest": () => (next() - 0.5) * 6.8e38,
  "of any bits": () => finite(any32),
};

const length = 1024;
const partitions = 1000;

describe.each([
  ["float32", (values: readonly number[]): Floats => Float32Array.from(values), Float32Bins],
  ["float64", (values: readonly number[]): Floats => Float64Array.from(values), Float64Bins],
] as const)("sums of %s", (dtype, arrayOf, Bins) => {
  const sumOf = (values: Floats): ExactSum => {
    const bins = new Bins();
    bins.add(values as never);
    return bins.sum;
  };

  test.each(Object.entries(families))("%s are one, in any order and partition", (name, family) => {
    const draw = dtype === "float64" && name === "of any bits" ? () => finite(any64) : family;
    const values = arrayOf(Array.from({ length }, (_, index) => draw(index)));
    const wanted = {
      ...noSum,
      count: length,
      units: Array.from(values, unitsOf).reduce((sum, units) => sum + units, 0n),
    };
    const text = JSON.stringify(writeSum(wanted));
    for (let turn = 0; turn < partitions; turn++) {
      const parts = partition(shuffle(values)).map(sumOf);
      expect(JSON.stringify(writeSum(mergeAtRandom(parts)))).toBe(text);
    }
  });

  test("know what is no number", () => {
    const sum = sumOf(arrayOf([1, NaN, Infinity, 2, -Infinity, -0, Infinity]));
    expect(sum).toEqual({ units: unitsOf(3), count: 7, nan: 1, positiveInfinity: 2, negativeInfinity: 1 });
    expect(valueOf(sum)).toBeNaN();
    expect(valueOf(sumOf(arrayOf([1, Infinity])))).toBe(Infinity);
    expect(meanOf(sumOf(arrayOf([1, -Infinity])))).toBe(-Infinity);
    expect([valueOf(noSum), meanOf(noSum)]).toEqual([0, NaN]);
    expect(valueOf(sumOf(arrayOf([-0, -0])))).toBe(0);
  });

  test("are those of a part of an array, at any place of its buffer", () => {
    const values = arrayOf(Array.from({ length: 50 }, (_, index) => index)).subarray(3);
    const bins = new Bins();
    bins.add(values as never, 2, 9);
    expect(valueOf(bins.sum)).toBe(5 + 6 + 7 + 8 + 9 + 10 + 11);
  });

  test("hold more terms than their bins", () => {
    const many = arrayOf(Array.from({ length: 2 ** 20 + 3 }, () => 0.1));
    const sum = sumOf(many);
    expect(sum.units).toBe(BigInt(many.length) * unitsOf(many[0]!));
  });
});

function shuffle<A extends Floats>(values: A): A {
  const copy = values.slice() as A;
  for (let index = copy.length - 1; index > 0; index--) {
    const other = Math.floor(next() * (index + 1));
    [copy[index], copy[other]] = [copy[other]!, copy[index]!];
  }
  return copy;
}

function partition<A extends Floats>(values: A): A[] {
  const parts: A[] = [];
  for (let from = 0; from < values.length;) {
    const size = Math.min(values.length - from, 1 + Math.floor(next() ** 3 * values.length));
    parts.push(values.slice(from, from + size) as A);
    from += size;
  }
  return parts;
}

/** Half of them through their texts. */
function mergeAtRandom(parts: readonly ExactSum[]): ExactSum {
  const left = [...parts];
  while (left.length > 1) {
    const at = Math.floor(next() * (left.length - 1));
    const one = next() < 0.5 ? readSum("sum", JSON.parse(JSON.stringify(writeSum(left[at]!)))) : left[at]!;
    left.splice(at, 2, next() < 0.5 ? addSums(one, left[at + 1]!) : addSums(left[at + 1]!, one));
  }
  return left[0]!;
}

test("an overflow on the way is none", () => {
  const bins = new Float64Bins();
  bins.add(Float64Array.of(1.7e308, 1.7e308, -1.7e308, -1.7e308, 3));
  expect(valueOf(bins.sum)).toBe(3);
});

describe("a quotient of integers is the nearest float64", () => {
  test("as the processor divides", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (numerator, denominator) => {
        expect(roundRatio(BigInt(numerator), BigInt(denominator))).toBe(numerator / denominator + 0);
      }),
      { numRuns: 5000 },
    );
  });

  test("of every float64", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(roundRatio(unitsOf(value), 1n << BigInt(unitBits))).toBe(value + 0);
      }),
      { numRuns: 5000 },
    );
  });

  test("at the limits", () => {
    expect(roundRatio(2n ** 1024n, 1n)).toBe(Infinity);
    expect(roundRatio(2n ** 1024n - 2n ** 970n, 1n)).toBe(Infinity);
    expect(roundRatio(2n ** 1024n - 2n ** 970n - 1n, 1n)).toBe(Number.MAX_VALUE);
    expect(roundRatio(1n, 2n ** 1075n)).toBe(0);
    expect(roundRatio(3n, 2n ** 1075n)).toBe(2 ** -1073);
    expect(roundRatio(1n, 2n ** 1074n + 1n)).toBe(2 ** -1074);
    expect(roundRatio(-(2n ** 53n) - 1n, 1n)).toBe(-(2 ** 53));
    expect(roundRatio(2n ** 54n + 3n, 1n)).toBe(2 ** 54 + 4);
  });

  test("of two sums", () => {
    const of = (...values: number[]): ExactSum => {
      const bins = new Float64Bins();
      bins.add(Float64Array.from(values));
      return bins.sum;
    };
    expect(quotientOf(of(1, 2), of(-4))).toBe(-0.75);
    expect(quotientOf(of(1e300, 1, -1e300), of(3))).toBe(1 / 3);
    expect([quotientOf(of(1), of(0)), quotientOf(of(0), of(0)), quotientOf(of(NaN), of(1))]).toEqual([
      Infinity,
      NaN,
      NaN,
    ]);
  });
});

describe("products", () => {
  test("of float32 are exact", () => {
    const draw = (): Float32Array => Float32Array.from({ length }, () => finite(any32));
    const [left, right] = [draw(), draw()];
    const bins = new ProductBins();
    bins.add(left, right);
    expect(bins.sum.units).toBe(left.reduce((sum, value, index) => sum + unitsOf(value * right[index]!), 0n));
    expect(bins.sum.count).toBe(length);
  });

  test("of float64 are exact, where they are no subnormals", () => {
    const draw = (): Float64Array => Float64Array.from({ length }, () => (next() - 0.5) * 2 ** (next() * 200 - 100));
    const [left, right] = [draw(), draw()];
    // Whose halves would be infinite.
    [left[0], right[0]] = [0.1, 2 ** 1000 * 1.1];
    [left[1], right[1]] = [2 ** 999 * 1.3, 1 / 3];
    const bins = new ProductBins();
    bins.add(left, right);
    const unit = 1n << BigInt(unitBits);
    const wanted = left.reduce((sum, value, index) => sum + unitsOf(value) * unitsOf(right[index]!), 0n);
    expect(bins.sum.units * unit).toBe(wanted);
  });
});

describe("the text of a sum", () => {
  test("is short, and the only one", () => {
    const bins = new Float32Bins();
    bins.add(Float32Array.of(0.5, 0.25, NaN));
    expect(writeSum(bins.sum)).toEqual({ sum: "3@-2", count: 3, nan: 1 });
    expect(writeSum(noSum)).toEqual({ sum: "0@0", count: 0 });
  });

  test.each([
    ["nothing", undefined],
    ["a number", 3],
    ["no sum", { count: 1 }],
    ["no count", { sum: "1@0" }],
    ["a negative count", { sum: "1@0", count: -1 }],
    ["something else", { sum: "1@0", count: 1, code: 1 }],
    ["an even integer", { sum: "2@0", count: 1 }],
    ["minus zero", { sum: "-0@0", count: 1 }],
    ["below the least unit", { sum: "1@-1075", count: 1 }],
    ["an exponent that is long", { sum: "1@99999", count: 1 }],
    ["capital letters", { sum: "1F@0", count: 1 }],
    ["text that is code", { sum: "1@0;alert(1)", count: 1 }],
  ])("is refused: %s", (_, text) => {
    expect(() => readSum("state.values", text)).toThrow(/^state\.values must be an exact sum/);
  });
});
