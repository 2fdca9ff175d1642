import { type Tensor, compileSync, grad, upload } from "@symloss/core";
import { ShapeError, prepare, traceGraph } from "@symloss/core/engine";
import { expect, test } from "vitest";
import { wasm } from "./engine.ts";

test("takes the lengths of names when it runs, each from 1", async () => {
  const engine = await wasm();
  const graph = traceGraph("test", ({ x }: { x: Tensor }) => [x.mul(2)], { x: { shape: ["batch"] } });
  const executable = await engine.compile(prepare(graph, engine));
  const input = Float32Array.of(1, 2, 3);
  expect(await executable.run([input], undefined, { batch: 3 })).toEqual([Float32Array.of(2, 4, 6)]);
  for (const lengths of [undefined, {}, { batch: 0 }, { batch: -1 }, { batch: 1.5 }, { batch: NaN }])
    expect(() => executable.run([input], [new Float32Array(3)], lengths)).toThrow(ShapeError);
  const [handle] = await executable.runOnDevice([Float32Array.of(4)], { batch: 1 });
  expect(handle!.shape).toEqual([1]);
  expect(await handle!.read()).toEqual(Float32Array.of(8));
  await engine.dispose();
});

test("keeps no memory of the longest run", async () => {
  const engine = await wasm({ memory: { initial: 2 ** 20, maximum: 2 ** 24 } });
  const dynamic = [{ argument: 0, axis: 0, name: "rows" }];
  const slope = grad((x: Tensor) => x.softmax(0).square().sum());
  const run = compileSync(slope, { engine, dynamic, results: "device" });
  const sizes = [1, 5000, 3, 60_000, 17, 60_000];
  for (const size of [...sizes, ...sizes, ...sizes]) {
    using x = await upload(
      Float32Array.from({ length: size }, (_, index) => Math.sin(index)),
      { engine },
    );
    using result = run(x);
    expect(result.shape).toEqual([size]);
    expect(result.read().every(Number.isFinite)).toBe(true);
  }
  expect(() => run(new Float32Array(2 ** 22))).toThrow("memory");
  expect(run([0]).read()).toEqual(Float32Array.of(0));
  run.dispose();
  await engine.dispose();
});
