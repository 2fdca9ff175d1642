import { expect, test, vi } from "vitest";
import type { Engine, Executable } from "../engine.ts";
import { asyncDisposable } from "../engine/disposal.ts";
import { type Lease, acquire } from "./executables.ts";
import type { Graph } from "../graph/graph.ts";
import { mul } from "../tensor/elementwise.ts";
import { placeholder } from "../tensor/operand.ts";

function graphOf(factor: number): Graph {
  const x = placeholder("x", [2], "float32");
  return { inputs: [x], outputs: [mul(x, factor)] };
}

/** An engine whose executables compute nothing and record when they are disposed. */
function noting(bytes: number, dispose: () => void | Promise<void>): Engine {
  const executable = (): Executable => ({ description: "", bytes, run: () => [], runOnDevice: () => [], dispose });
  return {
    name: "noting",
    device: "none",
    software: false,
    traits: {
      dtypes: ["float32"],
      operations: [],
      precision: "float32",
      nonFinite: "strict",
      rowIndependent: true,
      synchronous: true,
      namedDimensions: false,
    },
    compile: executable,
    upload: () => {
      throw new Error("no memory");
    },
    ...asyncDisposable(() => {}),
  };
}

test("an engine that compiles at once gives its executable at once, and equal graphs share it", () => {
  const engine = noting(0, () => {});
  const first = acquire(engine, graphOf(2)) as Lease;
  expect((acquire(engine, graphOf(2)) as Lease).executable).toBe(first.executable);
  expect((acquire(engine, graphOf(3)) as Lease).executable).not.toBe(first.executable);
});

test.each([
  ["in number", 1, 300, 256],
  ["in bytes", 10 * 2 ** 20, 20, 6],
])("idle executables are bounded %s", (_, bytes, count, kept) => {
  const dispose = vi.fn<() => void>();
  const engine = noting(bytes, dispose);
  const leases = Array.from({ length: count }, (__, factor) => acquire(engine, graphOf(factor)) as Lease);
  expect(dispose).not.toHaveBeenCalled();
  for (const lease of leases) lease.release();
  for (const lease of leases) lease.release();
  expect(dispose).toHaveBeenCalledTimes(count - kept);
});

test("one that holds too much by itself leaves those that hold little", () => {
  const freed: number[] = [];
  const sizes = [1, 1, 2 ** 30];
  const executables = sizes.map((bytes) => noting(bytes, () => void freed.push(bytes)));
  const engine: Engine = { ...executables[0]!, compile: (graph) => executables.shift()!.compile(graph) };
  const leases = sizes.map((_, factor) => acquire(engine, graphOf(factor)) as Lease);
  for (const lease of leases) lease.release();
  expect(freed).toEqual([2 ** 30]);
});

test.each([
  [
    "throws",
    () => {
      throw new Error("stuck");
    },
  ],
  ["rejects", () => Promise.reject(new Error("stuck"))],
])("an executable whose dispose %s is no fault of whoever goes on", async (_, dispose) => {
  const unhandled = vi.fn<() => void>();
  process.on("unhandledRejection", unhandled);
  const engine = noting(2 ** 30, dispose);
  const lease = acquire(engine, graphOf(2)) as Lease;
  expect(() => lease.release()).not.toThrow();
  await new Promise((resolve) => setTimeout(resolve));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("what fails to compile is asked again", async () => {
  const engine = noting(0, () => {});
  const failing = vi
    .fn<Engine["compile"]>()
    .mockRejectedValueOnce(new Error("no luck"))
    .mockImplementation((graph) => noting(0, () => {}).compile(graph));
  const unlucky = Object.assign(engine, { compile: failing });
  await expect(acquire(unlucky, graphOf(2))).rejects.toThrow('compile: engine "noting" (none) failed: no luck');
  expect(await acquire(unlucky, graphOf(2))).toHaveProperty("executable");
});
