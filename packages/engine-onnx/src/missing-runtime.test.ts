/** What happens where onnxruntime-web, which is an optional peer, is not installed? */
import { isSymlossError } from "@symloss/core";
import * as ort from "onnxruntime-web";
import { expect, test, vi } from "vitest";
import { exportOnnx } from "./export.ts";
import { onnx } from "./index.ts";

vi.mock("./session.ts", async (importOriginal) => ({
  ...(await importOriginal<typeof import("./session.ts")>()),
  loadRuntime: async () => import("a package that is not installed" as string),
}));

test("the engine asks for it by name, and another runtime does", async () => {
  const refused: unknown = await onnx().catch((error: unknown) => error);
  expect(isSymlossError(refused) && refused.name).toBe("EngineUnavailableError");
  expect((refused as Error).message).toBe(
    "onnx: onnxruntime-web must be installed (npm install onnxruntime-web), or another runtime be passed (onnx({ ort })), got neither.",
  );
  const engine = await onnx({ ort });
  expect(engine.device).toBe("wasm x1");
  await engine.dispose();
});

test("a model is exported without it", () => {
  expect(exportOnnx(({ x }) => x.mul(2), { inputs: { x: { shape: [3] } } }).length).toBeGreaterThan(0);
});
