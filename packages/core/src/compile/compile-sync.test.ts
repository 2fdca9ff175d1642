/** Which calls need not be awaited, and what is thrown at once? The conformance suite holds every engine to the rest. */
import { cpu } from "@symloss/engine-cpu";
import { expect, test } from "vitest";
import { type Engine, type Tensor, compile, compileSync, evaluateSync, exp, mul, ndarray, sum } from "../index.ts";

const engine = await cpu();
const double = (x: Tensor): Tensor => mul(x, 2);

/** The engine, which gives promises though it says that it does not. */
const promising: Engine = {
  ...engine,
  compile: async (graph) => engine.compile(graph),
};

test("a result is there when the call returns", () => {
  const doubled = compileSync(double, { engine });
  expect(doubled([1, 2, 3]).toArray()).toEqual([2, 4, 6]);
  expect(doubled([[1], [2]]).toArray()).toEqual([[2], [4]]);
  const out = ndarray([0, 0, 0]);
  expect(doubled.into(out, [1, 2, 3])).toBeUndefined();
  expect(out.toArray()).toEqual([2, 4, 6]);
  doubled.dispose();
  expect(evaluateSync({ total: sum([1, 2]), of: [exp([0])] }, { engine })).toMatchObject({
    of: [{ data: Float32Array.of(1) }],
  });
});

test("it sorts, where nothing can be awaited", () => {
  const distance = compileSync((x: Tensor, y: Tensor) => x.sub(y).square().sum(), { engine });
  const points = [
    [3, 4],
    [1, 1],
    [0, 2],
  ];
  const origin = [0, 0];
  const near = points.toSorted((left, right) => distance(left, origin).item() - distance(right, origin).item());
  expect(near).toEqual([
    [1, 1],
    [0, 2],
    [3, 4],
  ]);
});

test("errors are thrown at once, and the next call works", () => {
  const doubled = compileSync(double, { engine });
  // @ts-expect-error its argument is missing
  expect(() => doubled()).toThrow("compileSync: the function must be given its argument, got none.");
  expect(() => doubled("three" as never)).toThrow("compileSync: argument 0 must be");
  expect(() => doubled.into(ndarray([0]), [1, 2])).toThrow("into: outputs must hold f32[2]");
  expect(doubled(2).item()).toBe(4);
  const held = compileSync(double, { engine, results: "device" });
  expect(() => held.into(ndarray([0]), [1])).toThrow('compileSync: results must be "host" to use into, got "device".');
  expect(() => compileSync(double, {} as never)).toThrow("compileSync: engine must be an engine");
  expect(() => compileSync(double, { engine, result: "host" } as never)).toThrow("Did you mean results?");
  expect(() => (evaluateSync as (...args: unknown[]) => unknown)(sum([1]), { engine }, 3)).toThrow(
    "evaluateSync: the arguments must be expression, options, got 3 of them.",
  );
});

test("an engine that must be awaited is refused by name", () => {
  const slow: Engine = {
    ...engine,
    name: "slow",
    device: "far away",
    traits: { ...engine.traits, synchronous: false },
  };
  expect(() => compileSync(double, { engine: slow })).toThrow(
    'compileSync: the engine must be one that computes before it returns, as cpu and wasm do, got engine "slow" (far away). Use compile, and await it.',
  );
  expect(() => evaluateSync(sum([1]), { engine: slow })).toThrow("Use evaluate, and await it.");
});

test("an engine that breaks its word is found out", async () => {
  const doubled = compileSync((x: Tensor) => mul(x, 2.5), { engine: promising });
  const message = 'engine "cpu" has the trait synchronous, and must give its results at once, got a promise.';
  expect(() => doubled([1])).toThrow(`compileSync: ${message}`);
  expect(() => evaluateSync(sum([1, 2, 3]), { engine: promising })).toThrow(`evaluateSync: ${message}`);
  // Whoever awaits it gets it.
  expect((await compile(double, { engine: promising })(2)).item()).toBe(4);
});
