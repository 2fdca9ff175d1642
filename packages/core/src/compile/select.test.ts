import { cpu } from "@symloss/engine-cpu";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import { type Engine, EngineUnavailableError, type Tensor, check, compile, selectEngine, sum } from "../index.ts";

const engine = await cpu();
afterAll(() => engine.dispose());

const disposed: string[] = [];

/** The interpreter under another name, as hardware or as software, with a delay for each run. */
function factory(name: string, { software = false, delay = 0 } = {}): () => Promise<Engine> {
  return async () => {
    const engine = await cpu();
    return {
      ...engine,
      name,
      device: `${name} device`,
      software,
      compile: async (graph) => {
        const executable = await engine.compile(graph);
        const run = async (...args: Parameters<typeof executable.run>) => {
          await new Promise((resolve) => setTimeout(resolve, delay));
          return executable.run(...args);
        };
        return { ...executable, run };
      },
      dispose: () => {
        disposed.push(name);
        return engine.dispose();
      },
    };
  };
}

const absent = () => {
  throw new EngineUnavailableError("absent: this environment must have a device, got none.");
};

describe("selectEngine", () => {
  test("takes the first that works and says why not the others", async () => {
    const factories = { absent, next: factory("second"), third: factory("third") };
    const { name, engine, considered } = await selectEngine(factories);
    expect([name, engine.name]).toEqual(["next", "second"]);
    expectTypeOf(name).toEqualTypeOf<"absent" | "next" | "third">();
    expect(considered).toEqual([
      { name: "absent", available: false, reason: "this environment must have a device, got none." },
      { name: "next", device: "second device", available: true },
    ]);
  });

  test("passes over a software renderer, unless it is allowed", async () => {
    const factories = { gpu: factory("gpu", { software: true }), plain: factory("plain") };
    const { engine, considered } = await selectEngine(factories);
    expect([engine.name, considered[0]!.available]).toEqual(["plain", false]);
    expect(considered[0]!.reason).toContain("software renderer (gpu device)");
    expect(disposed).toContain("gpu");
    expect((await selectEngine(factories, { allowSoftware: true })).engine.name).toBe("gpu");
  });

  test("prefer tries first, require tries nothing else", async () => {
    const factories = { first: factory("first"), second: factory("second"), absent };
    expect((await selectEngine(factories, { prefer: "second" })).engine.name).toBe("second");
    expect((await selectEngine(factories, { prefer: "absent" })).engine.name).toBe("first");
    await expect(selectEngine(factories, { require: "absent" })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[EngineUnavailableError: selectEngine: none of absent works here. absent: this environment must have a device, got none.]`,
    );
    await expect(selectEngine(factories, { require: "third" as never })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OutOfRangeError: selectEngine: require must be one of first, second, absent, got "third".]`,
    );
    // @ts-expect-error: a name that is no key is refused by its type too.
    await expect(selectEngine(factories, { prefer: "frist" })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OutOfRangeError: selectEngine: prefer must be one of first, second, absent, got "frist". Did you mean first?]`,
    );
  });

  test("fastest times the workload on each and disposes the others", async () => {
    const factories = { slow: factory("slow", { delay: 15 }), fast: factory("fast"), absent };
    const { name, engine, considered } = await selectEngine(factories, {
      fastest: { fn: (x: Tensor) => x.sum(), args: [[1, 2, 3]] },
    });
    expect([name, engine.name]).toEqual(["fast", "fast"]);
    expect(considered.map(({ name, milliseconds }) => [name, milliseconds !== undefined])).toEqual([
      ["slow", true],
      ["fast", true],
      ["absent", false],
    ]);
    expect(disposed).toContain("slow");
  });

  test.each<[string, () => unknown, unknown?]>([
    ["no factories", () => undefined],
    ["a list of factories", () => [cpu]],
    ["a record of nothing", () => ({})],
    ["promises", () => ({ gpu: Promise.reject(new Error("unheard")), cpu: Promise.reject(new Error("unheard")) })],
    ["an engine", () => ({ cpu: engine })],
    ["a name", () => ({ cpu: "cpu" })],
    ["options that are a name", () => ({ cpu }), "cpu"],
    ["an unknown option", () => ({ cpu }), { preferr: "cpu" }],
    ["allowSoftware in words", () => ({ cpu }), { allowSoftware: "yes" }],
    ["a name that is a number", () => ({ cpu }), { prefer: 0 }],
    ["a workload that is a function", () => ({ cpu }), { fastest: sum }],
    ["a workload without a function", () => ({ cpu }), { fastest: { args: [] } }],
    ["a workload without arguments", () => ({ cpu }), { fastest: { fn: sum } }],
    ["a workload whose arguments are no list", () => ({ cpu }), { fastest: { fn: sum, args: Float32Array.of(1) } }],
    ["a workload with an unknown option", () => ({ cpu }), { fastest: { fn: sum, args: [[1]], runs: 3 } }],
  ])("refuses %s", async (_, factories, options) => {
    await expect(selectEngine(factories() as never, options as never)).rejects.toThrowErrorMatchingSnapshot();
  });

  test("what is wrong with the workload itself is thrown as it is, before an engine is made", async () => {
    let made = 0;
    const counted = () => {
      made++;
      return cpu();
    };
    const select = (fn: (...args: Tensor[]) => unknown, ...args: unknown[]) =>
      selectEngine({ first: counted, second: counted }, { fastest: { fn, args } });
    await expect(select((x, y) => x!.add(y!), [1, 2], [1, 2, 3])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: add: x and y must have shapes that broadcast, got f32[2] and f32[3]. Aligned at the last axis, lengths must be equal or 1.]`,
    );
    await expect(select((x) => x!.sum(), ["1"])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: selectEngine: argument 0[0] must be a number, a boolean, a typed array, nested lists of numbers or an NDArray, got the string "1".]`,
    );
    await expect(
      select((x) => check("root", "x", x!, { kind: "nonNegative" }).sqrt(), [4, -1]),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`[OutOfRangeError: root: x must be 0 or above, got -1 at [1].]`);
    await expect(select(() => "loss")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: selectEngine: the function must return a Tensor, or lists and records of them, got the string "loss".]`,
    );
    await expect(
      select(() => {
        throw new TypeError("the caller's own");
      }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`[TypeError: the caller's own]`);
    const double = compile((x) => x.mul(2), { engine, results: "device" });
    const handle = await double([1, 2, 3]);
    await expect(select((x) => x!.sum(), handle)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[EngineError: selectEngine: argument 0 must be an array on the host, got a device array f32[3]. Read it first: await handle.read().]`,
    );
    let kept: Tensor | undefined;
    await compile((x) => (kept = x), { engine })([1]);
    await expect(select((x) => x!.add(kept!), [1])).rejects.toThrow(
      "A tensor of one traced function was used in another.",
    );
    expect(made).toBe(0);
    handle.dispose();
  });

  test("an engine that lacks what the workload needs is passed over", async () => {
    const narrow = async (): Promise<Engine> => {
      const engine = await factory("narrow")();
      return { ...engine, traits: { ...engine.traits, dtypes: ["float32"] } };
    };
    const fastest = { fn: (x: Tensor) => x.sum(), args: [Float64Array.of(1, 2)] };
    const { engine, considered } = await selectEngine({ narrow, wide: factory("wide") }, { fastest });
    expect(engine.name).toBe("wide");
    expect(considered[0]!.reason).toContain('engine "narrow" supports (float32), got f64[2]');
    expect(disposed).toContain("narrow");
  });

  test("a factory that makes no engine is passed over, and said", async () => {
    const { considered } = await selectEngine({ empty: (() => undefined) as never, plain: factory("plain") });
    expect(considered[0]!.reason).toMatchInlineSnapshot(
      `"the result of factory empty must be an engine, got undefined. Make one, with await cpu() for instance, and pass it."`,
    );
  });
});
