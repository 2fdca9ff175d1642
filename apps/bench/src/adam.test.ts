import { ndarray } from "@symloss/core";
import { expect, test } from "vitest";
import { adam } from "./adam.ts";

test("the first step is as long as the learning rate, against each slope, however steep", () => {
  const parameters = { weights: ndarray([1, 1, 1]), bias: ndarray(2) };
  const optimizer = adam(parameters, 0.1);
  optimizer.gradient.weights.data.set([1e-3, -50, 0]);
  optimizer.gradient.bias.data.set([4]);
  optimizer.update();
  const expected = [0.9, 1.1, 1, 1.9];
  [...parameters.weights.data, parameters.bias.item()].forEach((value, index) =>
    expect(value).toBeCloseTo(expected[index]!, 5),
  );
});

test("steps by the published rule", () => {
  const x = ndarray(0);
  const optimizer = adam({ x }, 0.01);
  let [value, mean, square] = [0, 0, 0];
  for (const [index, slope] of [1, -2, 0.5, 3].entries()) {
    optimizer.gradient.x.data.set([slope]);
    optimizer.update();
    mean = 0.9 * mean + 0.1 * slope;
    square = 0.999 * square + 0.001 * slope ** 2;
    value -= (0.01 * (mean / (1 - 0.9 ** (index + 1)))) / (Math.sqrt(square / (1 - 0.999 ** (index + 1))) + 1e-8);
    expect(x.item()).toBeCloseTo(value, 6);
  }
});

test("finds the bottom of a valley that is much steeper one way", () => {
  const point = ndarray([3, -2]);
  const optimizer = adam({ point }, 0.05);
  for (let step = 0; step < 1000; step++) {
    const [x, y] = point.data as unknown as [number, number];
    optimizer.gradient.point.data.set([100 * (x - 1), y - 1]);
    optimizer.update();
  }
  for (const value of point.data) expect(value).toBeCloseTo(1, 2);
});
