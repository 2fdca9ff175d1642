/** Are the functions of float64 near what Math gives, for any float64? */
import { describe, expect, test } from "vitest";
import { applier, arithmetics, capacity, unary } from "../../test/apply.ts";
import { expDoubles, expm1Doubles } from "./exp-doubles.ts";
import { log1pDoubles, logDoubles } from "./log-doubles.ts";

const limit = 1e-12;
const blockLength = capacity / Float64Array.BYTES_PER_ELEMENT;

const functions = { exp: expDoubles, expm1: expm1Doubles, log: logDoubles, log1p: log1pDoubles };

/** Where formulas change, or where results end, and numbers around them. */
const borders = [
  [0, -0, 1, -1, Math.SQRT1_2, Math.SQRT1_2 - 1, Math.SQRT2, Math.SQRT2 - 1, Math.LN2 / 2, -Math.LN2 / 2],
  [2 ** -54, -(2 ** -54), -40, -708.4, -745.2, -746, 709.09, 709.79, 710, 2 ** -1022, 2 ** -1074, 2 ** 53],
  [Math.SQRT2 * 2 ** 1023, Number.MAX_VALUE, -Number.MAX_VALUE, Infinity, -Infinity, NaN],
]
  .flat()
  .flatMap((x) => [x, x * (1 - 1e-15), x * (1 + 1e-15), x * 0.999, x * 1.001, x - 2 ** -52, x + 2 ** -52]);

/** Numbers of every size, and numbers whose results are not yet constant. */
const steps = Array.from({ length: 2 ** 20 }, (_, step) => {
  if (step % 2 === 0) return (step % 4 === 0 ? -1 : 1) * 2 ** (2098 * (step / 2 ** 20) - 1074);
  return 1500 * (step / 2 ** 20 - 0.5);
});

/** The distance relative to the truth; one subnormal number is near to the next. */
function errorOf(value: number, truth: number): number {
  if (Object.is(value, truth)) return 0;
  if (!Number.isFinite(truth) || !Number.isFinite(value) || truth === 0) return Infinity;
  return Math.abs(value - truth) / Math.max(Math.abs(truth), 2 ** -1074 / limit);
}

describe.each(arithmetics)("%s products", (_, arithmetic) => {
  test.each(Object.entries(functions))("%s", (name, write) => {
    const truthOf = Math[name as keyof typeof functions];
    const apply = applier(unary(write), arithmetic);
    const numbers = [...borders, ...steps];
    const worst = { error: 0, x: NaN, value: NaN };
    const block = new Float64Array(blockLength);
    for (let start = 0; start < numbers.length; start += blockLength) {
      block.set(numbers.slice(start, start + blockLength));
      apply(block).forEach((value, index) => {
        const error = errorOf(value, truthOf(block[index]!));
        if (error > worst.error) Object.assign(worst, { error, x: block[index]!, value });
      });
    }
    expect(worst.error, `${worst.value} for ${worst.x}`).toBeLessThanOrEqual(limit);
  });
});
