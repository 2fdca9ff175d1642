import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import { type Tensor, asTensor, bincount, evaluate, grad, segmentSum } from "../index.ts";

const engine = await cpu();
const valueOf = async (x: Tensor) => (await evaluate(x, { engine })).toArray();

describe("segmentSum", () => {
  test("sums rows by segment, and gives 0 where there is none", async () => {
    expect(await valueOf(segmentSum([1, 2, 4], [0, 2, 0], 3))).toEqual([5, 0, 2]);
    expect(
      await valueOf(
        segmentSum(
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
          [1, 1, 0],
          2,
        ),
      ),
    ).toEqual([
      [5, 6],
      [4, 6],
    ]);
    expect(await valueOf(segmentSum([true, false, true], [0, 0, 0], 1))).toEqual([2]);
    expect(await valueOf(segmentSum([], [], 2))).toEqual([0, 0]);
  });

  test("keeps the dtype, and counts exactly", () => {
    expect(String(segmentSum(new Float64Array(2), [0, 1], 2))).toBe("f64[2]");
    expect(String(segmentSum(new Int32Array(2), [0, 1], 2))).toBe("i32[2]");
  });

  test("gives each row the gradient of its sum", async () => {
    const weights = asTensor([10, 20, 30]);
    const gradient = grad((x: Tensor) => segmentSum(x, [2, 0, 2], 3).mul(weights).sum())([1, 2, 3]);
    expect(await valueOf(gradient as Tensor)).toEqual([30, 10, 30]);
  });

  test.each<readonly [string, () => unknown]>([
    ["a segment past the last", () => valueOf(segmentSum([1, 2], [0, 2], 2))],
    ["another number of segments", () => segmentSum([1, 2], [0], 2)],
    ["a scalar", () => segmentSum(1, [0], 2)],
    ["a count that is text", () => segmentSum([1], [0], "2" as never)],
    ["an option", () => (segmentSum as (...args: unknown[]) => Tensor)([1], [0], 1, { axis: 0 })],
  ])("refuses %s", async (_, call) => {
    await expect((async () => call())()).rejects.toThrowErrorMatchingSnapshot();
  });
});

describe("bincount", () => {
  test("counts each index, of any shape", async () => {
    expect(await valueOf(bincount([0, 2, 0], 3))).toEqual([2, 0, 1]);
    expect(
      await valueOf(
        bincount(
          [
            [1, 1],
            [0, 1],
          ],
          2,
        ),
      ),
    ).toEqual([1, 3]);
    expect(await valueOf(bincount(1, 2))).toEqual([0, 1]);
    expect(await valueOf(bincount([], 2))).toEqual([0, 0]);
    expect(String(bincount([0], 2))).toBe("i32[2]");
  });

  test.each<readonly [string, () => unknown]>([
    ["an index past the last", () => valueOf(bincount([0, 2], 2))],
    ["a fraction", () => valueOf(bincount([0.5], 2))],
    ["a count below 0", () => bincount([0], -1)],
  ])("refuses %s", async (_, call) => {
    await expect((async () => call())()).rejects.toThrowErrorMatchingSnapshot();
  });
});
