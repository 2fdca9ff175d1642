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
  hessian,
  jacobian,
  ones,
  scan,
  takeAlongAxis,
  vmap,
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

  test("are compiled once on an engine that takes them when it runs, for a function that is asked twice what it computes", () => {
    expect(traces(engine)).toBe(2);
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

  test.each<[string, (x: Tensor, length: number) => Tensor]>([
    ["divides by one", (x, length) => x.sum().mul(1 / length)],
    ["takes as many turns", (x, length) => Array.from({ length }).reduce<Tensor>((sum) => sum.add(1), x)],
    ["takes the whole of one", (x, length) => x.mul(length | 0)],
    ["makes an array of as many", (x, length) => x.sum().add(asTensor(new Float32Array(length)).sum())],
    ["asks how large one is", (x, length) => (length > 2 ? x : x.neg())],
    ["does so in the step of a scan", (x, length) => scan((sum, each) => [sum.add(each.mul(1 / length)), {}], 0, x)[0]],
    ["throws for some", (x, length) => (length === 3 || `${length}` === "3" ? asTensor("no" as never) : x)],
  ])("have a name in a function, which is refused if it %s in silence", (_, compute) => {
    const run = compileSync((x: Tensor) => compute(x, x.shape[0] as number), { engine, dynamic: [first] });
    expect(() => run([1, 2, 3, 4])).toThrow(ShapeError);
    expect(() => run([1, 2, 3, 4])).toThrow(
      'compileSync: the function must not use the name of a length as a number, got one that computes with "batch". ' +
        "Where a length has a name, x.shape[0] is that name: use mean(), or another function that knows how long an axis is.",
    );
    const each = compileSync((x: Tensor) => compute(x, x.shape[0] as number), {
      engine: interpreter,
      dynamic: [first],
    });
    expect(each([1, 2, 3, 4]).dtype).toBe("float32");
  });

  test("may have a number for a name, which is none in a function either", () => {
    const dynamic = [{ ...first, name: "3" }];
    const scaled = compileSync((x: Tensor) => x.sum().mul(1 / (x.shape[0] as number)), { engine, dynamic });
    expect(() => scaled([1, 2])).toThrow('got one that computes with "3"');
    const sum = compileSync((x: Tensor) => x.sum(), { engine, dynamic });
    expect(sum([1, 2]).item()).toBe(3);
  });

  test("have a name in a function, which may give it on, and may differ each time for another reason", () => {
    const passed = compileSync((x: Tensor) => x.sub(ones([x.shape[0]!])).mul(Math.random()), {
      engine,
      dynamic: [first],
    });
    expect(passed([1, 1]).toArray()).toEqual([0, 0]);
    expect(passed([1, 1, 1]).toArray()).toEqual([0, 0, 0]);
  });

  test("are of rows, of which each has a Jacobian", () => {
    const square = (x: Tensor): Tensor => x.square();
    const whole = compileSync((x: Tensor) => jacobian(square)(x), { engine, dynamic: [first] });
    expect(() => whole([[1, 2]])).toThrow(
      "jacobian: every length of a result must be a number, got f32[batch,2]. For each row of a batch, map over its axis: vmap(jacobian(fn)).",
    );
    const second = compileSync((x: Tensor) => hessian((y: Tensor) => y.square().sum())(x), {
      engine,
      dynamic: [first],
    });
    expect(() => second([1, 2])).toThrow("hessian: every length of a result must be a number, got f32[batch].");
    const each = compileSync((x: Tensor) => vmap(jacobian(square))(x), { engine, dynamic: [first] });
    expect(each([[1, 2]]).toArray()).toEqual([
      [
        [2, 0],
        [0, 4],
      ],
    ]);
    const summed = compileSync((x: Tensor) => jacobian((y: Tensor) => y.square().sum(0))(x), {
      engine,
      dynamic: [first],
    });
    expect(summed([[3], [4]]).toArray()).toEqual([[[6], [8]]]);
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
