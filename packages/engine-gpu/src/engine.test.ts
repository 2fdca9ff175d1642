import { describe, expect, test } from "vitest";
import { gpu } from "./index.ts";

describe("gpu", () => {
  test("is unavailable, with a reason for each mode, where there is no WebGL", async () => {
    await expect(gpu()).rejects.toMatchObject({
      name: "EngineUnavailableError",
      message:
        "gpu: no mode of WebGL computes in float32 here. webgl2: there is no such context; " +
        "webgl: there is no such context; headlessgl: the package gl is not installed, or has no display.",
    });
    await expect(gpu({ mode: "webgl" })).rejects.toThrow(
      /computes in float32 here\. webgl: there is no such context\./,
    );
  });

  test("refuses options that it does not know", async () => {
    await expect(gpu({ mode: "webgpu" as never })).rejects.toThrow(
      'gpu: mode must be one of webgl2, webgl, headlessgl, got "webgpu".',
    );
    await expect(gpu({ precision: "single" } as never)).rejects.toThrow(
      'gpu: options must be among mode, canvas, context, packed, got "precision".',
    );
    await expect(gpu({ packed: 4 as never })).rejects.toThrow("gpu: packed must be true or false, got 4.");
  });

  test.each<[string, object]>([
    ['gpu: canvas must be a canvas of the page or an OffscreenCanvas, got "#c".', { canvas: "#c" }],
    ['gpu: mode "headlessgl" must have no canvas, got one.', { mode: "headlessgl", canvas: { getContext: () => {} } }],
    ["gpu: context must be one of WebGL, got null.", { context: null }],
    ["gpu: context must be one of WebGL, got a record of nothing.", { context: {} }],
    [
      "gpu: canvas must be the context's own, got another.",
      { canvas: { getContext: () => {} }, context: contextLike(false) },
    ],
    ['gpu: mode must be that of the context ("webgl"), got "webgl2".', { mode: "webgl2", context: contextLike(false) }],
  ])("says that %s", async (message, options) => {
    await expect(gpu(options)).rejects.toThrow(message);
  });

  test("refuses a context that is lost", async () => {
    await expect(gpu({ context: contextLike(true) })).rejects.toMatchObject({
      name: "EngineUnavailableError",
      message: "gpu: the context that was given is lost.",
    });
  });

  test.each<[string, unknown]>([
    ["null", null],
    ["a string", "webgl2"],
    ["a number", 3],
    ["a bigint", 3n],
    ["a promise", Promise.resolve({})],
    ["a list", ["webgl2"]],
    ["a function", () => ({})],
    ["a symbol", Symbol("gpu")],
    ["a mode in capitals", { mode: "WebGL2" }],
    ["a mode of every object", { mode: "constructor" }],
    ["a bigint for a mode", { mode: 2n }],
    ["null for a mode", { mode: null }],
    ["a promise of a canvas", { canvas: Promise.resolve({}) }],
    ["null for a canvas", { canvas: null }],
    ["a symbol for packed", { packed: Symbol("packed") }],
    ["a number for packed", { packed: 1 }],
    ["text for a context", { context: "webgl2" }],
    ["an option of every object", { toString: () => "webgl2" }],
  ])("refuses %s for options by name", async (_, options) => {
    await expect(gpu(options as never)).rejects.toMatchObject({
      name: expect.stringMatching(/^(DTypeError|OutOfRangeError)$/) as string,
      message: expect.stringMatching(/^gpu: .* must be .*, got .*\.$/) as string,
    });
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

function contextLike(isLost: boolean): WebGLRenderingContext {
  const methods = { texImage2D: () => {}, getError: () => 0, isContextLost: () => isLost, canvas: {} };
  return methods as unknown as WebGLRenderingContext;
}
