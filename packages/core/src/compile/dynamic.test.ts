import { cpu } from "@symloss/engine-cpu";
import { afterAll, describe, expect, test } from "vitest";
import { type Tensor, OutOfRangeError, ShapeError, compile, compileSync } from "../index.ts";
import type { DynamicLength } from "./dynamic.ts";

const engine = await cpu();
afterAll(() => engine.dispose());

const first: DynamicLength = { argument: 0, axis: 0, name: "batch" };
const second: DynamicLength = { argument: 1, axis: 0, name: "batch" };

describe("lengths that may be others in each call", () => {
  test("are what they are on an engine that compiles for each", () => {
    let traced = 0;
    const add = compileSync((x: Tensor, y: Tensor) => (traced++, x.add(y)), { engine, dynamic: [first, second] });
    expect(add([1, 2], [3, 4]).toArray()).toEqual([4, 6]);
    expect(add([1], [3]).toArray()).toEqual([4]);
    expect(add([5, 6], [3, 4]).toArray()).toEqual([8, 10]);
    expect(traced).toBe(2);
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
