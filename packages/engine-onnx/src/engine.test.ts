/** Does the engine keep its guarantees where ONNX Runtime alone would break them? Each test is a failure that was observed. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  type Engine,
  type Tensor,
  argmax,
  compile,
  evaluate,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  ndarray,
  softmax,
  sum,
} from "@symloss/core";
import { prepare, traceGraph } from "@symloss/core/engine";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import * as ort from "onnxruntime-web/wasm";
import { afterEach, describe, expect, test, vi } from "vitest";
import { onnx } from "./index.ts";

const engine = await onnx();

afterEach(() => void vi.restoreAllMocks());

describe("options", () => {
  test("tell on what it runs", () => expect(`${engine.name} on ${engine.device}`).toBe("onnx on wasm x1"));

  test.each([
    [{ executionProviders: ["webgpu"] }, "EngineUnavailableError", /wrong results/],
    [{ executionProviders: ["wasm", "cpu"] }, "OutOfRangeError", /executionProviders must be/],
    [{ executionProviders: [] }, "OutOfRangeError", /executionProviders must be/],
    [{ numThreads: 0 }, "OutOfRangeError", /numThreads must be an integer from 1 to 256, got 0/],
    [{ numThreads: 2 }, "EngineUnavailableError", /numThreads must be 1 for the default runtime/],
    [{ threads: 2 }, "OutOfRangeError", /options must be among .* got "threads"/],
    [{ executionProviders: ["cpu"] }, "EngineUnavailableError", /must be used with the settings of its first use/],
    [{ wasmPaths: "/elsewhere/" }, "EngineUnavailableError", /settings of its first use.* got other wasmPaths/],
  ])("%j is refused with %s", async (options, name, message) => {
    await expect(onnx(options as object)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message) as string,
    });
  });

  test("a proxy is refused: it takes the caller's arrays away", async () => {
    const proxied = { ...ort, env: { ...ort.env, wasm: { proxy: true } } };
    await expect(onnx({ ort: proxied })).rejects.toMatchObject({ name: "EngineUnavailableError", message: /proxy/ });
  });

  test("a runtime that does not start is named with its reason", async () => {
    const broken = { ...ort, InferenceSession: { create: () => Promise.reject(new Error("no backend")) } };
    await expect(onnx({ ort: broken })).rejects.toMatchObject({
      name: "EngineUnavailableError",
      message: /no backend/,
    });
  });
});

describe("calls", () => {
  const functions: readonly ((x: Tensor) => Tensor)[] = [
    (x) => sum(x),
    (x) => x.mul(2),
    (x) => softmax(x),
    (x) => x.square().sum(0),
    (x) => x.abs().add(1).log(),
  ];

  test("10,000 at once, of different functions and sizes, each gives its own result", async () => {
    const compiled = functions.map((fn) => compile(fn, { engine }));
    const inputs = [1, 2, 3].map((rows) =>
      ndarray(
        Float32Array.from({ length: rows * 4 }, (_, i) => (i % 5) - 2),
        [rows, 4],
      ),
    );
    const alone = await Promise.all(compiled.map((fn) => Promise.all(inputs.map((input) => fn(input)))));
    const results = await Promise.all(
      Array.from({ length: 10_000 }, (_, call) =>
        compiled[call % compiled.length]!(inputs[(call >> 2) % inputs.length]!),
      ),
    );
    const wrong = results.filter((result, call) => {
      const want = alone[call % compiled.length]![(call >> 2) % inputs.length]!;
      return !result.data.every((value, index) => Object.is(value, want.data[index]));
    });
    expect(wrong).toEqual([]);
    await Promise.all(compiled.map((fn) => fn.dispose()));
  }, 60_000);

  test("a dispose waits for the runs before it, and is no error", async () => {
    const own = await onnx();
    const executable = await executableOf(own, (x) => x.exp().sum(), [1000]);
    const values = [new Float32Array(1000)];
    const runs = Array.from({ length: 20 }, async () => executable.run(values));
    const disposed = executable.dispose();
    expect((await Promise.all(runs)).map(([total]) => total![0])).toEqual(Array.from({ length: 20 }, () => 1000));
    await disposed;
    await expect(async () => executable.run(values)).rejects.toMatchObject({ name: "DisposedError" });
    await executable.dispose();
    await own.dispose();
  });

  test("an engine's dispose waits as well, and frees what is still being compiled", async () => {
    const own = await onnx();
    const executable = await executableOf(own, (x) => x.exp().sum(), [10]);
    const run = executable.run([new Float32Array(10)]);
    const late = executableOf(own, (x) => x.log().sum(), [10]);
    const disposed = own.dispose();
    expect((await run)[0]![0]).toBe(10);
    await expect(late).rejects.toMatchObject({ name: "DisposedError" });
    await disposed;
    await own.dispose();
    expect((await evaluate(sum([1, 2, 3]), { engine })).item()).toBe(6);
  });

  test("a session is made once for each graph, however many ask at once", async () => {
    const create = vi.spyOn(ort.InferenceSession, "create");
    const compiled = Array.from({ length: 5 }, () => compile((x) => x.mul(3).sum(), { engine }));
    await Promise.all(compiled.map((fn) => fn([1, 2, 3])));
    await Promise.all(compiled.map((fn) => fn([4, 5, 6])));
    expect(create).toHaveBeenCalledTimes(1);
    await Promise.all(compiled.map((fn) => fn.dispose()));
  });

  test("sessions that no one uses are bounded: the least recently used are released", async () => {
    const own = await onnx();
    const create = vi.spyOn(ort.InferenceSession, "create");
    const held = compile((x) => x.mul(-1).sum(), { engine: own });
    await held([1]);
    for (let count = 0; count < 300; count++) await evaluate(sum(ndarray([count, 1])).mul(count), { engine: own });
    expect((await held([1])).item()).toBe(-1);
    const before = create.mock.calls.length;
    await evaluate(sum(ndarray([1, 1])).mul(299), { engine: own });
    expect(create.mock.calls.length).toBe(before);
    await evaluate(sum(ndarray([1, 1])).mul(0.5), { engine: own });
    await evaluate(sum(ndarray([1, 1])).mul(3), { engine: own });
    expect(create.mock.calls.length).toBe(before + 2);
    await held.dispose();
    await own.dispose();
  }, 60_000);
});

describe("arrays", () => {
  test("gradients are written into arrays that are given, not left 0", async () => {
    const step = compile((x) => [x.square().sum(), x.mul(2)] as const, { engine });
    const outputs = [ndarray([0]).data, new Float32Array(3)] as const;
    await step.into([ndarray(outputs[0], []), outputs[1]], ndarray([1, 2, 3]));
    expect([...outputs[0], ...outputs[1]]).toEqual([14, 2, 4, 6]);
    await step.dispose();
  });

  test("a part of a longer array is read as such, and no input is changed", async () => {
    const long = Float32Array.of(9, 1, 2, 3, 9);
    expect((await evaluate(sum(long.subarray(1, 4)).mul(1), { engine })).item()).toBe(6);
    expect([...long]).toEqual([9, 1, 2, 3, 9]);
  });

  test("results are the caller's: a later run does not change them", async () => {
    const double = compile((x) => x.mul(2), { engine });
    const first = await double([1, 2]);
    first.data.fill(7);
    const second = await double([1, 2]);
    expect([...first.data, ...second.data]).toEqual([7, 7, 2, 4]);
    await double.dispose();
  });

  test("any byte that is not 0 is true", async () => {
    const executable = await executableOf(engine, (x) => x.cast("float32"), [3], "bool");
    expect([...(await executable.run([Uint8Array.of(0, 2, 255)]))[0]!]).toEqual([0, 1, 1]);
    await executable.dispose();
  });

  test("an input that is an output, a constant, and the same result twice", async () => {
    const fn = compile((x, y) => [x, x.add(1), x.add(1), sum([1, 2]), y], { engine });
    const results = await fn([1], [2]);
    expect(results.map(({ data }) => [...data])).toEqual([[1], [2], [2], [3], [2]]);
    await fn.dispose();
  });
});

describe("bytes", () => {
  test("of an executable grow with its constants, its nodes, and the copies of its inputs", async () => {
    const small = await executableOf(engine, (x) => x.add(1), [1000]);
    const constant = ndarray(new Float32Array(100_000));
    const large = await executableOf(engine, (x) => x.sum().add(constant), [1000]);
    const many = await executableOf(
      engine,
      (x) => Array.from({ length: 300 }).reduce((y: Tensor) => y.tanh(), x),
      [1000],
    );
    // Held by the session and by the graph.
    expect(large.bytes - small.bytes).toBeGreaterThan(2 * 400_000);
    expect(large.bytes - small.bytes).toBeLessThan(3 * 400_000);
    expect(many.bytes).toBeGreaterThan(10 * small.bytes);
    const before = small.bytes;
    await Promise.all([1, 2].map(async () => small.run([new Float32Array(1000)])));
    expect(small.bytes).toBe(before + 4000);
    await Promise.all([small.dispose(), large.dispose(), many.dispose()]);
  });
});

describe("numbers", () => {
  const places = [0, 1, 16, 31, 32];
  test.each(["float32", "float64"] as const)("NaN of %s is carried wherever it stands in a row", async (dtype) => {
    const fn = compile((x) => [max(x), argmax(x), logSumExp(x), softmax(x), logSoftmax(x)], { engine });
    for (const place of places) {
      const row = ndarray(
        Array.from({ length: 33 }, (_, index) => (index === place ? NaN : index % 7)),
        [33],
        dtype,
      );
      const [largest, position, ...rest] = await fn(row);
      expect(largest!.item()).toBeNaN();
      expect(position!.item()).toBe(place);
      for (const result of rest) expect(result.data.every(Number.isNaN)).toBe(true);
    }
    await fn.dispose();
  });

  test("argmax is right beside infinities of both signs, and of NaN the first", async () => {
    const rows = ndarray([1, Infinity, -Infinity, 2, NaN, NaN, -Infinity, -Infinity, -Infinity, 3, 3, 1], [4, 3]);
    expect([...(await evaluate(argmax(rows, 1), { engine })).data]).toEqual([1, 1, 0, 0]);
  });

  test("lines that are long keep their digits", async () => {
    const line = ndarray(
      Float32Array.from({ length: 300_000 }, (_, index) => Math.sin(index)),
      [300_000],
    );
    const fn = compile((x) => [logSumExp(x), sum(softmax(x)), logSoftmax(x).max()], { engine });
    const exact = Math.log(Array.from(line.data).reduce((total, value) => total + Math.exp(value), 0));
    const [total, one, largest] = (await fn(line)).map((result) => result.item() as number);
    expect(Math.abs(total! - exact)).toBeLessThan(2e-6);
    expect(Math.abs(one! - 1)).toBeLessThan(1e-6);
    expect(Math.abs(largest! - (Math.max(...line.data.subarray(0, 1000)) - exact))).toBeLessThan(1e-5);
    await fn.dispose();
  });

  // Equal elements add 1 each; beyond 16 elements the sum is computed in another type.
  test.each([
    ["float32", 2e-6],
    ["float64", 1e-12],
  ] as const)("what small terms add to a 1 keeps its digits in %s", async (dtype, off) => {
    const gaps = [0, 0.3, 0.7, 3, 8, 10, 14, 17, 25, 36, 40, 60, 80];
    const fn = compile((x) => [logSumExp(x, 1), logSoftmax(x).slice([0, 0], [gaps.length, 1]).neg()], { engine });
    for (const count of [1, 2, 16, 17, 255, 999, 4096]) {
      const rows = gaps.flatMap((gap) => [0, ...Array.from({ length: count }, () => -gap)]);
      const results = await fn(ndarray(rows, [gaps.length, count + 1], dtype));
      const single = dtype === "float32" ? Math.fround : Number;
      const exact = gaps.map((gap) => Math.log1p(count * Math.exp(-single(gap))));
      for (const { data } of results) {
        for (const [index, want] of exact.entries()) {
          expect(Math.abs(data[index]! / want - 1), `${count} at ${gaps[index]}`).toBeLessThan(off);
        }
      }
    }
    await fn.dispose();
  });

  test("the factor of a product of float64 keeps its digits", async () => {
    const x = ndarray([1, 2, 3], [1, 3], "float64");
    const fn = compile((row) => matmul(row, row.transpose()).mul(1 / 3), { engine });
    expect((await fn(x)).item()).toBe(14 * (1 / 3));
    await fn.dispose();
  });
});

describe("faults", () => {
  test("indices out of range inside a graph give something, not a crash", async () => {
    const fn = compile((x, i) => x.takeAlongAxis(i.add(7), 0), { engine });
    const { data } = await fn([1, 2, 3], ndarray([0, -20], [2], "int32"));
    expect([...data].every((value) => [1, 2, 3].includes(value))).toBe(true);
    await fn.dispose();
  });

  test("labels out of range are named before anything runs, and the engine works on", async () => {
    const fn = compile((labels, logits) => sparseSoftmaxCrossentropyLogits(labels, logits), { engine });
    await expect(fn(ndarray([5], [1], "int32"), [[1, 2, 3]])).rejects.toMatchObject({ name: "OutOfRangeError" });
    expect((await fn(ndarray([0], [1], "int32"), [[1, 1, 1]])).item()).toBeCloseTo(Math.log(3), 6);
    await fn.dispose();
  });

  test("arrays that would fill the heap are refused, and the engine works on", async () => {
    const graph = prepare(
      traceGraph("test", ({ x }: { x: Tensor }) => x.mul(2), { x: { shape: [2 ** 29] } }),
      engine,
    );
    await expect(engine.compile(graph)).rejects.toMatchObject({
      name: "EngineError",
      message: expect.stringMatching(
        /^compile: out of memory: the graph would take about 409\d MiB in addition to \d+ MiB/,
      ) as string,
    });
    expect((await evaluate(sum([1, 2]), { engine })).item()).toBe(3);
  });

  test("what the runtime refuses is thrown, and the next run works", async () => {
    const executable = await executableOf(engine, (x) => x.add(1), [3]);
    await expect(executable.run([new Float32Array(2)])).rejects.toThrow(/size|length/);
    expect([...(await executable.run([new Float32Array(3)]))[0]!]).toEqual([1, 1, 1]);
    await executable.dispose();
  });
});

test("a process that has used the engine and forgot to dispose it ends by itself, and a failing kernel prints nothing", () => {
  const script = fileURLToPath(new URL("../test/use-and-forget.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8", timeout: 30_000 });
  expect(stderr).toBe("");
  expect(stdout).toBe("6\nError\n");
  expect(status).toBe(0);
}, 40_000);

async function executableOf(
  on: Engine,
  fn: (x: Tensor) => Tensor,
  shape: readonly number[],
  dtype: "float32" | "bool" = "float32",
) {
  return on.compile(
    prepare(
      traceGraph("test", ({ x }: { x: Tensor }) => fn(x), { x: { shape, dtype } }),
      on,
    ),
  );
}
