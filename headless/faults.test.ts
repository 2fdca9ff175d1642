/** Does the engine stay right, or say so, where gpu.js and WebGL fail without a word? The cases of pages, on gl in place of their WebGL 1. */
import { createRequire } from "node:module";
import type { GpuOptions } from "@symloss/engine-gpu";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type GpuFault, gpuFaults } from "../apps/browser/src/gpu-fault-names.ts";
import type { CaseResult } from "../apps/browser/src/messages.ts";

/** What gl can't do: it loses no context, and draws on no canvas. */
const pagesAlone: readonly GpuFault[] = [
  "a lost context is an error, and the next call runs on a new one",
  "a context that the browser takes away is an error, not zeros",
  "a context that is lost within a run is an error, not zeros",
  "arrays on the device are refused after their context is lost",
  "a given context is used, and its loss is said",
  "an engine on a given context ends with all that it made there",
  "a given context gives right results whatever else is done with it",
  "engines on one context leave each other alone",
];
const faults = gpuFaults.filter((name) => !pagesAlone.includes(name));

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
    const { default: runFaults } = await import("../apps/browser/pages/gpu-faults.ts");
    await runFaults("webgl", faults, (value) => {
      const result = value as CaseResult;
      results.set(result.name, result);
    });
  }, 300_000);

  test.each(faults)("%s", (name) => expect(results.get(name)).toEqual({ name, passed: true }));
});
