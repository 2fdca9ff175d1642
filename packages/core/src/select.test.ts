import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import { type Engine, EngineUnavailableError, type Tensor, selectEngine } from "./index.ts";

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
    const { engine, considered } = await selectEngine({ absent, second: factory("second"), third: factory("third") });
    expect(engine.name).toBe("second");
    expect(considered).toEqual([
      { name: "absent", available: false, reason: "absent: this environment must have a device, got none." },
      { name: "second", device: "second device", available: true },
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
      `[EngineUnavailableError: selectEngine: one of absent must work here, got none. absent: absent: this environment must have a device, got none.]`,
    );
    await expect(selectEngine(factories, { require: "third" as never })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OutOfRangeError: selectEngine: require must be one of first, second, absent, got "third".]`,
    );
  });

  test("fastest times the workload on each and disposes the others", async () => {
    const factories = { slow: factory("slow", { delay: 15 }), fast: factory("fast"), absent };
    const { engine, considered } = await selectEngine(factories, {
      fastest: { fn: (x: Tensor) => x.sum(), args: [[1, 2, 3]] },
    });
    expect(engine.name).toBe("fast");
    expect(considered.map(({ name, milliseconds }) => [name, milliseconds !== undefined])).toEqual([
      ["slow", true],
      ["fast", true],
      ["absent", false],
    ]);
    expect(disposed).toContain("slow");
  });
});
