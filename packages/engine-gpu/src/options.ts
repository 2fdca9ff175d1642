/// <reference lib="dom" preserve="true" />
/** What options does the engine take, and which contexts do they select? */
import {
  DTypeError,
  EngineUnavailableError,
  type OptionTable,
  OutOfRangeError,
  checkOptions,
  flagRule,
} from "@symloss/core/engine";
import type { ContextOptions } from "./device/context.ts";
import type { GpuMode } from "./device/gpu-js.ts";

/** The options of the engine. */
export interface GpuOptions {
  /** The WebGL mode; by default the first of `"webgl2"`, `"webgl"` and, in Node.js with the package `gl`, `"headlessgl"` that works. */
  readonly mode?: GpuMode | undefined;
  /** The canvas whose context is used; by default the engine creates its own. */
  readonly canvas?: HTMLCanvasElement | OffscreenCanvas | undefined;
  /**
   * The context to use; by default the engine creates its own. Others, including other engines, may draw on it and on its canvas between
   * calls: each call sets all the WebGL state it needs, and leaves nothing of the engine's bound.
   */
  readonly context?: WebGL2RenderingContext | WebGLRenderingContext | undefined;
  /**
   * Whether a thread computes four consecutive elements, one texel; default true. If false, it computes one: shaders are four times
   * shorter, for drivers that are slow with long ones, but take longer to run. Results are the same except for rounding.
   */
  readonly packed?: boolean | undefined;
}

const modes: readonly GpuMode[] = ["webgl2", "webgl", "headlessgl"];

const optionTable: OptionTable<GpuOptions> = {
  mode: {
    must: `one of ${modes.join(", ")}`,
    holds: (value) => (modes as readonly unknown[]).includes(value),
    error: OutOfRangeError,
  },
  canvas: {
    must: "a canvas of the page or an OffscreenCanvas",
    holds: (value) => hasMethods(value, ["getContext"]),
    error: DTypeError,
  },
  context: {
    must: "one of WebGL",
    holds: (value) => hasMethods(value, ["texImage2D", "getError", "isContextLost"]),
    error: DTypeError,
  },
  packed: flagRule,
};

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
}

/**
 * The contexts to try, in order. Throws `DTypeError` or `OutOfRangeError` if an option is invalid or options contradict each
 * other, and `EngineUnavailableError` if the context is lost.
 */
export function candidates(options: GpuOptions): readonly ContextOptions[] {
  checkOptions("gpu", options, optionTable);
  const { mode, canvas, context, packed } = options;
  if (canvas !== undefined && mode === "headlessgl") {
    throw new OutOfRangeError('gpu: mode "headlessgl" must have no canvas, got one.');
  }
  if (context !== undefined) return [{ mode: contextMode(context, mode, canvas), context, packed }];
  return (mode === undefined ? modes : [mode]).map((one) => ({ mode: one, canvas, packed }));
}

function contextMode(context: NonNullable<GpuOptions["context"]>, mode?: GpuMode, canvas?: unknown): GpuMode {
  if (context.isContextLost()) throw new EngineUnavailableError("gpu: the context that was given is lost.");
  if (canvas !== undefined && context.canvas !== canvas) {
    throw new OutOfRangeError("gpu: canvas must be the context's own, got another. Pass only one of the two.");
  }
  const own = "texStorage2D" in context ? "webgl2" : "webgl";
  if (mode === undefined || mode === own) return own;
  throw new OutOfRangeError(`gpu: mode must be that of the context ("${own}"), got "${mode}".`);
}
