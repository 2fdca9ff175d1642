import { compile, evaluate, grad, softmax, sum } from "@symloss/core";
import {
  type Executable,
  type Graph,
  HostDeviceArray,
  NDArray,
  Tensor,
  allOperations,
  traceGraph,
} from "@symloss/core/engine";
import { describe, expect, test, vi } from "vitest";
import { type CpuOptions, cpu } from "./index.ts";
import { interpreter } from "./interpreter.ts";

type Inputs = Readonly<Record<"x" | "y", Tensor>>;

/** A graph of x and y, both [2, 3]. */
function graphOf(fn: (inputs: Inputs) => Tensor[]): Graph {
  return traceGraph("test", fn, { x: { shape: [2, 3] }, y: { shape: [2, 3] } });
}

const x = (): Float32Array => Float32Array.of(1, 2, 3, 4, 5, 6);
const y = (): Float32Array => Float32Array.of(10, 20, 30, 40, 50, 60);

describe("cpu", () => {
  test("says what it is", async () => {
    const { name, device, software, traits } = await cpu();
    expect({ name, device, software }).toEqual({
      name: "cpu",
      device: "loops (generated JavaScript)",
      software: false,
    });
    expect(await cpu({ mode: "interpreter" })).toMatchObject({
      device: "interpreter",
      traits: { namedDimensions: false },
    });
    expect(traits).toEqual({
      dtypes: ["float32", "float64", "int32", "bool"],
      operations: allOperations,
      precision: "float32",
      nonFinite: "strict",
      rowIndependent: true,
      synchronous: true,
      namedDimensions: true,
    });
  });

  test("is had as an interpreter alone", async () => {
    const [alone, chosen] = [await interpreter(), await cpu({ mode: "interpreter" })];
    expect({ ...alone.traits, device: alone.device }).toEqual({ ...chosen.traits, device: chosen.device });
    expect(await evaluate(sum([1, 2, 3]), { engine: alone })).toMatchObject({ data: Float32Array.of(6) });
    await expect(interpreter({ mode: "codegen" } as never)).rejects.toThrow("interpreter: ");
  });

  test("interprets by itself where code generation is forbidden", async () => {
    const forbidden = vi.spyOn(globalThis, "Function").mockImplementation(() => {
      throw new EvalError("Code generation from strings disallowed for this context");
    });
    try {
      const engine = await cpu();
      expect(engine.device).toBe("interpreter (code generation is forbidden here)");
      const [sum] = await (await engine.compile(graphOf(({ x, y }) => [x.add(y)]))).run([x(), y()]);
      expect([...sum!]).toEqual([11, 22, 33, 44, 55, 66]);
    } finally {
      forbidden.mockRestore();
    }
  });

  test("refuses options that it does not know", async () => {
    const mode = { mode: "fast" } as unknown as CpuOptions;
    await expect(cpu(mode)).rejects.toThrow('cpu: mode must be "codegen" or "interpreter", got "fast".');
    await expect(cpu(mode)).rejects.toMatchObject({ name: "OutOfRangeError" });
    const option = { threads: 2 } as unknown as CpuOptions;
    await expect(cpu(option)).rejects.toThrow('cpu: options must be among mode, got "threads".');
    await expect(cpu(option)).rejects.toMatchObject({ name: "OutOfRangeError" });
  });

  test.each([null, "codegen", 1n, Symbol("mode"), ["mode"], () => ({})])("refuses %o as options", async (options) => {
    await expect(cpu(options as CpuOptions)).rejects.toMatchObject({ name: "DTypeError" });
  });

  test.each([null, 1n, Symbol("mode"), { toString: () => "codegen" }, NaN])("refuses %o as a mode", async (mode) => {
    await expect(cpu({ mode } as unknown as CpuOptions)).rejects.toMatchObject({ name: "OutOfRangeError" });
  });
});

describe.each(["codegen", "interpreter"] as const)("in mode %s", (mode) => {
  const compiled = async (fn: (inputs: Inputs) => Tensor[]): Promise<Executable> =>
    (await cpu({ mode })).compile(graphOf(fn));

  describe("run", () => {
    test("a compiled gradient gives the right numbers", async () => {
      const step = compile(
        grad((logits) => softmax(logits).slice([1], [2]).sum()),
        { engine: await cpu({ mode }) },
      );
      const [first, second] = [1 / (1 + Math.E), Math.E / (1 + Math.E)];
      const got = (await step([0, 1])).data;
      expect(got[0]).toBeCloseTo(-first * second, 7);
      expect(got[1]).toBeCloseTo(first * second, 7);
    });

    test("results never share memory with inputs, constants or each other", async () => {
      const executable = await compiled(({ x, y }) => {
        const sum = x.add(y);
        const constant = new Tensor(
          "constant",
          [],
          { data: Float32Array.of(7), shape: [1], dtype: "float32" },
          [1],
          "float32",
        );
        return [x, x, sum, sum, sum.reshape([6]), sum.slice([0, 0], [1, 3]), x.transpose(), constant, constant];
      });
      const values = [x(), y()];
      const first = await executable.run(values);
      const second = await executable.run(values);
      const arrays = [...values, ...first, ...second];
      expect(new Set(arrays.map(({ buffer }) => buffer)).size).toBe(arrays.length);
      for (const result of first) result.fill(-1);
      expect(values).toEqual([x(), y()]);
      const sums = [11, 22, 33, 44, 55, 66];
      const want = [[...x()], [...x()], sums, sums, sums, [11, 22, 33], [1, 4, 2, 5, 3, 6], [7], [7]];
      expect(second.map((result) => [...result])).toEqual(want);
      expect((await executable.run(values)).map((result) => [...result])).toEqual(want);
    });

    test("runs that overlap give each its own results", async () => {
      const executable = await compiled(({ x, y }) => [x.mul(y), x.exp().sum(1)]);
      const runs = Array.from({ length: 8 }, async (_, index) =>
        executable.run([new Float32Array(6).fill(index), y()]),
      );
      for (const [index, [product]] of (await Promise.all(runs)).entries()) {
        expect([...product!]).toEqual([...y()].map((value) => value * index));
      }
    });

    test("fills and returns the outputs that are given, whatever they held", async () => {
      const executable = await compiled(({ x, y }) => [x.add(y), x.pad([0, 1], [0, 0]), y]);
      const outputs = [6, 8, 6].map((length) => new Float32Array(length).fill(NaN));
      const results = await executable.run([x(), y()], outputs);
      for (const [index, result] of results.entries()) expect(result).toBe(outputs[index]);
      expect(outputs.map((output) => [...output])).toEqual([
        [11, 22, 33, 44, 55, 66],
        [0, 1, 2, 3, 0, 4, 5, 6],
        [...y()],
      ]);
    });

    test("reads all inputs before it fills outputs, so that these may be the same arrays", async () => {
      const executable = await compiled(({ x, y }) => [y, x]);
      const [left, right] = [x(), y()];
      await executable.run([left, right], [left, right]);
      expect([left, right]).toEqual([y(), x()]);
    });

    test("a chain longer than the call stack is deep", async () => {
      const graph = traceGraph(
        "test",
        ({ x }: Inputs) => Array.from({ length: 20_000 }).reduce<Tensor>((sum) => sum.add(1), x),
        { x: { shape: [] } },
      );
      const [result] = await (await (await cpu({ mode })).compile(graph)).run([Float32Array.of(0)]);
      expect([...result!]).toEqual([20_000]);
    });

    test("inputs that are not used, scalars and empty arrays", async () => {
      const graph = traceGraph("test", ({ y }: Inputs) => [y.add(y), y.sum()], {
        x: { shape: [], dtype: "int32" },
        y: { shape: [0, 3] },
      });
      const results = await (await (await cpu({ mode })).compile(graph)).run([Int32Array.of(1), new Float32Array(0)]);
      expect(results.map((result) => [...result])).toEqual([[], [0]]);
    });
  });

  describe("arrays on the device", () => {
    test("results stay, go in again, and are read as copies", async () => {
      const engine = await cpu({ mode });
      const executable = await engine.compile(graphOf(({ x, y }) => [x.add(y), x]));
      const given = x();
      const [sum, same] = await executable.runOnDevice([given, y()]);
      expect(sum).toMatchObject({ shape: [2, 3], dtype: "float32", engine });
      given.fill(0);
      expect([...(await same!.read())]).toEqual([...x()]);
      const [again] = await executable.run([sum!, same!]);
      expect([...again!]).toEqual([12, 24, 36, 48, 60, 72]);
      (await sum!.read()).fill(0);
      expect([...(await sum!.read())]).toEqual([11, 22, 33, 44, 55, 66]);
    });

    test("upload copies", async () => {
      const engine = await cpu({ mode });
      const data = x();
      const handle = await engine.upload(new NDArray(data, [2, 3], "float32"));
      data.fill(0);
      expect([...(await handle.read())]).toEqual([...x()]);
    });

    test("one that was disposed, or is of another engine, is refused; the executable still works", async () => {
      const engine = await cpu({ mode });
      const executable = await engine.compile(graphOf(({ x, y }) => [x.add(y)]));
      const handle = await engine.upload(new NDArray(x(), [2, 3], "float32"));
      handle.dispose();
      handle.dispose();
      expect(() => executable.run([handle, y()])).toThrow(expect.objectContaining({ name: "DisposedError" }));
      const foreign = new HostDeviceArray(await cpu({ mode }), x(), [2, 3], "float32");
      expect(() => executable.run([foreign, y()])).toThrow(expect.objectContaining({ name: "EngineError" }));
      expect([...(await executable.run([x(), y()]))[0]!]).toEqual([11, 22, 33, 44, 55, 66]);
    });
  });

  describe("dispose", () => {
    test("an executable does not run any more; others do", async () => {
      const engine = await cpu({ mode });
      const [first, second] = [
        await engine.compile(graphOf(({ x }) => [x])),
        await engine.compile(graphOf(({ y }) => [y])),
      ];
      await first.dispose();
      await first.dispose();
      expect(() => first.run([x(), y()])).toThrow(expect.objectContaining({ name: "DisposedError" }));
      expect(() => first.runOnDevice([x(), y()])).toThrow(expect.objectContaining({ name: "DisposedError" }));
      expect([...(await second.run([x(), y()]))[0]!]).toEqual([...y()]);
    });

    test("an engine does nothing any more", async () => {
      const engine = await cpu({ mode });
      const executable = await engine.compile(graphOf(({ x }) => [x]));
      await engine.dispose();
      await engine.dispose();
      const uses = [
        () => engine.compile(graphOf(({ x }) => [x])),
        () => engine.upload(new NDArray(x(), [6], "float32")),
        () => executable.run([x(), y()]),
        () => executable.runOnDevice([x(), y()]),
      ];
      for (const use of uses) expect(use).toThrow(expect.objectContaining({ name: "DisposedError" }));
      await executable.dispose();
    });
  });
});

test("the interpreter describes each step, and drops intermediates after their last use", async () => {
  const chain = await (
    await cpu({ mode: "interpreter" })
  ).compile(graphOf(({ x }) => [x.exp().neg().transpose().exp().sum()]));
  expect(chain.description.split("\n")).toEqual([
    "exp(f32[2,3]) -> f32[2,3], 24 bytes",
    "neg(f32[2,3]) -> f32[2,3], 24 bytes",
    "transpose(f32[2,3]) -> f32[3,2], a view",
    "exp(f32[3,2]) -> f32[3,2], 24 bytes",
    "sum(f32[3,2]) -> f32[], 4 bytes",
    "76 bytes in all, at most 48 at once",
  ]);
});
