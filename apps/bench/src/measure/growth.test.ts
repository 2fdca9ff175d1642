import { expect, test } from "vitest";
import { fitPower } from "./growth.ts";

test("the power of a power is found, and nothing is left unexplained", () => {
  const points = [500, 1000, 4000, 10_000].map((nodes) => ({ nodes, time: 3 * nodes ** 1.5 }));
  const { power, determination } = fitPower(points);
  expect(power).toBeCloseTo(1.5, 10);
  expect(determination).toBeCloseTo(1, 10);
});

test("what scatters explains less", () => {
  const points = [500, 1000, 4000, 10_000].map((nodes, index) => ({ nodes, time: nodes * (index % 2 === 0 ? 2 : 1) }));
  const { power, determination } = fitPower(points);
  expect(power).toBeLessThan(1);
  expect(determination).toBeLessThan(0.95);
});
