import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import {
  type Tensor,
  arange,
  broadcastTo,
  concat,
  evaluate,
  expandDims,
  grad,
  oneHot,
  pad,
  reshape,
  slice,
  squeeze,
  stack,
  sum,
  take,
  takeAlongAxis,
  transpose,
  zeros,
} from "../index.ts";

const x = zeros([2, 3, 4]);
const named = zeros(["batch", 6]);

describe("shapes", () => {
  test.each([
    ["reshape", reshape(x, [6, 4]), "f32[6,4]"],
    ["reshape with a rest", reshape(x, [4, -1]), "f32[4,6]"],
    ["reshape behind a name", reshape(named, ["batch", 2, 3]), "f32[batch,2,3]"],
    ["reshape with a name as the rest", reshape(named, [-1, 3, 2]), "f32[batch,3,2]"],
    ["transpose", transpose(x), "f32[4,3,2]"],
    ["transpose by a permutation", transpose(x, [1, 0, -1]), "f32[3,2,4]"],
    ["expandDims at the end", expandDims(x, -1), "f32[2,3,4,1]"],
    ["expandDims of a named dimension", expandDims(named, 1), "f32[batch,1,6]"],
    ["squeeze", squeeze(zeros([1, 3, 1])), "f32[3]"],
    ["squeeze one axis", squeeze(zeros([1, 3, 1]), 0), "f32[3,1]"],
    ["broadcastTo", broadcastTo(zeros([3, 1]), [2, 3, 4]), "f32[2,3,4]"],
    ["slice", slice(x, [1, 0], [2, -1]), "f32[1,2,4]"],
    ["slice past the end", slice(x, [0, 5], [9, 9]), "f32[2,0,4]"],
    ["pad", pad(x, [0, 1, 0], [1, 0, 0]), "f32[3,4,4]"],
    ["concat", concat([x, x], 1), "f32[2,6,4]"],
    ["stack", stack([x, x, x], -1), "f32[2,3,4,3]"],
    ["take rows", take(x, [1, 1, 0, 1]), "f32[4,3,4]"],
    ["take with indices of two axes", take(x, zeros([5, 6], "int32"), 1), "f32[2,5,6,4]"],
    ["take one", take(x, 2, -1), "f32[2,3]"],
    ["take none", take(x, zeros([0], "int32")), "f32[0,3,4]"],
    ["take beside a name", take(named, [5, 0], 1), "f32[batch,2]"],
    ["takeAlongAxis broadcasts", takeAlongAxis(x, zeros([1, 3, 2], "int32"), 2), "f32[2,3,2]"],
    ["oneHot", oneHot(arange(3), 5), "f32[3,5]"],
  ])("%s", (_, tensor, type) => {
    expect(`${tensor}`).toBe(type);
  });
});

describe("refuses", () => {
  test.each([
    ["a reshape of another size", () => reshape(x, [5, 5])],
    ["a reshape with an impossible rest", () => reshape(x, [5, -1])],
    ["a reshape that merges a name", () => reshape(named, [-1])],
    ["a permutation that repeats", () => transpose(x, [0, 0, 1])],
    ["an axis out of range", () => x.sum(3)],
    ["an axis twice", () => x.sum([0, -3])],
    ["an axis of a scalar", () => zeros([]).max(0)],
    ["squeeze of a long axis", () => squeeze(x, 0)],
    ["a broadcast that does not fit", () => broadcastTo(x, [5, 4])],
    ["a slice of a named axis", () => slice(named, [1])],
    ["too many starts", () => slice(x, [0, 0, 0, 0])],
    ["a negative pad", () => pad(x, [0, 0, -1], [0, 0, 0])],
    ["a pad without its end", () => pad(x, [0, 0, 1], undefined as never)],
    ["elements of an empty axis", () => takeAlongAxis(zeros([2, 0]), zeros([2, 1], "int32"))],
    ["no tensors to join", () => concat([])],
    ["joined shapes that differ", () => concat([x, zeros([2, 3, 5])], 1)],
    ["stacked shapes that differ", () => stack([x, zeros([1])])],
    ["indices of another rank", () => takeAlongAxis(x, zeros([2], "int32"), 0)],
    ["the largest of nothing", () => zeros([0]).max()],
    ["the index of the largest of nothing", () => zeros([2, 0]).argmax(1)],
    ["a choice by shapes that differ", () => zeros([2]).add([1, 2, 3])],
    ["a product of bad shapes", () => zeros([2, 3]).matmul(zeros([2, 3]))],
    ["a name that is no dtype", () => zeros([1]).cast("float16" as never)],
    ["a negative length", () => zeros([-1])],
  ])("%s", (_, make) => {
    expect(make).toThrowErrorMatchingSnapshot();
  });
});

describe("take", () => {
  const rows = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  const valueOf = async (tensor: Tensor) => (await evaluate(tensor, { engine: await cpu() })).toArray();

  test("selects rows or columns, as often as asked", async () => {
    expect(await valueOf(take(rows, [2, 0, 2]))).toEqual([
      [5, 6],
      [1, 2],
      [5, 6],
    ]);
    expect(await valueOf(take(rows, [[1], [0]], 1))).toEqual([
      [[2], [1]],
      [[4], [3]],
      [[6], [5]],
    ]);
    expect(await valueOf(take(rows, 1))).toEqual([3, 4]);
  });

  test("adds up the gradients of what was selected twice", async () => {
    const weighted = (table: Tensor) => sum(take(table, [2, 0, 2]).mul([[1], [10], [100]]));
    expect(await valueOf(grad(weighted)(rows))).toEqual([
      [10, 10],
      [0, 0],
      [101, 101],
    ]);
  });

  test("refuses an index out of range", async () => {
    await expect(valueOf(take(rows, [0, 3]))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OutOfRangeError: take: indices must be integers from 0 to 2, got 3 at [1]. Classes count from 0.]`,
    );
    await expect(valueOf(take(rows, -1))).rejects.toThrow("take: indices must be integers from 0 to 2, got -1");
    expect(() => take(rows, [0], 2)).toThrow(/^take: axis/);
  });
});
