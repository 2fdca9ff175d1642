/** What happens to an engine whose runtime runs out of memory? Its heap is kept small here, so that it does. */
import { type Engine, type Tensor, compile, evaluate, ndarray, sum } from "@symloss/core";
import * as given from "onnxruntime-web";
import { expect, test } from "vitest";

// The runtime creates its own WebAssembly memory, of at most 4 GiB; here it gets 192 MiB.
type Options = { readonly initial: number; readonly maximum: number; readonly shared: boolean };
const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: { Memory: new (options: Options) => object } };
wasm.Memory = new Proxy(wasm.Memory, {
  construct: (target, [options]: [Options]) => new target({ ...options, maximum: 3 * 2 ** 10 }),
});
const { onnx } = await import("./index.ts");

const million = new Float32Array(2 ** 20).fill(1);
const tooLarge = new Float32Array(2 ** 26);
const lost = {
  name: "EngineError",
  message: expect.stringMatching(/the runtime .* ran out of memory and is lost/) as string,
};

/** 64 arrays of the input's size that are live at once: the maximum of each is computed at the end. */
function wide(x: Tensor): Tensor {
  let last = x;
  let total = sum(x.mul(0));
  for (let count = 0; count < 64; count++) {
    last = last.tanh();
    total = total.add(last.max());
  }
  return total;
}

const overflows: readonly (readonly [string, (engine: Engine) => Promise<unknown>])[] = [
  ["by what lies between", (engine) => compile(wide, { engine })(million)],
  ["by an input", (engine) => compile((x) => x.max(), { engine })(tooLarge)],
];

test.each(overflows)(
  "filled %s, the default runtime is loaded anew, and what was compiled works on",
  async (_, overflow) => {
    const engine = await onnx();
    const other = await onnx();
    const held = compile((x) => x.square().sum(), { engine });
    expect((await held([1, 2, 3])).item()).toBe(14);
    await expect(overflow(engine)).rejects.toMatchObject(lost);
    const results = await Promise.all([
      held([1, 2, 3]),
      held([2, 2, 2]),
      evaluate(sum(ndarray([1, 2])), { engine: other }),
    ]);
    expect(results.map((result) => result.item())).toEqual([14, 12, 3]);
    await held.dispose();
    await engine.dispose();
    await other.dispose();
  },
);

test("a runtime that was given, or that can't be loaded once more, is told as lost by every later call", async () => {
  const engine = await onnx({ ort: given });
  const held = compile((x) => x.square().sum(), { engine });
  expect((await held([1, 2, 3])).item()).toBe(14);
  await expect(overflows[1]![1](engine)).rejects.toMatchObject(lost);
  for (let call = 0; call < 2; call++) await expect(held([1, 2, 3])).rejects.toMatchObject(lost);
  await expect(evaluate(sum(ndarray([1, 2])).mul(3), { engine })).rejects.toMatchObject(lost);
  await expect(onnx({ ort: given })).rejects.toMatchObject({ name: "EngineUnavailableError", message: /lost/ });
  await held.dispose();
  await engine.dispose();
});

test("the default runtime is loaded anew twice at most: of each that is lost the memory stays", async () => {
  const engine = await onnx();
  await expect(overflows[1]![1](engine)).rejects.toMatchObject(lost);
  await expect(evaluate(sum(ndarray([1, 2])).mul(5), { engine })).rejects.toMatchObject(lost);
  await expect(onnx()).rejects.toMatchObject({ name: "EngineUnavailableError", message: /lost/ });
});
