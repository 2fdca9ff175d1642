/** Does the engine stay right, or say so, where gpu.js and WebGL fail without a word? The cases of pages, on gl in place of their WebGL 1. */
import { createRequire } from "node:module";
import type { GpuOptions } from "@symloss/engine-gpu";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { CaseResult } from "../apps/browser/src/messages.ts";
import { runCases } from "../apps/browser/pages/cases.ts";
import faultsOf, { type FaultSubject, faults } from "../packages/engine-gpu/faults/index.ts";

/** What gl can show: it loses no context, draws on no canvas, and is refused no memory when a test asks for that. */
const subjects: readonly FaultSubject[] = ["limits", "results", "memory", "numbers"];

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
    await runCases(faultsOf("webgl", subjects), report);
  }, 300_000);

  describe.each(subjects)("%s", (subject) => {
    test.each(Object.keys(faults[subject]))("%s", (name) => expect(results.get(name)).toEqual({ name, passed: true }));
  });
});
