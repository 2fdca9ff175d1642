/** Is x to the power of y what Math.pow says? `npm run test:sweep` tries more pairs. */
import { describe, expect, test } from "vitest";
import { applier, arithmetics, binary, capacity, errorInUlps } from "../../test/apply.ts";
import { pow } from "./pow.ts";

const everything = process.env["MODE"] === "sweep";
const pairs = everything ? 2 ** 28 : 2 ** 21;
const blockLength = capacity / Float32Array.BYTES_PER_ELEMENT;

/** Numbers whose powers with one another have exceptions, or are exact. */
const special = [
  [0, 2 ** -149, 1e-40, 2 ** -126, 0.25, 0.5, 1 - 2 ** -24, 1, 1 + 2 ** -23, 1.5, 2, 3, 4, 5, 7, 10, 31],
  [2 ** 23 - 0.5, 2 ** 23 + 1, 2 ** 24 - 1, 2 ** 24, 2 ** 31, 2 ** 100, 2 ** 128 - 2 ** 104, Infinity, NaN],
]
  .flat()
  .flatMap((x) => [x, -x]);

/** Pseudorandom numbers below 2^32, the same ones in each run. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    // The low bits of the state have short periods.
    return Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
  };
}

/** Fills x and y: any bits, or an x whose power with y is finite. */
function fill(random: () => number, x: Float32Array, y: Float32Array): void {
  const [bitsOfX, bitsOfY] = [new Uint32Array(x.buffer), new Uint32Array(y.buffer)];
  for (let index = 0; index < x.length; index++) {
    bitsOfX[index] = random();
    bitsOfY[index] = random();
    if (index % 4 === 0) continue;
    if (index % 4 === 1) y[index] = (random() % 41) - 20;
    else {
      bitsOfX[index]! &= 0x7fffffff;
      y[index] = (300 * (random() / 2 ** 32 - 0.5)) / Math.log2(x[index]!);
    }
  }
}

describe.each(arithmetics)("%s products", (_, arithmetic) => {
  const apply = applier(binary(pow), arithmetic, 2);

  test("special numbers have exactly the powers of Math.pow", () => {
    const x = Float32Array.from(special.flatMap((base) => special.map(() => base)));
    const y = Float32Array.from(special.flatMap(() => special));
    const length = 16 * Math.ceil(x.length / 16);
    const padded = [x, y].map((numbers) => Float32Array.from({ length }, (__, index) => numbers[index] ?? 1));
    const values = apply(...padded).slice(0, x.length);
    const wrong = [...values].flatMap((value, index) => {
      const truth = x[index]! ** y[index]!;
      // In the middle between two float32, give or take some of their distance, either will do.
      const right = Object.is(value, Math.fround(truth)) || errorInUlps(value, truth) < 0.54;
      return right ? [] : [`${x[index]} ** ${y[index]}: ${truth}, got ${value}`];
    });
    expect(wrong).toEqual([]);
  });

  test("any pairs have powers near the truth", { timeout: everything ? 3_600_000 : 60_000 }, () => {
    const random = generator();
    const [x, y] = [new Float32Array(blockLength), new Float32Array(blockLength)];
    const worst = { error: 0, x: NaN, y: NaN, value: NaN };
    for (let done = 0; done < pairs; done += blockLength) {
      fill(random, x, y);
      apply(x, y).forEach((value, index) => {
        const error = errorInUlps(value, x[index]! ** y[index]!);
        if (error > worst.error) Object.assign(worst, { error, x: x[index]!, y: y[index]!, value });
      });
    }
    if (everything) console.log(worst);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(3);
  });
});
