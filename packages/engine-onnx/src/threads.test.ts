/** Does the engine run on several threads in Node.js, with a runtime that supports them, and are concurrent calls right too? */
import { compile, ndarray, sum } from "@symloss/core";
import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { onnx } from "./index.ts";

test("two threads give what one gives", async () => {
  const engine = await onnx({ ort, numThreads: 2 });
  expect(engine.device).toBe("wasm x2");
  const compiled = compile((x) => sum(x.mul(x).add(1)), { engine });
  const array = ndarray(Float32Array.from({ length: 100_000 }, (_, index) => index % 3));
  const results = await Promise.all(Array.from({ length: 50 }, () => compiled(array)));
  expect(new Set(results.map((result) => result.item()))).toEqual(new Set([266_665]));
  await compiled.dispose();
  await expect(onnx({ ort, numThreads: 1 })).rejects.toMatchObject({ name: "EngineUnavailableError" });
  await engine.dispose();
});
