import { describe, expect, test } from "vitest";
import {
  arange,
  broadcastTo,
  concat,
  expandDims,
  oneHot,
  pad,
  reshape,
  slice,
  squeeze,
  stack,
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
