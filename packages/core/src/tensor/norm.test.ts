import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import {
  type Tensor,
  type TensorLike,
  evaluate,
  grad,
  norm,
  normalize,
  standardDeviation,
  sum,
  zeros,
} from "../index.ts";

// Step by step in float32, where squares overflow.
const engine = await cpu({ mode: "interpreter" });
const valueOf = async (x: Tensor) => (await evaluate(x, { engine })).toArray();
const slopeOf = async (fn: (x: Tensor) => Tensor, at: TensorLike) => valueOf(grad((x: Tensor) => sum(fn(x)))(at));

describe("norm", () => {
  test("reduces one axis, several, or all, and keeps them if asked", async () => {
    const x = [
      [3, 4],
      [0, 12],
    ];
    expect(await valueOf(norm(x))).toBe(13);
    expect(await valueOf(norm(x, 1))).toEqual([5, 12]);
    expect(await valueOf(norm(x, { axis: -1, keepAxes: true }))).toEqual([[5], [12]]);
    expect(String(norm(zeros([2, 3, 4]), [0, 2]))).toBe("f32[3]");
    expect(String(norm(zeros(["batch", 4]), 0))).toBe("f32[4]");
  });

  test("neither overflows nor underflows", async () => {
    const powers = [2 ** 120, 2 ** -140].map((size) => [3 * size, -4 * size]);
    expect(await valueOf(norm(powers, 1))).toEqual([5 * 2 ** 120, 5 * 2 ** -140]);
    expect(await valueOf(norm([2 ** 80, 1, -3]))).toBe(2 ** 80);
    expect(
      await valueOf(
        norm(
          [
            [Infinity, 1],
            [-Infinity, Infinity],
            [NaN, Infinity],
          ],
          1,
        ),
      ),
    ).toEqual([Infinity, Infinity, NaN]);
  });

  test("is flat at 0, where its definition is not differentiable", async () => {
    expect(
      await slopeOf(
        (x) => norm(x, 1),
        [
          [0, 0],
          [0, 2],
        ],
      ),
    ).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });

  test("of no numbers is 0, and of integers a float", async () => {
    expect(await valueOf(norm([]))).toBe(0);
    expect(await slopeOf((x) => norm(x), [])).toEqual([]);
    expect(String(norm(new Int32Array(2)))).toBe("f32[]");
  });
});

describe("normalize", () => {
  test("makes vectors of length 1, and leaves 0 alone", async () => {
    expect(
      await valueOf(
        normalize([
          [0, -2],
          [0, 0],
          [2 ** 100, 0],
        ]),
      ),
    ).toEqual([
      [0, -1],
      [0, 0],
      [1, 0],
    ]);
    expect(
      await valueOf(
        normalize(
          [
            [1, 1],
            [1, 1],
          ],
          null,
        ),
      ),
    ).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
  });
});

describe("standardDeviation", () => {
  test("is flat where all numbers are equal, even if their mean is rounded", async () => {
    const equal = Float32Array.from({ length: 49 }, () => 0.1);
    expect(await valueOf(standardDeviation(equal))).toBe(0);
    expect(new Set((await slopeOf((x) => standardDeviation(x), equal)) as number[])).toEqual(new Set([0]));
    expect(await valueOf(standardDeviation([1, 3, 1, 3], { keepAxes: true }))).toEqual([1]);
  });

  test("of no numbers is NaN", async () => expect(await valueOf(standardDeviation([]))).toBeNaN());
});

test("names itself in errors", () => {
  expect(() => norm([1], { axes: 0 } as never)).toThrow(/^norm: options/);
  expect(() => normalize([1], 1)).toThrow(/^normalize: axis/);
  expect(() => standardDeviation([1], { keepAxes: 1 } as never)).toThrow(/^standardDeviation: keepAxes/);
});
