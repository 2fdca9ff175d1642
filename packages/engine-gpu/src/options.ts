/// <reference lib="dom" preserve="true" />
/** How may the engine work, and what does it take for that? */
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

/** How the engine works. */
export interface GpuOptions {
  /** Which WebGL; default the first that works of `"webgl2"`, `"webgl"` and, in Node with the package `gl`, `"headlessgl"`. */
  readonly mode?: GpuMode | undefined;
  /** The canvas whose context is used; default one of the engine's own. */
  readonly canvas?: HTMLCanvasElement | OffscreenCanvas | undefined;
  /**
   * The context that is used; default one of the engine's own. Others may draw on it and on its canvas between calls, also
   * another engine: each call sets WebGL's state anew, and leaves nothing of the engine's bound.
   */
  readonly context?: WebGL2RenderingContext | WebGLRenderingContext | undefined;
  /**
   * Whether a thread computes four elements in a row, a texel of them; default true. Otherwise one: shaders are four times
   * shorter, for a driver that is slow with long ones, and take longer. Results are the same but for rounding.
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
 * What contexts to try, in order. Throws `DTypeError` and `OutOfRangeError` for options that it does not take or that do not go
 * together, and `EngineUnavailableError` for a context that is lost.
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
    throw new OutOfRangeError("gpu: canvas must be that of the context, got another. Give one of the two.");
  }
  const own = "texStorage2D" in context ? "webgl2" : "webgl";
  if (mode === undefined || mode === own) return own;
  throw new OutOfRangeError(`gpu: mode must be that of the context ("${own}"), got "${mode}".`);
}
