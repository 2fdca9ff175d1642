/** Do calls give the right results whatever lies beside their arrays, how many run at once, and what failed before? */
import {
  type NDArray,
  type Tensor,
  type TypedArray,
  asTensor,
  compile,
  explain,
  matmul,
  ndarray,
  pad,
  softmax,
  valueAndGrad,
} from "@symloss/core";
import { type DType, type Engine, type Executable, type Graph, prepare, traceGraph } from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { huber } from "@symloss/losses";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { wasm } from "./index.ts";
import { type WebAssemblyHost, webAssembly } from "./assembler/host.ts";

let engine: Engine;
let reference: Engine;

beforeAll(async () => {
  engine = await wasm();
  reference = await cpu({ mode: "interpreter" });
});
afterAll(() => engine.dispose());
afterEach(() => void vi.unstubAllGlobals());

type Pair = Readonly<Record<"x" | "y", Tensor>>;

function graphOf(shape: readonly number[], dtype: DType, fn: (inputs: Pair) => Tensor[]): Graph {
  return prepare(traceGraph("test", fn, { x: { shape, dtype }, y: { shape, dtype } }), engine);
}

const run = (of: Engine, graph: Graph, values: readonly TypedArray[], outputs?: readonly TypedArray[]) =>
  (of.compile(graph) as Executable).run(values, outputs) as readonly TypedArray[];

const kinds = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const;
type Kind = (typeof kinds)[keyof typeof kinds];

/** What lies beside a view, and must stay. */
const beside = 77;

/** A view of so many elements, the first of them `skipped` elements after the beginning of its buffer. */
function viewOf(kind: Kind, length: number, skipped: number): TypedArray {
  const whole = new kind(skipped + length + 5).fill(beside);
  return whole.subarray(skipped, skipped + length);
}

function expectRestUnchanged(view: TypedArray): void {
  const whole = new (view.constructor as Kind)(view.buffer as ArrayBuffer);
  const skipped = view.byteOffset / view.BYTES_PER_ELEMENT;
  const rest = [...whole.subarray(0, skipped), ...whole.subarray(skipped + view.length)];
  expect(new Set(rest)).toEqual(new Set([beside]));
}

describe.each(Object.entries(kinds) as [DType, Kind][])("views of %s that begin and end anywhere", (dtype, kind) => {
  const fn = ({ x, y }: Pair): Tensor[] =>
    dtype === "bool"
      ? [x.logicalAnd(y.logicalNot()), x.logicalOr(y)]
      : [x.mul(2).sub(y), x.maximum(y), x.sum(), y.max()];

  test.each([1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 100, 1001, 40_003])("%d elements", (length) => {
    const graph = graphOf([length], dtype, fn);
    for (const skipped of [0, 1, 2, 3, 5]) {
      const [x, y] = [viewOf(kind, length, skipped), viewOf(kind, length, skipped + 1)];
      for (let at = 0; at < length; at++) {
        x[at] = dtype === "bool" ? (at >> 1) % 2 : ((at * 7) % 23) - 11;
        y[at] = dtype === "bool" ? at % 2 : ((at * 5) % 19) - 9;
      }
      const results = graph.outputs.map(({ size }, index) => viewOf(kind, size, skipped + index));
      run(engine, graph, [x, y], results);
      expect(results.map((result) => result.slice())).toEqual(run(reference, graph, [x.slice(), y.slice()]));
      for (const view of [x, y, ...results]) expectRestUnchanged(view);
    }
  });
});

test("a reshape that adds an axis of length 1 after one that a batch of 1 comes to", () => {
  const graph = prepare(
    traceGraph(
      "test",
      ({ x }: Readonly<Record<"x", Tensor>>) => {
        const [column, factor] = [x.reshape([3, 1]), asTensor(0.5).reshape([1, 1]).mul(4)];
        const [left, right] = [matmul(column, factor), matmul(factor, column.transpose()).transpose()];
        return [
          left
            .reshape([1, 3, 1])
            .add(right.reshape([1, 3, 1]))
            .reshape([1, 3]),
        ];
      },
      { x: { shape: [1, 3] } },
    ),
    engine,
  );
  expect(run(engine, graph, [Float32Array.of(1, 2, 3)])).toEqual([Float32Array.of(4, 8, 12)]);
});

test.each([2, 5, 32])("a maximum of integers beside a sum that needs all of them, in rows of %d", (length) => {
  const graph = prepare(
    traceGraph(
      "test",
      ({ x }: Readonly<Record<"x", Tensor>>) => {
        const largest = x.cast("int32").max(1);
        return [largest, largest.cast("float32").add(x.sum())];
      },
      { x: { shape: [2, 3, length] } },
    ),
    engine,
  );
  const x = new Float32Array(6 * length).map((_, index) => ((index * 7) % 11) - 20);
  expect(run(engine, graph, [x])).toEqual(run(reference, graph, [x]));
});

test.each([1, 2, 4, 9, 20])("sums of %d columns, each over rows of which some are padding", (length) => {
  const graph = prepare(
    traceGraph(
      "test",
      ({ x }: Readonly<Record<"x", Tensor>>) => {
        const sums = pad(x, [1, 0, 1, 0], [0, 1, 2, 0]).sum(0);
        return [sums, sums.add(1)];
      },
      { x: { shape: [2, 3, 5, length] } },
    ),
    engine,
  );
  const x = new Float32Array(30 * length).map((_, index) => ((index * 7) % 11) - 5);
  expect(run(engine, graph, [x])).toEqual(run(reference, graph, [x]));
});

describe("results that share memory with what they are computed from", () => {
  const inputs = (): readonly [Float32Array, Float32Array] => [
    new Float32Array(1000).map((_, index) => index),
    new Float32Array(1000).map((_, index) => 2000 - index),
  ];
  const reversed = ({ x, y }: Pair): Tensor[] => [
    // Each element needs one at the other end.
    matmul(y.reshape([1, 1000]), x.reshape([1000, 1]))
      .reshape([1])
      .add(x),
    x.sub(y),
  ];

  test("each in the place of the other", () => {
    const graph = graphOf([1000], "float32", reversed);
    const wanted = run(engine, graph, inputs());
    const [x, y] = inputs();
    run(engine, graph, [x, y], [y, x]);
    expect([y, x]).toEqual(wanted);
  });

  test("in overlapping parts of one buffer", () => {
    const graph = graphOf([1000], "float32", reversed);
    const wanted = run(engine, graph, inputs());
    const whole = new Float32Array(2001);
    whole.set(inputs()[0], 0);
    whole.set(inputs()[1], 1000);
    const values = [whole.subarray(0, 1000), whole.subarray(1000, 2000)];
    run(engine, graph, values, [whole.subarray(1, 1001), whole.subarray(1001)]);
    expect([whole.slice(1, 1001), whole.slice(1001)]).toEqual(wanted);
  });

  test("through a compiled function", async () => {
    const array = ndarray(Float32Array.of(1, 2, 3, 4, 5));
    const step = compile((x: Tensor) => x.mul(x.sum()), { engine });
    await step.into(array, array);
    expect(array.toArray()).toEqual([15, 30, 45, 60, 75]);
    await step.dispose();
  });
});

describe("several at once", () => {
  const lengths = [3, 64, 1000, 20_000];
  const arrayOf = (length: number, seed: number): NDArray =>
    ndarray(new Float32Array(length).map((_, index) => Math.fround((index * seed) % 13) - 6));

  test("calls of one function, on the host and on the device, have each its own results", async () => {
    const step = compile((x: Tensor) => [x.mul(2), x.max()], { engine });
    const stepOnDevice = compile((x: Tensor) => [x.mul(3), x.min()], { engine, results: "device" });
    const given = Array.from({ length: 40 }, (_, call) => arrayOf(lengths[call % lengths.length]!, call + 1));
    const [results, handles] = await Promise.all([
      Promise.all(given.map((array) => step(array))),
      Promise.all(given.map((array) => stepOnDevice(array))),
    ]);
    for (const [call, { data }] of given.entries()) {
      const values = [...data];
      expect([...results[call]![0]!.data]).toEqual(values.map((value) => 2 * value));
      expect(results[call]![1]!.item()).toBe(Math.max(...values));
      expect([...(await handles[call]![0]!.read())]).toEqual(values.map((value) => 3 * value));
      expect([...(await handles[call]![1]!.read())]).toEqual([Math.min(...values)]);
    }
    for (const handle of handles.flat()) handle.dispose();
  });

  test("engines do not share anything", async () => {
    const engines = await Promise.all([wasm(), wasm({ relaxedSimd: false }), wasm()]);
    const array = arrayOf(1000, 3);
    const steps = engines.map((one, index) => compile((x: Tensor) => softmax(x.mul(index)).sum(), { engine: one }));
    const sums = await Promise.all(steps.map((step) => step(array)));
    for (const sum of sums) expect(sum.item()).toBeCloseTo(1, 5);
    await engines[0]!.dispose();
    expect((await steps[1]!(array)).item()).toBeCloseTo(1, 5);
    await expect(steps[0]!(array)).rejects.toMatchObject({ name: "DisposedError" });
    for (const one of engines) await one.dispose();
  });
});

test("explain shows the engine, its loops, what of them is vector code, and its memory", async () => {
  const step = valueAndGrad((x: Tensor, y: Tensor) => huber(y, x).mean());
  const linesFor = async (dtype: DType): Promise<readonly string[]> =>
    (await explain(step, { engine }, { shape: [100], dtype }, { shape: [100], dtype })).split("\n");
  const lines = await linesFor("float32");
  expect(lines).toContain(`wasm (${engine.device})`);
  expect(lines).toContain("program 1");
  expect(lines).toContain("  for i0 to 100");
  expect(lines).toContain("1 program, 0 bytes between programs, 0 bytes of scratch");
  expect(lines.at(-1)).toMatch(/^i0: (a vector|[24] vectors) of 4$/);
  const tanh = (x: Tensor): Tensor => x.tanh();
  const ofDoubles = await explain(tanh, { engine }, { shape: [100], dtype: "float64" });
  expect(ofDoubles.split("\n").at(-1)).toMatch(/; lane by lane: tanh$/);
});

describe("what is too large", () => {
  const maximum = 2 ** 19;

  test("is refused, and says what it is and what to do; everything else goes on", async () => {
    const small = await wasm({ memory: { maximum } });
    const step = compile((x: Tensor) => softmax(x).sum(), { engine: small });
    const held = await small.upload(ndarray([1, 2, 3]));
    const large = compile((x: Tensor) => matmul(x, x.transpose()).sum(), { engine: small });
    const square = ndarray(new Float32Array(500 * 500), [500, 500]);
    for (let turn = 0; turn < 50; turn++) {
      await expect(large(square)).rejects.toMatchObject({
        name: "EngineError",
        message: expect.stringMatching(
          /^wasm: ran out of memory while allocating \d+ bytes for .*\(memory\.maximum is 524288\)\. .* Or raise memory\.maximum\.$/,
        ) as string,
      });
      expect((await step([1, 2, 3])).item()).toBeCloseTo(1, 5);
    }
    expect([...(await held.read())]).toEqual([1, 2, 3]);
    expect((await large(ndarray([[1, 2]]))).item()).toBe(5);
    await small.dispose();
  });

  test("constants that find no room take none", async () => {
    const small = await wasm({ memory: { maximum } });
    const constant = new Float32Array(100_000).fill(1);
    const add = compile(
      (x: Tensor) =>
        x
          .add(constant)
          .add(constant.map((_, index) => index))
          .sum(),
      { engine: small },
    );
    for (let turn = 0; turn < 20; turn++) {
      await expect(add(1)).rejects.toMatchObject({
        name: "EngineError",
        message: expect.stringContaining("a constant") as string,
      });
    }
    const fits = compile((x: Tensor) => x.add(constant.subarray(0, 50_000)).sum(), { engine: small });
    expect((await fits(1)).item()).toBe(100_000);
    await small.dispose();
  });

  test("a module that the host refuses is an error with the host's reason, and leaves the engine usable", async () => {
    const one = await wasm();
    const step = compile((x: Tensor) => x.add(new Float32Array(100).fill(1)).sum(), { engine: one });
    const { Module, ...others } = webAssembly();
    const reason = new RangeError("WebAssembly.Module(): function body must be at most 7654321 bytes");
    class Refusing {
      constructor() {
        throw reason;
      }
    }
    stub({ ...others, Module: Refusing });
    await expect(step(1)).rejects.toMatchObject({
      name: "EngineError",
      message: expect.stringMatching(
        /^wasm: the generated module could not be compiled, at \d+ bytes\. A smaller graph can be, or another engine\.$/,
      ) as string,
      cause: reason,
    });
    stub({ ...others, Module });
    expect((await step(1)).item()).toBe(200);
    await one.dispose();
  });

  /** Replaces members of WebAssembly. */
  function stub(members: Partial<WebAssemblyHost>): void {
    const { Memory, Module, Instance, validate } = webAssembly();
    vi.stubGlobal("WebAssembly", { Memory, Module, Instance, validate, ...members });
  }

  test("a graph of thousands of operations runs", async () => {
    const deep = compile(
      (x: Tensor) => {
        let value = x;
        for (let step = 0; step < 3000; step++) value = value.mul(0.5).add(step % 3);
        return value;
      },
      { engine },
    );
    let wanted = 7;
    for (let step = 0; step < 3000; step++) wanted = Math.fround(Math.fround(wanted * 0.5) + (step % 3));
    expect((await deep([7, 7, 7, 7, 7])).data.every((value) => Math.abs(value - wanted) < 1e-5)).toBe(true);
    await deep.dispose();
  });
});
