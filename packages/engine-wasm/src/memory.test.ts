/** Is the memory of an engine after many calls, compilations and arrays what it was after few? */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Tensor, compile, matmul, ndarray, segmentSum, takeAlongAxis, valueAndGrad } from "@symloss/core";
import { type Engine, type Executable, prepare, traceGraph } from "@symloss/core/engine";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { expect, test, vi } from "vitest";
import type { Heap } from "./memory/heap.ts";
import { type WasmOptions, wasm } from "./index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** The memory of the last engine. */
const watched = vi.hoisted(() => ({ heap: undefined as Heap | undefined }));

vi.mock("./memory/heap.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("./memory/heap.ts")>();
  class WatchedHeap extends original.Heap {
    constructor(limits: ConstructorParameters<typeof Heap>[0]) {
      super(limits);
      watched.heap = this;
    }
  }
  return { ...original, Heap: WatchedHeap };
});

async function open(options?: WasmOptions): Promise<{ readonly engine: Engine; readonly heap: Heap }> {
  const engine = await wasm(options);
  return { engine, heap: watched.heap! };
}

const sizesOf = ({ bytesHeld, bytesInUse }: Heap): { readonly bytesHeld: number; readonly bytesInUse: number } => ({
  bytesHeld,
  bytesInUse,
});

/** Bytes of JavaScript objects that are alive. */
function bytesAlive(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const rows = 24;
const classes = 5;
const logits = new Float32Array(rows * classes).map((_, index) => Math.sin(index));
const labels = new Int32Array(rows).map((_, index) => index % classes);

/** Calls of every kind, in turn. What is compiled once is given back by `dispose`. */
async function makeCalls(engine: Engine) {
  const fn = (given: Tensor, classOf: Tensor) => sparseSoftmaxCrossentropyLogits(classOf, given).mean();
  const inputs = [ndarray(logits, [rows, classes]), ndarray(labels)] as const;
  const step = compile(valueAndGrad(fn), { engine });
  const stepOnDevice = compile(valueAndGrad(fn), { engine, results: "device" });
  const product = compile((x: Tensor) => matmul(x, x.transpose()).sum(1), { engine });
  const resident = await Promise.all(inputs.map(async (array) => engine.upload(array)));
  const into = [ndarray(new Float32Array(1), []), ndarray(new Float32Array(rows * classes), [rows, classes])] as const;
  const calls: readonly (() => Promise<unknown>)[] = [
    async () => step(...inputs),
    async () => step.into(into, ...inputs),
    async () => step(resident[0]!, resident[1]!),
    async () => product(inputs[0]),
    async () => {
      for (const handle of await stepOnDevice(...inputs)) handle.dispose();
    },
    async () => {
      for (const handle of await stepOnDevice(resident[0]!, resident[1]!)) {
        await handle.read();
        handle.dispose();
      }
    },
  ];
  return {
    call: async (turn: number): Promise<void> => void (await calls[turn % calls.length]!()),
    async dispose() {
      for (const handle of resident) handle.dispose();
      for (const compiled of [step, stepOnDevice, product]) await compiled.dispose();
    },
  };
}

/** A graph that differs from turn to turn, in shapes and constants, is compiled, run and disposed of. */
async function compileAnother(engine: Engine, turn: number): Promise<void> {
  const length = 3 + (turn % 97);
  const graph = prepare(
    traceGraph(
      "memory",
      ({ x, places }: Readonly<Record<"x" | "places", Tensor>>) => {
        const scaled = x.mul(new Float32Array(length).fill(turn)).exp();
        return [segmentSum(takeAlongAxis(scaled, places, 0), places, 7), scaled.sum()];
      },
      { x: { shape: [length] }, places: { shape: [length], dtype: "int32" } },
    ),
    engine,
  );
  const executable = (await engine.compile(graph)) as Executable;
  await executable.run([new Float32Array(length), new Int32Array(length)]);
  await executable.dispose();
}

test("after 100,000 calls it is what it was after 100", async () => {
  const { engine, heap } = await open();
  const calls = await makeCalls(engine);
  let [after100, aliveAfter10000] = [sizesOf(heap), 0];
  for (let turn = 1; turn <= 100_000; turn++) {
    await calls.call(turn);
    if (turn % 250 === 0 || turn === 1) await compileAnother(engine, turn);
    if (turn === 100) after100 = sizesOf(heap);
    if (turn === 10_000) aliveAfter10000 = bytesAlive();
  }
  expect(sizesOf(heap)).toEqual(after100);
  // If each call left one object, that would be more.
  expect(bytesAlive() - aliveAfter10000).toBeLessThan(3_000_000);
  await calls.dispose();
  await engine.dispose();
}, 120_000);

/** What is left of so many engines: nothing here refers to one of them after it has been disposed of. */
async function useAndDispose(count: number): Promise<{ memories: WeakRef<object>[]; sizes: Set<string> }> {
  const memories: WeakRef<object>[] = [];
  const sizes = new Set<string>();
  for (let turn = 0; turn < count; turn++) {
    const { engine, heap } = await open();
    const double = compile((x: Tensor) => x.mul(2), { engine, results: "device" });
    const doubled = await double(await engine.upload(ndarray(logits)));
    expect((await doubled.read())[1]).toBe(2 * logits[1]!);
    sizes.add(JSON.stringify(sizesOf(heap)));
    memories.push(new WeakRef(heap.memory));
    await engine.dispose();
  }
  watched.heap = undefined;
  return { memories, sizes };
}

test("1,000 engines have what the first had, and leave nothing", async () => {
  const { memories, sizes } = await useAndDispose(1000);
  expect(sizes.size).toBe(1);
  await vi.waitFor(() => {
    collectGarbage();
    const kept = memories.filter((memory) => memory.deref() !== undefined);
    // The runtime itself may still hold the last.
    expect(kept.length).toBeLessThanOrEqual(1);
  }, 30_000);
}, 120_000);
