/// <reference lib="dom" preserve="true" />
/** How is gpu.js used? It is imported only here, when an engine is created; it runs exactly as configured, or throws. */
import { type Dialect, nativeFunctions } from "../kernel/functions.ts";

/** Where gpu.js runs kernels. */
export type GpuMode = "webgl2" | "webgl" | "headlessgl";

/** WebGL 1 or 2: the same calls, some of which WebGL 1 lacks. */
export type WebGL = WebGL2RenderingContext | WebGLRenderingContext;

/** A texture as gpu.js passes it to kernels; a kernel renders to the WebGL texture in its own. */
export interface KernelTexture {
  texture: WebGLTexture;
  readonly size: ArrayLike<number>;
}

/** A kernel: called with the textures of its arguments, it fills its own texture. */
export interface Kernel {
  (...textures: KernelTexture[]): KernelTexture;
  destroy(): void;
  readonly kernel: {
    build(...textures: KernelTexture[]): void;
    readonly texture: KernelTexture;
    /** The textures of further outputs. */
    readonly mappedTextures: readonly KernelTexture[] | null;
    readonly framebuffer: WebGLFramebuffer;
    readonly program: WebGLProgram;
    /** The largest width and height of all textures this instance of gpu.js renders to: it scales its vertices by them. */
    readonly maxTexSize: readonly [width: number, height: number];
    /** The vertices. */
    readonly buffer: WebGLBuffer;
    /** Textures that are freed with the kernel. */
    readonly textureCache: WebGLTexture[];
    readonly compiledFragmentShader: string;
    readonly constructor: { readonly mode: string };
  };
}

/** An instance of gpu.js, on one context. */
export interface GpuJs {
  readonly context: WebGL;
  createKernel(source: string, settings: Record<string, unknown>): Kernel;
  destroy(): Promise<void>;
}

interface KernelClass {
  readonly isSupported: boolean;
  readonly features: {
    readonly isFloatRead: boolean;
    readonly isTextureFloat: boolean;
    readonly highFloatPrecision?: { readonly precision: number };
  } | null;
}

/** The parts of gpu.js that are used here; its own types lack some of them. */
interface GpuJsModule {
  readonly GPU: new (settings: Record<string, unknown>) => GpuJs;
  readonly WebGL2Kernel: KernelClass;
  readonly WebGLKernel: KernelClass;
  readonly HeadlessGLKernel: KernelClass;
}

/** Creates instances of gpu.js. */
export interface GpuJsFactory {
  /** Why the mode can't run here; undefined if it can. */
  refusal(mode: GpuMode): string | undefined;
  create(settings: { readonly mode?: GpuMode; readonly canvas?: unknown; readonly context?: WebGL }): GpuJs;
}

/** The globals that gpu.js and its dependencies define when they load. */
const globals = ["GPU", "glWiretap"] as const;

/** Imports gpu.js. Its browser bundle replaces the native `GPU`, so the globals are restored afterwards. */
export async function loadGpuJs(): Promise<GpuJsFactory> {
  const before = globals.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  try {
    const imported = (await import("#gpu.js")) as unknown as GpuJsModule & { readonly default?: GpuJsModule };
    // A bundle of CommonJS has everything on the default alone.
    const gpuJs = imported.default ?? imported;
    return {
      refusal: (mode) => refusal(mode, gpuJs),
      create: (settings) => new gpuJs.GPU({ ...settings }),
    };
  } finally {
    for (const [name, own] of before) {
      if (own === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, own);
    }
  }
}

function refusal(mode: GpuMode, { WebGL2Kernel, WebGLKernel, HeadlessGLKernel }: GpuJsModule): string | undefined {
  const kernelClass = { webgl2: WebGL2Kernel, webgl: WebGLKernel, headlessgl: HeadlessGLKernel }[mode];
  if (!kernelClass.isSupported) {
    return mode === "headlessgl" ? "the package gl is not installed, or has no display" : "there is no such context";
  }
  const { features } = kernelClass;
  if (features === null || !features.isTextureFloat) return "textures can't hold float32";
  if (!features.isFloatRead) return "float32 textures can't be written and read back";
  // gl does not report the precision; its shaders run on the processor or on desktop cards, where highp is float32.
  if ((features.highFloatPrecision?.precision ?? 23) < 23) return "its shaders compute with less than float32";
  return undefined;
}

/** The settings of every kernel. Several defaults of gpu.js are silently wrong: low precision, unsigned textures, a CPU fallback. */
export function kernelSettings(dialect: Dialect): Record<string, unknown> {
  return {
    precision: "single",
    tactic: "precision",
    fixIntegerDivisionAccuracy: false,
    pipeline: true,
    immutable: false,
    nativeFunctions: nativeFunctions(dialect),
    onRequestFallback() {
      throw new Error("gpu.js can't run this kernel on the graphics card");
    },
  };
}
