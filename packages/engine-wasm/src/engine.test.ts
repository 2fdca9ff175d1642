/** Does everything around the generated code keep its promises? The code itself is replaced by the interpreter of engine-cpu. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  type Engine,
  EngineError,
  type Executable,
  type Graph,
  HostDeviceArray,
  NDArray,
  Tensor,
  type TypedArray,
  allOperations,
  allocate,
  sizeOf,
  traceGraph,
} from "@symloss/core/engine";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fused, separate } from "./assembler/arithmetic.ts";
import type { Place, WasmProgram } from "./codegen/program.ts";
import type { WasmDeviceArray } from "./device-array.ts";
import type { WasmExecutable } from "./executable.ts";
import type { Heap } from "./memory/heap.ts";
import { type WasmOptions, wasm } from "./index.ts";
import { type WebAssemblyHost, webAssembly } from "./assembler/host.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What the engine has compiled, and what a program does before it runs. */
const watched = vi.hoisted(() => ({
  heap: undefined as Heap | undefined,
  arithmetic: undefined as unknown,
  places: [] as (readonly Place[])[],
  disposed: 0,
  beforeRun: () => {},
}));

vi.mock("./codegen/generate.ts", async () => {
  const { cpu } = await import("@symloss/engine-cpu");
  const interpreter = await cpu({ mode: "interpreter" });
  return {
    compileGraph(graph: Graph, { heap, arithmetic }: { heap: Heap; arithmetic: unknown }): WasmProgram {
      Object.assign(watched, { heap, arithmetic });
      const executable = interpreter.compile(graph) as Executable;
      const kept = heap.allocate(1000, "what a program keeps");
      return {
        description: "interpreted",
        bytes: 1000,
        run(inputs, outputs) {
          watched.places.push(inputs, outputs);
          watched.beforeRun();
          const values = inputs.map((place, index) => elementsAt(heap, place, graph.inputs[index]!));
          const results = executable.run(values) as readonly TypedArray[];
          for (const [index, place] of outputs.entries()) {
            if (typeof place === "number") heap.write(place, results[index]!);
            else place.set(results[index]!);
          }
        },
        dispose() {
          heap.free(kept);
          watched.disposed++;
        },
      };
    },
  };
});

function elementsAt(heap: Heap, place: Place, { dtype, shape }: Tensor): TypedArray {
  if (typeof place !== "number") return place;
  const elements = allocate(dtype, sizeOf(shape));
  heap.read(place, elements);
  return elements;
}

beforeEach(() => void Object.assign(watched, { places: [], disposed: 0, beforeRun: () => {} }));

afterEach(() => void vi.unstubAllGlobals());

/** An engine whose methods return values. */
interface ValueEngine extends Engine {
  compile(graph: Graph): WasmExecutable;
  upload(array: NDArray): WasmDeviceArray;
  dispose(): void;
}

/** Asserts what the tests then show: that no method returns a promise. */
const open = async (options?: WasmOptions): Promise<ValueEngine> => (await wasm(options)) as ValueEngine;

type Inputs = Readonly<Record<"x" | "y", Tensor>>;

/** A graph of x and y, both [2, 3]. */
function graphOf(fn: (inputs: Inputs) => Tensor[]): Graph {
  return traceGraph("test", fn, { x: { shape: [2, 3] }, y: { shape: [2, 3] } });
}

const x = (): Float32Array => Float32Array.of(1, 2, 3, 4, 5, 6);
const y = (): Float32Array => Float32Array.of(10, 20, 30, 40, 50, 60);
const sums = [11, 22, 33, 44, 55, 66];
const arrayOf = (data: TypedArray): NDArray => new NDArray(data, [2, 3], "float32");

const isDisposed = (message: string): unknown => expect.objectContaining({ name: "DisposedError", message });

describe("wasm", () => {
  test("says what it is", async () => {
    const { name, device, software, traits } = await open({ relaxedSimd: false });
    expect({ name, device, software }).toEqual({ name: "wasm", device: "loops (WebAssembly SIMD)", software: false });
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

  test.each([
    [true, { relaxedSimd: true }, "loops (WebAssembly SIMD, fused multiply-add)"],
    [true, { relaxedSimd: "auto" }, "loops (WebAssembly SIMD, fused multiply-add)"],
    [true, {}, "loops (WebAssembly SIMD, fused multiply-add)"],
    [true, { relaxedSimd: false }, "loops (WebAssembly SIMD)"],
    [false, {}, "loops (WebAssembly SIMD)"],
  ] as const)("takes fused multiply-add if it can (%j) and may (%j)", async (fuses, options, device) => {
    class Instance {
      readonly exports = { probe: () => Number(fuses) };
    }
    stub({ validate: () => true, Module: class {}, Instance });
    const engine = await open(options);
    expect(engine.device).toBe(device);
    engine.compile(graphOf(({ x }) => [x]));
    expect(watched.arithmetic).toBe(device.includes("fused") ? fused : separate);
  });
});

/** Replaces members of WebAssembly. */
function stub(members: Partial<WebAssemblyHost>): void {
  const { Memory, Module, Instance, validate } = webAssembly();
  vi.stubGlobal("WebAssembly", { Memory, Module, Instance, validate, ...members });
}

describe("options", () => {
  test.each([
    [{ threads: 2 }, 'wasm: options must be among memory, relaxedSimd, got "threads".'],
    [{ relaxedSimd: "on" }, 'wasm: relaxedSimd must be "auto", true or false, got "on".'],
    [{ memory: { max: 1 } }, 'wasm: memory must be among initial, maximum, got "max".'],
    [{ memory: { initial: 0 } }, "wasm: memory.initial must be an integer from 1 to 4294967296 (4 GiB), got 0."],
    [{ memory: { initial: 1.5 } }, "wasm: memory.initial must be an integer from 1 to 4294967296 (4 GiB), got 1.5."],
    [
      { memory: { maximum: 2 ** 33 } },
      "wasm: memory.maximum must be an integer from 1 to 4294967296 (4 GiB), got 8589934592.",
    ],
    [{ memory: { maximum: "1" } }, 'wasm: memory.maximum must be an integer from 1 to 4294967296 (4 GiB), got "1".'],
    [
      { memory: { initial: 2000, maximum: 1000 } },
      "wasm: memory.initial must be at most memory.maximum, got 2000 and 1000.",
    ],
  ])("%j is refused", async (options, message) => {
    await expect(open(options as WasmOptions)).rejects.toMatchObject({ name: "OutOfRangeError", message });
  });

  test.each([
    [null, "wasm: options must be a record, got null."],
    ["fast", 'wasm: options must be a record, got the string "fast".'],
    [{ memory: null }, "wasm: memory must be a record, got null."],
    [{ memory: 2 ** 20 }, "wasm: memory must be a record, got 1048576."],
  ])("%j is no record", async (options, message) => {
    await expect(open(options as WasmOptions)).rejects.toMatchObject({ name: "DTypeError", message });
  });

  test("limit the memory", async () => {
    const engine = await open({ memory: { initial: 2 ** 18, maximum: 2 ** 19 } });
    engine.upload(arrayOf(x()));
    expect(watched.heap!.bytesHeld).toBe(2 ** 18);
    const large = new NDArray(new Float32Array(2 ** 17), [2 ** 17], "float32");
    expect(() => engine.upload(large)).toThrow(
      "wasm: ran out of memory while allocating 524288 bytes for the device array f32[131072]: of 262144 bytes, ",
    );
  });

  test("a maximum alone may be below what the memory begins with otherwise", async () => {
    await open({ memory: { maximum: 2 ** 17 } });
    expect(watched.heap!.bytesHeld).toBe(2 ** 17);
  });
});

describe("where the host is limited", () => {
  /** A host that accepts memories of at most so many bytes. */
  function accept(bytes: number): void {
    const { Memory } = webAssembly();
    const limited = function (limits: { initial: number; maximum: number }) {
      if (limits.maximum * 2 ** 16 > bytes) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
      return new Memory(limits);
    };
    stub({ Memory: limited as unknown as WebAssemblyHost["Memory"] });
  }

  test("the memory may grow to what is accepted", async () => {
    accept(2 ** 30);
    await open();
    expect(() => watched.heap!.allocate(2 ** 31, "x")).toThrow(/memory.maximum is 1073741824/);
  });

  test("the engine is unavailable if that is less than what was asked for", async () => {
    accept(2 ** 30);
    await expect(open({ memory: { maximum: 2 ** 31 } })).rejects.toMatchObject({
      name: "EngineUnavailableError",
      message:
        "wasm: the host refuses a memory of 1048576 bytes that may grow to 2147483648 (WebAssembly.Memory(): could not allocate memory).",
    });
    await expect(open({ memory: { initial: 2 ** 31 } })).rejects.toMatchObject({ name: "EngineUnavailableError" });
  });

  test("the engine is unavailable if next to nothing is accepted", async () => {
    accept(2 ** 20);
    await expect(open()).rejects.toThrow(/may grow to 67108864 \(/);
  });

  test("the engine is unavailable without SIMD, with the reason", async () => {
    stub({ validate: () => false });
    await expect(open()).rejects.toMatchObject({
      name: "EngineUnavailableError",
      message: "wasm: the WebAssembly of this environment has no SIMD.",
    });
  });

  test("the engine is unavailable without the relaxed SIMD that was asked for", async () => {
    const { validate } = webAssembly();
    let asked = 0;
    stub({ validate: (bytes) => ++asked === 1 && validate(bytes) });
    await expect(open({ relaxedSimd: true })).rejects.toMatchObject({
      name: "EngineUnavailableError",
      message:
        'wasm: relaxedSimd must be "auto" or false here, got true: the WebAssembly of this environment has no relaxed SIMD.',
    });
  });

  test("the engine is unavailable if it computes wrongly", async () => {
    watched.beforeRun = () => {
      throw new EngineError("wasm: broken.");
    };
    await expect(open()).rejects.toThrow("wasm: broken.");
    expect(watched.disposed).toBe(1);
  });
});

describe("run", () => {
  test("returns values, never promises; typed arrays go to the program as they are", async () => {
    const engine = await open();
    const executable = engine.compile(graphOf(({ x, y }) => [x.add(y)]));
    watched.places = [];
    const [left, right, into] = [x(), y(), new Float32Array(6)];
    const results = executable.run([left, right], [into]);
    expect(results[0]).toBe(into);
    expect([...into]).toEqual(sums);
    const [inputs, outputs] = watched.places;
    expect(inputs![0]).toBe(left);
    expect(inputs![1]).toBe(right);
    expect(outputs![0]).toBe(into);
    expect([...executable.run([left, right])[0]!]).toEqual(sums);
    expect(executable.description).toBe("interpreted");
    expect(executable.bytes).toBe(1000);
  });

  test("computes before it writes if outputs share memory with inputs", async () => {
    const executable = (await open()).compile(graphOf(({ x, y }) => [y, x]));
    const [left, right] = [x(), y()];
    watched.places = [];
    executable.run([left, right], [left, right]);
    expect([left, right]).toEqual([y(), x()]);
    expect(watched.places[1]!.includes(left)).toBe(false);
    const whole = new Float32Array(9);
    whole.set(x());
    const results = executable.run([whole.subarray(0, 6), y()], [new Float32Array(6), whole.subarray(3)]);
    expect(results.map((result) => [...result])).toEqual([[...y()], [...x()]]);
  });

  test("a program that fails leaves the engine as it was", async () => {
    const engine = await open();
    const executable = engine.compile(graphOf(({ x, y }) => [x.add(y), x]));
    const inUse = watched.heap!.bytesInUse;
    watched.beforeRun = () => {
      throw new EngineError("wasm: failed.");
    };
    expect(() => executable.run([x(), y()])).toThrow("wasm: failed.");
    expect(() => executable.runOnDevice([x(), y()])).toThrow("wasm: failed.");
    expect(watched.heap!.bytesInUse).toBe(inUse);
    watched.beforeRun = () => {};
    expect([...executable.run([x(), y()])[0]!]).toEqual(sums);
  });
});

describe("arrays on the device", () => {
  test("results stay, go in again by their address, and are read as copies", async () => {
    const engine = await open();
    const executable = engine.compile(graphOf(({ x, y }) => [x.add(y), x]));
    const given = x();
    const handles = executable.runOnDevice([given, y()]);
    expect(handles).not.toBeInstanceOf(Promise);
    const [sum, same] = handles;
    expect(sum).toMatchObject({ shape: [2, 3], dtype: "float32", engine });
    expect(Object.isFrozen(sum!.shape)).toBe(true);
    given.fill(0);
    expect([...same!.read()]).toEqual([...x()]);
    watched.places = [];
    const [again] = executable.run([sum!, same!]);
    expect(watched.places[0]!.map((place) => typeof place)).toEqual(["number", "number"]);
    expect([...again!]).toEqual([12, 24, 36, 48, 60, 72]);
    sum!.read().fill(0);
    expect([...sum!.read()]).toEqual(sums);
  });

  test.each([
    [Float32Array.of(1.5, -0, NaN), "float32"],
    [Float64Array.of(1e300, -0, NaN), "float64"],
    [Int32Array.of(1, -2, 3), "int32"],
    [Uint8Array.of(1, 0, 1), "bool"],
  ] as const)("upload copies %o", async (data, dtype) => {
    const engine = await open();
    const handle = engine.upload(new NDArray(data.slice(), [3, 1], dtype));
    expect(handle).toMatchObject({ shape: [3, 1], dtype, engine });
    const read = handle.read();
    expect(read).toEqual(data);
    expect(read).not.toBe(data);
  });

  test("upload refuses what is no array", async () => {
    const engine = await open();
    expect(() => engine.upload([1, 2] as never)).toThrow(expect.objectContaining({ name: "DTypeError" }));
  });

  test("dispose gives the memory back, once", async () => {
    const engine = await open();
    const executable = engine.compile(graphOf(({ x, y }) => [x.add(y), x]));
    const inUse = watched.heap!.bytesInUse;
    const handles = executable.runOnDevice([x(), y()]);
    const [uploaded, empty] = [
      engine.upload(arrayOf(x())),
      engine.upload(new NDArray(new Float32Array(0), [0, 3], "float32")),
    ];
    expect(watched.heap!.bytesInUse).toBe(inUse + 4 * 128);
    expect(empty.read()).toEqual(new Float32Array(0));
    for (const handle of [...handles, uploaded, empty]) {
      handle.dispose();
      handle.dispose();
    }
    expect(watched.heap!.bytesInUse).toBe(inUse);
    expect(() => uploaded.read()).toThrow(isDisposed("read: the device array f32[2,3] has been disposed."));
    expect(() => executable.run([uploaded, y()])).toThrow(
      isDisposed("run: the device array f32[2,3] has been disposed."),
    );
    expect([...executable.run([x(), y()])[0]!]).toEqual(sums);
  });

  test("100,000 leave the memory as 100 did", async () => {
    const engine = await open();
    engine.compile(graphOf(({ x }) => [x]));
    const arrays = Array.from({ length: 100 }, (_, index) => new Float32Array(37 * index));
    const uploadAndDispose = (data: Float32Array): void =>
      engine.upload(new NDArray(data, [data.length], "float32")).dispose();
    arrays.forEach(uploadAndDispose);
    const { bytesHeld, bytesInUse } = watched.heap!;
    for (let turn = 0; turn < 1000; turn++) arrays.forEach(uploadAndDispose);
    expect(watched.heap).toMatchObject({ bytesHeld, bytesInUse });
  });

  test("one of another engine is refused; the executable still works", async () => {
    const engine = await open({ relaxedSimd: false });
    const executable = engine.compile(graphOf(({ x, y }) => [x.add(y)]));
    const other = await open({ relaxedSimd: false });
    for (const foreign of [other.upload(arrayOf(x())), new HostDeviceArray(other, x(), [2, 3], "float32")]) {
      expect(() => executable.run([foreign, y()])).toThrow(
        expect.objectContaining({
          name: "EngineError",
          message:
            'run: a value must be a typed array or an array of this engine "wasm", got one of another engine of that name, made by another call.',
        }),
      );
    }
    expect([...executable.run([x(), y()])[0]!]).toEqual(sums);
  });

  test("results that find no room take none", async () => {
    const engine = await open({ memory: { initial: 2 ** 17, maximum: 2 ** 17 } });
    const graph = traceGraph("test", ({ x }: { x: Tensor }) => [x.add(1), x.add(2)], { x: { shape: [20_000] } });
    const executable = engine.compile(graph);
    const inUse = watched.heap!.bytesInUse;
    const value = new Float32Array(20_000).fill(1);
    expect(() => executable.runOnDevice([value])).toThrow(
      /ran out of memory while allocating 80000 bytes for the device array f32\[20000\]/,
    );
    expect(watched.heap!.bytesInUse).toBe(inUse);
    const [first, second] = executable.run([value]);
    expect([first![0], second![19_999]]).toEqual([2, 3]);
  });

  test("one that is forgotten gives its memory back", async () => {
    const engine = await open();
    engine.compile(graphOf(({ x }) => [x]));
    const inUse = watched.heap!.bytesInUse;
    for (let turn = 0; turn < 100; turn++) engine.upload(arrayOf(x()));
    expect(watched.heap!.bytesInUse).toBeGreaterThan(inUse);
    await vi.waitFor(() => {
      collectGarbage();
      expect(watched.heap!.bytesInUse).toBe(inUse);
    }, 30_000);
  });
});

describe("dispose", () => {
  const afterwards = (caller: string): unknown => isDisposed(`${caller}: engine "wasm" has been disposed.`);

  test("an executable does not run any more, and its program is freed; others run", async () => {
    const engine = await open();
    const first = engine.compile(graphOf(({ x }) => [x]));
    const second = engine.compile(graphOf(({ y }) => [y]));
    watched.disposed = 0;
    first.dispose();
    first.dispose();
    expect(watched.disposed).toBe(1);
    const message = 'the executable on engine "wasm" has been disposed.';
    expect(() => first.run([x(), y()])).toThrow(isDisposed(`run: ${message}`));
    expect(() => first.runOnDevice([x(), y()])).toThrow(isDisposed(`runOnDevice: ${message}`));
    expect(first.bytes).toBe(0);
    expect([...second.run([x(), y()])[0]!]).toEqual([...y()]);
  });

  test("an engine does nothing any more, and frees the programs that it still has", async () => {
    const engine = await open();
    const gone = engine.compile(graphOf(({ y }) => [y]));
    gone.dispose();
    const executable = engine.compile(graphOf(({ x }) => [x]));
    const handle = engine.upload(arrayOf(x()));
    watched.disposed = 0;
    expect(engine.dispose()).toBe(undefined);
    engine.dispose();
    expect(watched.disposed).toBe(1);
    expect(() => engine.compile(graphOf(({ x }) => [x]))).toThrow(afterwards("compile"));
    expect(() => engine.upload(arrayOf(x()))).toThrow(afterwards("upload"));
    expect(() => executable.run([x(), y()])).toThrow(afterwards("run"));
    expect(() => executable.runOnDevice([x(), y()])).toThrow(afterwards("runOnDevice"));
    expect(() => handle.read()).toThrow(afterwards("read"));
    executable.dispose();
    handle.dispose();
    handle.dispose();
    expect(() => handle.read()).toThrow(isDisposed("read: the device array f32[2,3] has been disposed."));
    expect(watched.disposed).toBe(1);
  });

  test("an engine's memory goes, though its executables and arrays are kept; 1,000 engines leave nothing", async () => {
    const memories: WeakRef<object>[] = [];
    const kept: unknown[] = [];
    for (let turn = 0; turn < 1000; turn++) {
      const engine = await open();
      kept.push(engine, engine.compile(graphOf(({ x }) => [x])), engine.upload(arrayOf(x())));
      memories.push(new WeakRef(watched.heap!.memory));
      engine.dispose();
    }
    watched.heap = undefined;
    await vi.waitFor(() => {
      collectGarbage();
      expect(memories.filter((memory) => memory.deref() !== undefined)).toEqual([]);
    }, 30_000);
    expect(kept).toHaveLength(3000);
  });
});
