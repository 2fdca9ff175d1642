/** Does the engine stay right, or say so, where gpu.js and WebGL fail without a word? The cases of pages, on gl in place of their WebGL 1. */
import { createRequire } from "node:module";
import type { GpuOptions } from "@symloss/engine-gpu";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type GpuFault, type GpuMemory, gpuFaults, gpuMemory, gpuNumbers } from "../apps/browser/src/gpu-case-names.ts";
import type { CaseResult } from "../apps/browser/src/messages.ts";

/** What gl can't do: it loses no context, and draws on no canvas. */
const pagesAlone: readonly (GpuFault | GpuMemory)[] = [
  "a lost context is an error, and the next call runs on a new one",
  "a context that the browser takes away is an error, not zeros",
  "a context that is lost within a run is an error, not zeros",
  "arrays on the device are refused after their context is lost",
  // Nor is garbage collected when a test asks for it, or memory refused.
  "forgotten handles are freed",
  "whatever runs out of memory is an error that leaves nothing behind",
];
const faults = gpuFaults.filter((name) => !pagesAlone.includes(name));
const memory = gpuMemory.filter((name) => !pagesAlone.includes(name));

vi.mock("@symloss/engine-gpu", async (load) => {
  const engineGpu = await load<typeof import("@symloss/engine-gpu")>();
  return { ...engineGpu, gpu: (options: GpuOptions) => engineGpu.gpu({ ...options, mode: "headlessgl" }) };
});

/** What gl's contexts take their methods from. */
interface ContextClass {
  readonly prototype: { destroy: (this: object) => void; isContextLost: (this: object) => boolean };
}

/** Puts gl's contexts where a page has its own: the cases count the objects of those that are not lost. A destroyed one is, here. */
function standInForWebGL(): void {
  const { WebGLRenderingContext } = createRequire(import.meta.url)("gl") as { WebGLRenderingContext: ContextClass };
  const { prototype } = WebGLRenderingContext;
  const { destroy } = prototype;
  const destroyed = new WeakSet<object>();
  prototype.destroy = function () {
    destroyed.add(this);
    destroy.call(this);
  };
  prototype.isContextLost = function () {
    return destroyed.has(this);
  };
  Object.assign(globalThis, { WebGLRenderingContext, WebGL2RenderingContext: class {} });
}

describe("faults on headlessgl", () => {
  const results = new Map<string, CaseResult>();

  beforeAll(async () => {
    standInForWebGL();
    const report = (value: unknown): void => {
      const result = value as CaseResult;
      results.set(result.name, result);
    };
    const { default: runFaults } = await import("../apps/browser/pages/gpu-faults.ts");
    await runFaults("webgl", faults, report);
    const { default: runMemory } = await import("../apps/browser/pages/gpu-memory.ts");
    await runMemory("webgl", memory, report);
    const { default: runNumbers } = await import("../apps/browser/pages/gpu-numbers.ts");
    await runNumbers("webgl", gpuNumbers, report);
  }, 300_000);

  test.each([...faults, ...memory, ...gpuNumbers])("%s", (name) =>
    expect(results.get(name)).toEqual({ name, passed: true }),
  );
});
