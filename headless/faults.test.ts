/**
 * Does the engine stay right, or report an error, where gpu.js and WebGL fail silently? The cases of pages, on gl instead of their WebGL
 * 1.
 */
import { createRequire } from "node:module";
import type { GpuOptions } from "@symloss/engine-gpu";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { CaseResult } from "../apps/browser/src/messages.ts";
import { runCases } from "../apps/browser/pages/cases.ts";
import faultsOf, { type FaultSubject, faults } from "../packages/engine-gpu/faults/index.ts";

/** The cases that gl can run: it loses no context, has no canvas, and never runs out of memory on request. */
const subjects: readonly FaultSubject[] = ["limits", "results", "memory", "numbers"];

vi.mock("@symloss/engine-gpu", async (load) => {
  const engineGpu = await load<typeof import("@symloss/engine-gpu")>();
  return { ...engineGpu, gpu: (options: GpuOptions) => engineGpu.gpu({ ...options, mode: "headlessgl" }) };
});

/** The class from which gl's contexts inherit their methods. */
interface ContextClass {
  readonly prototype: { destroy: (this: object) => void; isContextLost: (this: object) => boolean };
}

/** Makes gl's contexts look like a page's: the cases count objects on contexts that are not lost, which here are those not destroyed. */
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
    await runCases(faultsOf("webgl", subjects), report);
  }, 300_000);

  describe.each(subjects)("%s", (subject) => {
    test.each(Object.keys(faults[subject]))("%s", (name) => expect(results.get(name)).toEqual({ name, passed: true }));
  });
});
