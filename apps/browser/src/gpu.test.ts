import { describe, expect, test } from "vitest";
import { softwareWebGL, withoutWebGL } from "./launch.ts";
import { runInBrowser } from "./page.ts";

const page = new URL("../pages/gpu.ts", import.meta.url);
const withoutExtensions = new URL("../pages/gpu-without-extensions.ts", import.meta.url);

describe("engine-gpu", { timeout: 180_000 }, () => {
  test("runs in a worker", async () => {
    const device = await runInBrowser({ entry: page, arguments: ["webgl2", []], worker: true, flags: softwareWebGL });
    expect(device).toMatch(/^webgl2: .*SwiftShader/);
  });

  test("is unavailable, with the reason, where the browser has no WebGL", async () => {
    const run = runInBrowser({ entry: page, arguments: [undefined, []], flags: withoutWebGL });
    await expect(run).rejects.toThrow(/EngineUnavailableError.*there is no such context/s);
  });

  test("takes WebGL 1 where WebGL 2 can't draw on float32, and is unavailable where neither can", async () => {
    const run = (...extensions: string[]) =>
      runInBrowser({ entry: withoutExtensions, arguments: [extensions], flags: softwareWebGL });
    await expect(run("EXT_color_buffer_float")).resolves.toMatch(/^webgl: /);
    await expect(run("EXT_color_buffer_float", "OES_texture_float")).rejects.toThrow(
      /EngineUnavailableError.*webgl2: float32 textures can't be written and read back; webgl: textures can't hold float32/s,
    );
  });
});
