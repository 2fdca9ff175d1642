import { type CaseGroup, conformanceCases } from "@symloss/conformance";
import { gpu, gpuTraits } from "@symloss/engine-gpu";
import { describe, expect, test } from "vitest";
import { testInBrowser } from "./cases.ts";
import { gpuFaults, gpuMemory, gpuNumbers, gpuSharing } from "./gpu-case-names.ts";
import { launch, softwareWebGL, withoutWebGL } from "./launch.ts";
import { runInBrowser } from "./page.ts";

const cases = conformanceCases({ traits: gpuTraits }, { createEngine: () => gpu() });
const groups = [...new Set(cases.map(({ group }) => group))];
const page = new URL("../pages/gpu.ts", import.meta.url);
const crash = new URL("../pages/gpu-crash.ts", import.meta.url);
const withoutExtensions = new URL("../pages/gpu-without-extensions.ts", import.meta.url);

describe.each(["webgl2", "webgl"] as const)("engine-gpu on %s", (mode) => {
  // A page for each group: what the cases of one leave behind can't touch another.
  describe.each(groups)("%s", (group: CaseGroup) => {
    testInBrowser(
      cases.filter((one) => one.group === group).map(({ name }) => name),
      { entry: page, arguments: [mode, [group]], flags: softwareWebGL, timeout: 600_000 },
    );
  });

  test(
    "ends in an error, never in wrong results, when the browser's graphics process dies",
    { timeout: 60_000 },
    async () => {
      const browser = await launch(softwareWebGL);
      try {
        const session = await browser.newBrowserCDPSession();
        // The answer may end with the process.
        const kill = (): void => void session.send("Browser.crashGpuProcess").catch(() => {});
        const outcome = await runInBrowser({ browser, entry: crash, arguments: [mode], onReport: kill });
        expect(outcome).toEqual({
          wrong: 0,
          error: expect.stringMatching(/EngineError.*context .* was lost/),
          next: 42,
        });
      } finally {
        await browser.close();
      }
    },
  );

  describe.each([
    ["faults", gpuFaults],
    ["sharing", gpuSharing],
    ["memory", gpuMemory],
    ["numbers", gpuNumbers],
  ] as const)("%s", (topic, names) => {
    const entry = new URL(`../pages/gpu-${topic}.ts`, import.meta.url);
    const flags = [...softwareWebGL, "--js-flags=--expose-gc"];
    testInBrowser(names, { entry, arguments: [mode, names], flags, timeout: 300_000 });
  });
});

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
