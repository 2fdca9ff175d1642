/** What has this browser that engines depend on? */
import { relaxedSimd, simd, threads } from "wasm-feature-detect";

/** Something that a browser has or lacks. */
export interface Fact {
  readonly name: string;
  readonly has: boolean;
  /** What exactly, or why not, where that is known. */
  readonly detail?: string | undefined;
  /** What depends on it. */
  readonly for: string;
}

/** Whatever engines depend on. */
export async function collectFacts(): Promise<readonly Fact[]> {
  const webgl2 = webglRenderer("webgl2");
  const webgl1 = webglRenderer("webgl");
  const adapter = await webgpuAdapter();
  return [
    fact("WebAssembly SIMD", await simd(), "engines wasm and onnx"),
    fact("Relaxed SIMD", await relaxedSimd(), "fused multiply-add in engine wasm"),
    fact("WebAssembly threads", await threads(), "ONNX Runtime on several cores, on an isolated page"),
    fact(
      "Cross-origin isolation",
      crossOriginIsolated,
      "memory that threads share",
      crossOriginIsolated ? undefined : "this host sends no Cross-Origin-Opener-Policy and -Embedder-Policy",
    ),
    fact("WebGL 2", webgl2 !== undefined, "engine gpu", webgl2),
    fact("WebGL 1", webgl1 !== undefined, "engine gpu, where there is no WebGL 2", webgl1),
    fact("WebGPU", adapter !== undefined, "no engine yet", adapter),
    fact("OffscreenCanvas", "OffscreenCanvas" in globalThis, "engine gpu in a worker, as on this page"),
    fact("Code from strings", allowsEval(), "engine cpu, which otherwise interprets"),
  ];
}

function fact(name: string, has: boolean, purpose: string, detail?: string): Fact {
  return { name, has, for: purpose, detail };
}

/** What draws; undefined if there is no such context. */
function webglRenderer(kind: "webgl" | "webgl2"): string | undefined {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext(kind) as WebGLRenderingContext | null;
  if (context === null) return undefined;
  const unmasked = context.getExtension("WEBGL_debug_renderer_info");
  const renderer = context.getParameter(unmasked?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER) as string;
  // A browser keeps only a few.
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return renderer;
}

/** What is used of WebGPU, which this TypeScript does not declare. */
interface Gpu {
  requestAdapter(): Promise<{ readonly info?: Readonly<Record<"vendor" | "architecture", string>> } | null>;
}

async function webgpuAdapter(): Promise<string | undefined> {
  const { gpu } = navigator as { readonly gpu?: Gpu };
  try {
    const adapter = await gpu?.requestAdapter();
    if (adapter === null || adapter === undefined) return undefined;
    return [adapter.info?.vendor, adapter.info?.architecture].filter(Boolean).join(" ") || "an adapter without a name";
  } catch {
    return undefined;
  }
}

/** Whether the page's policy lets code be made from strings. */
function allowsEval(): boolean {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- whether it may is the question.
    return new Function("return true")() as boolean;
  } catch {
    return false;
  }
}
