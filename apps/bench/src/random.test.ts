import { expect, test } from "vitest";
import { createRandom } from "./random.ts";

test("a seed gives the same numbers again, another seed others", () => {
  const draw = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 5 }, () => [random.uniform(), random.normal()]);
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test("uniform numbers fill each tenth of the unit interval alike", () => {
  const random = createRandom(1);
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let index = 0; index < 100_000; index++) tenths[Math.floor(10 * random.uniform())]!++;
  expect(tenths).toHaveLength(10);
  for (const times of tenths) expect(Math.abs(times - 10_000)).toBeLessThan(500);
});

test("normal numbers have the moments of the standard normal", () => {
  const random = createRandom(1);
  const values = Array.from({ length: 100_000 }, () => random.normal());
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
  expect(moment(1)).toBeCloseTo(0, 1);
  expect(moment(2)).toBeCloseTo(1, 1);
  expect(moment(3)).toBeCloseTo(0, 1);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
});
