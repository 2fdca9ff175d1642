import { describe, expect, test } from "vitest";
import { gpu } from "./index.ts";

describe("gpu", () => {
  test("is unavailable, with a reason for each mode, where there is no WebGL", async () => {
    await expect(gpu()).rejects.toMatchObject({
      name: "EngineUnavailableError",
      message:
        "gpu: WebGL must compute with float32 here, got none that does. webgl2: there is no such context; " +
        "webgl: there is no such context; headlessgl: there is no package gl, or no display for it.",
    });
    await expect(gpu({ mode: "webgl" })).rejects.toThrow(/got none that does\. webgl: there is no such context\./);
  });

  test("refuses options that it does not know", async () => {
    await expect(gpu({ mode: "webgpu" as never })).rejects.toThrow(
      'gpu: mode must be one of webgl2, webgl, headlessgl, got "webgpu".',
    );
    await expect(gpu({ precision: "single" } as never)).rejects.toThrow(
      "gpu: an option must be one of mode, canvas, context and packed, got precision.",
    );
    await expect(gpu({ packed: 4 as never })).rejects.toThrow("gpu: packed must be true or false, got 4.");
  });

  test.each<[string, object]>([
    ["gpu: canvas must be a canvas of the page or an OffscreenCanvas, got a value of type string.", { canvas: "#c" }],
    ['gpu: mode "headlessgl" must have no canvas, got one.', { mode: "headlessgl", canvas: { getContext: () => {} } }],
    ["gpu: context must be one of WebGL, got null.", { context: null }],
    ["gpu: context must be one of WebGL, got a value of type object.", { context: {} }],
  ])("says that %s", async (message, options) => {
    await expect(gpu(options)).rejects.toThrow(message);
  });

  test("refuses a context that is lost", async () => {
    const context = { texImage2D: () => {}, isContextLost: () => true } as unknown as WebGLRenderingContext;
    await expect(gpu({ context })).rejects.toThrow("gpu: context must not be lost, got one that is.");
  });

  test("leaves the global GPU as it was", async () => {
    const own = { mine: true };
    Object.defineProperty(globalThis, "GPU", { value: own, configurable: true, writable: true });
    await gpu().catch(() => {});
    expect((globalThis as { GPU?: unknown }).GPU).toBe(own);
    delete (globalThis as { GPU?: unknown }).GPU;
    await gpu().catch(() => {});
    expect("GPU" in globalThis).toBe(false);
  });
});
