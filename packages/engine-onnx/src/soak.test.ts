/** Is memory unchanged after many calls and many engines? `npm run test:soak` runs it in full. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Engine, compile, ndarray } from "@symloss/core";
import { describe, expect, test } from "vitest";

const full = process.env["MODE"] === "soak";
const calls = full ? 100_000 : 20_000;
const rounds = full ? 1_000 : 100;

// The runtime creates its own WebAssembly memory, so the test intercepts its creation.
const memories: { readonly buffer: ArrayBufferLike }[] = [];
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: { Memory: new (options: object) => { buffer: ArrayBufferLike } };
};
wasm.Memory = new Proxy(wasm.Memory, {
  construct(target, parameters: [object]) {
    const memory = new target(...parameters);
    memories.push(memory);
    return memory;
  },
});
const { onnx } = await import("./index.ts");

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** The size of the WebAssembly heap, which only grows. */
function wasmHeap(): number {
  return memories.reduce((total, { buffer }) => total + buffer.byteLength, 0);
}

/** The size of live JavaScript objects, after garbage collection. */
async function jsHeap(): Promise<number> {
  // Finalizers run between tasks, and free more.
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return process.memoryUsage().heapUsed;
}

/** Compiles, calls and disposes of functions of several sizes. */
async function work(engine: Engine, count: number): Promise<void> {
  const value = compile((x) => x.square().sum(), { engine });
  const both = compile((x) => [x.exp().sum(), x.softmax()], { engine });
  const arrays = [8, 64, 256].map((size) => ndarray(new Float32Array(size).fill(0.5)));
  for (let done = 0; done < count; done += 100) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, call) => {
        const array = arrays[call % arrays.length]!;
        const [total] = call % 2 === 0 ? [await value(array)] : await both(array);
        const each = call % 2 === 0 ? 0.25 : Math.exp(0.5);
        if (Math.abs((total!.item() as number) / (each * array.size) - 1) > 1e-6)
          throw new Error(`a wrong result, got ${total!.item()}`);
      }),
    );
  }
  await value.dispose();
  await both.dispose();
}

describe("memory", () => {
  test(`stands where it stood after ${calls} calls`, async () => {
    const engine = await onnx();
    await work(engine, 3_000);
    const before = { wasm: wasmHeap(), js: await jsHeap() };
    expect(before.wasm).toBeGreaterThan(2 ** 20);
    await work(engine, calls);
    expect(wasmHeap()).toBe(before.wasm);
    expect((await jsHeap()) - before.js).toBeLessThan(2 ** 20);
    await engine.dispose();
  }, 600_000);

  test(`stands where it stood after ${rounds} engines`, async () => {
    const round = async (): Promise<void> => {
      const engine = await onnx();
      await work(engine, 100);
      await engine.dispose();
    };
    for (let warm = 0; warm < 20; warm++) await round();
    const before = wasmHeap();
    const growth: number[] = [];
    for (let window = 0; window < 4; window++) {
      const start = await jsHeap();
      for (let count = 0; count < rounds / 4; count++) await round();
      growth.push((await jsHeap()) - start);
    }
    expect(wasmHeap()).toBe(before);
    // Compiled code and its feedback settle within some hundred rounds; what leaks grows in every window.
    expect(Math.min(...growth)).toBeLessThan(2 ** 18);
  }, 600_000);
});
