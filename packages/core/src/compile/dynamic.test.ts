import { cpu } from "@symloss/engine-cpu";
import { afterAll, describe, expect, test } from "vitest";
import {
  type Engine,
  OutOfRangeError,
  ShapeError,
  type Tensor,
  asTensor,
  compile,
  compileSync,
  ones,
  takeAlongAxis,
} from "../index.ts";
import type { DynamicLength } from "./dynamic.ts";

const engine = await cpu();
const interpreter = await cpu({ mode: "interpreter" });
afterAll(() => Promise.all([engine.dispose(), interpreter.dispose()]));

const first: DynamicLength = { argument: 0, axis: 0, name: "batch" };
const second: DynamicLength = { argument: 1, axis: 0, name: "batch" };

/** How often a function is traced in three calls, of which two have the same lengths. */
function traces(on: Engine): number {
  let count = 0;
  const add = compileSync((x: Tensor, y: Tensor) => (count++, x.add(y)), { engine: on, dynamic: [first, second] });
  expect(add([1, 2], [3, 4]).toArray()).toEqual([4, 6]);
  expect(add([1], [3]).toArray()).toEqual([4]);
  expect(add([5, 6], [3, 4]).toArray()).toEqual([8, 10]);
  return count;
}

describe("lengths that may be others in each call", () => {
  test("are what they are on an engine that compiles for each", () => {
    expect(traces(interpreter)).toBe(2);
  });

  test("are compiled once on an engine that takes them when it runs", () => {
    expect(traces(engine)).toBe(1);
  });

  test("may be 0, of which other things are valid", () => {
    const sums = compileSync((x: Tensor) => x.sum(), { engine, dynamic: [first] });
    const largest = compileSync((x: Tensor) => x.max(), { engine, dynamic: [first] });
    expect([sums([1, 2]), sums(new Float32Array(0)), sums([3])].map((sum) => sum.item())).toEqual([3, 0, 3]);
    expect(largest([1, 2]).item()).toBe(2);
    expect(() => largest(new Float32Array(0))).toThrow("max: axis 0 must have at least one element, got f32[0].");
    expect(largest([1, 5, 2]).item()).toBe(5);
  });

  test("are what labels and lengths of sequences are checked against, each time", () => {
    const pick = compileSync((x: Tensor, at: Tensor) => takeAlongAxis(x, at, 0), { engine, dynamic: [first] });
    expect(pick([1, 2, 3], Int32Array.of(2)).toArray()).toEqual([3]);
    expect(() => pick([1, 2], Int32Array.of(2))).toThrow("indices must be integers from 0 to 1, got 2 at [0]");
    expect(pick([4, 5, 6, 7], Int32Array.of(3)).toArray()).toEqual([7]);
    const constant = compileSync((x: Tensor) => takeAlongAxis(x, asTensor(Int32Array.of(1)), 0), {
      engine,
      dynamic: [first],
    });
    expect(() => constant([1, 2])).toThrow(
      'takeAlongAxis: the number of classes must be a number when a graph runs, got "batch".',
    );
  });

  test("are those of arguments: others have no number", () => {
    const other = compileSync((x: Tensor) => x.add(ones(["other"]).sum()), { engine, dynamic: [first] });
    expect(() => other([1])).toThrow(ShapeError);
    expect(() => other([1])).toThrow(
      "every length must be a number, or have a name that is in dynamic, got f32[other]",
    );
  });

  test("are equal if they have one name, in a tree too", async () => {
    const add = compile((x: Tensor, y: Tensor) => x.add(y), { engine, dynamic: [first, second] });
    await expect(add([1, 2], [3])).rejects.toThrow(
      'compile: argument 1 must have 2 along axis 0, as argument 0 has for "batch", got f32[1].',
    );
    const tree = compile(({ x, y }: { x: Tensor; y: Tensor }) => x.add(y), { engine, dynamic: [first] });
    await expect(tree({ x: [1, 2], y: [3] })).rejects.toThrow(
      "argument 0.y must have 2 along axis 0, as argument 0.x has",
    );
    await expect(tree({ x: [1, 2], y: 3 })).rejects.toThrow(ShapeError);
    await expect(tree({ x: [1, 2], y: 3 })).rejects.toThrow(
      'compile: argument 0.y must have axis 0, whose length is "batch", got f32[].',
    );
    expect((await tree({ x: [1, 2], y: [3, 4] })).toArray()).toEqual([4, 6]);
  });

  test.each<[string, unknown]>([
    ["no list", first],
    ["without an axis", [{ argument: 0, name: "batch" }]],
    ["with something else", [{ ...first, size: 3 }]],
    ["of a negative argument", [{ ...first, argument: -1 }]],
    ["of half an axis", [{ ...first, axis: 0.5 }]],
    ["without a name", [{ ...first, name: "" }]],
    ["of nothing", [undefined]],
  ])("are refused: %s", (_, dynamic) => {
    const call = () => compile((x: Tensor) => x, { engine, dynamic: dynamic as [] });
    expect(call).toThrow(OutOfRangeError);
    expect(call).toThrow("compile: dynamic must be a list of lengths such as { argument: 0, axis: 0,");
  });

  test("don't change with the list", () => {
    const dynamic = [{ ...first }];
    const negate = compileSync((x: Tensor) => x.neg(), { engine, dynamic });
    dynamic[0]!.axis = 7 as 0;
    expect(negate([1]).toArray()).toEqual([-1]);
  });
});
