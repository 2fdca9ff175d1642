/// <reference lib="dom" preserve="true" />
/** How does an engine use WebGL? Through one context, on which it uploads arrays to textures, runs kernels and reads textures back. */
import { EngineError, EngineUnavailableError, isSymlossError } from "@symloss/core/engine";
import { floatFormat, limitsOf, rendererOf } from "./capabilities.ts";
import {
  type GpuJs,
  type GpuJsFactory,
  type GpuMode,
  type Kernel,
  type KernelTexture,
  type WebGL,
  kernelSettings,
} from "./gpu-js.ts";
import { KernelPool } from "./kernel-pool.ts";
import { type Limits, type TextureShape, arrayShape, lanes } from "../kernel/layout.ts";
import { type PrintedKernel, outputNames } from "../kernel/print.ts";
import { type ProgramStore, makeProgramStore } from "./program-store.ts";
import { type Surroundings, claimState, describeSurroundings } from "./state.ts";

/** Where the context comes from. */
export interface ContextOptions {
  readonly mode: GpuMode;
  readonly canvas?: HTMLCanvasElement | OffscreenCanvas | undefined;
  readonly context?: WebGL | undefined;
  readonly packed?: boolean | undefined;
}

/** A texture allocated by the context; its owner frees it. */
export interface ArrayTexture extends KernelTexture {
  readonly shape: TextureShape;
}

/** A WebGL context with gpu.js on it. */
export class GpuContext {
  readonly mode: GpuMode;
  readonly renderer: string;
  readonly limits: Limits;
  readonly kernels: KernelPool;
  readonly programs: ProgramStore;
  readonly #gl: WebGL;
  readonly #gpuJs: GpuJs;
  readonly #settings: Record<string, unknown>;
  /** Kernels whose results show how gpu.js wraps a texture. */
  readonly #seed: Kernel;
  readonly #seedTexture: KernelTexture;
  readonly #framebuffer: WebGLFramebuffer;
  readonly #isOwn: boolean;
  /** The offset of each vertex attribute in the seed's buffer, by its location. */
  readonly #vertices = new Map<number, number>();
  /** Undefined if nobody else draws on the context. */
  readonly #surroundings: Surroundings | undefined;
  /** The textures of device arrays. */
  readonly #textures = new Set<WebGLTexture>();
  /** The textures allocated by the current step, which are freed if it fails. */
  #made: ArrayTexture[] | undefined;
  #inUse = false;
  #lost = false;
  #destroyed = false;

  constructor(factory: GpuJsFactory, options: ContextOptions) {
    const { mode, packed = true } = options;
    const made = options.context ?? makeContext(options);
    this.mode = mode;
    this.#isOwn = options.context === undefined && options.canvas === undefined;
    this.#surroundings = this.#isOwn || made === undefined ? undefined : describeSurroundings(made);
    const giveBack = this.#surroundings && claimState(this.#surroundings);
    try {
      // gpu.js resizes its canvas after every kernel, and never releases it. It only draws to textures, so a stand-in is enough.
      const standIn = { width: 1, height: 1 };
      this.#gpuJs = made === undefined ? factory.create({ mode }) : factory.create({ canvas: standIn, context: made });
      this.#settings = kernelSettings(mode === "webgl2" ? "300 es" : "100");
      this.#seed = this.#gpuJs.createKernel("function() {\nreturn [1, 2, 3, 4];\n}", {
        ...this.#settings,
        output: [1, 2],
      });
      this.#seedTexture = this.#seed();
      const gl = this.#gpuJs.context;
      this.#gl = gl;
      this.#framebuffer = gl.createFramebuffer();
      this.#useOwnVertices(this.#seed);
      this.kernels = new KernelPool(this);
      this.programs = makeProgramStore();
      this.renderer = rendererOf(gl, mode);
      this.limits = limitsOf(gl, mode, packed);
      const { canvas } = gl;
      if (canvas !== undefined && "addEventListener" in canvas) {
        canvas.addEventListener("webglcontextlost", () => (this.#lost = true), { once: true });
      }
    } finally {
      giveBack?.();
    }
  }

  /** Whether results can't be trusted any more: from then on WebGL returns zeros, without an error. */
  get isLost(): boolean {
    return this.#lost || this.#gl.isContextLost();
  }

  /** Whether `destroy()` was called; a context that was passed in is not lost then. */
  get isDestroyed(): boolean {
    return this.#destroyed;
  }

  /** Whether another context can be created in its place. */
  get isReplaceable(): boolean {
    return this.#isOwn;
  }

  /**
   * Runs code that calls WebGL, in the state that kernels need: others who share the context may have changed it.
   * Afterwards nothing of the engine's is bound.
   */
  use<T>(run: () => T): T {
    if (this.#surroundings === undefined || this.#inUse || this.#destroyed || this.isLost) return run();
    this.#inUse = true;
    const giveBack = this.#claim(this.#surroundings);
    try {
      return run();
    } finally {
      this.#inUse = false;
      if (!this.isLost) giveBack();
    }
  }

  #claim(surroundings: Surroundings): () => void {
    const giveBack = claimState(surroundings);
    const gl = this.#gl;
    this.#bindVertices();
    const [width, height] = this.#seed.kernel.maxTexSize;
    gl.viewport(0, 0, width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer);
    // Errors that others caused are not the engine's.
    this.#takeErrors();
    return giveBack;
  }

  /**
   * The result of `make`, which allocates textures. Throws `EngineError` if WebGL refuses any of them. In that case, and if `make` throws,
   * the textures are freed.
   */
  make<T>(caller: string, doing: string, make: () => T): T {
    const outer = this.#made;
    const made: ArrayTexture[] = [];
    this.#made = made;
    // Earlier errors were not caused by this step.
    if (outer === undefined) this.#takeErrors();
    try {
      const result = make();
      this.check(caller, doing);
      outer?.push(...made);
      return result;
    } catch (error) {
      for (const texture of made) this.deleteTexture(texture);
      throw error;
    } finally {
      this.#made = outer;
    }
  }

  /**
   * Throws `EngineError` if results can't be trusted. On a context of the engine's own a run can only fail by running out of memory, and
   * only a large one: asking WebGL for errors takes as long as a small run.
   */
  checkRun(caller: string, bytes: number): void {
    if (!this.#isOwn || bytes >= largeRun) this.check(caller, "running kernels");
    else if (this.isLost) throw this.lossError(caller);
  }

  /** Throws `EngineError` if the context is lost, or if WebGL has raised an error since the last call. */
  check(caller: string, doing: string): void {
    if (this.isLost) throw this.lossError(caller);
    const errors = this.#takeErrors();
    if (errors.length === 0) return;
    if (errors.includes(this.#gl.OUT_OF_MEMORY)) {
      throw new EngineError(
        `${caller}: ran out of texture memory while ${doing} on ${this.renderer}. Dispose of device arrays and functions that are no longer used, or use smaller batches.`,
      );
    }
    throw new EngineError(`${caller}: WebGL error ${errors.join(" and ")} while ${doing} on ${this.renderer}.`);
  }

  /** WebGL keeps one error of each kind until it is asked for. */
  #takeErrors(): number[] {
    const errors = new Set<number>();
    for (let rest = errorKinds; rest > 0; rest--) {
      const error = this.#gl.getError();
      if (error === this.#gl.NO_ERROR) break;
      errors.add(error);
    }
    return [...errors];
  }

  lossError(caller: string): EngineError {
    const help = this.#isOwn
      ? "The next call runs on a new context; arrays on the device are gone."
      : "The context was given to the engine: make another engine with a new one.";
    return new EngineError(
      `${caller}: the WebGL context on ${this.renderer} was lost before the results were read. ${help}`,
    );
  }

  /**
   * A kernel compiled for arguments of these types, without textures to render to yet. Throws `EngineError` unless it runs
   * on the graphics card, in full precision.
   */
  createKernel({ source, output, outputs }: PrintedKernel, textures: readonly KernelTexture[]): Kernel {
    const subKernels = outputNames(outputs).map((name) => ({
      name,
      property: name,
      source: `function ${name}(x, y, z, w) {\nreturn [x, y, z, w];\n}`,
    }));
    const kernel = this.#gpuJs.createKernel(source, {
      ...this.#settings,
      output: [...output],
      ...(outputs > 1 && { subKernels }),
    });
    try {
      kernel.kernel.build(...textures);
    } catch (error) {
      kernel.destroy();
      throw error;
    }
    for (const { texture } of outputTextures(kernel)) this.#gl.deleteTexture(texture);
    kernel.kernel.textureCache.length = 0;
    this.drawNowhere(kernel);
    this.#useOwnVertices(kernel);
    const { compiledFragmentShader: shader, constructor } = kernel.kernel;
    if (constructor.mode !== "gpu" || !/precision highp float/.test(shader) || /\b(lowp|mediump)\b/.test(shader)) {
      throw new EngineError(
        `compile: a kernel must run on the graphics card in highp, got one of gpu.js's mode "${constructor.mode}".`,
      );
    }
    return kernel;
  }

  /** A texture for an array of this shape. Throws `EngineError` if no texture can hold it. */
  createTexture(arrayOf: readonly number[], caller = "compile"): ArrayTexture {
    return this.createTextureOf(arrayShape(arrayOf, this.limits, caller));
  }

  /** A texture of this many texels. */
  createTextureOf(shape: TextureShape): ArrayTexture {
    const gl = this.#gl;
    const [width, height] = shape;
    const texture = gl.createTexture() as WebGLTexture | null;
    if (texture === null) throw new Error("no texture could be made");
    const wrapped = this.#wrap(texture, shape);
    this.#textures.add(texture);
    this.#made?.push(wrapped);
    this.#bind(texture);
    for (const [name, value] of [
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
      [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
      [gl.TEXTURE_MIN_FILTER, gl.NEAREST],
      [gl.TEXTURE_MAG_FILTER, gl.NEAREST],
    ] as const) {
      gl.texParameteri(gl.TEXTURE_2D, name, value);
    }
    const internalFormat = floatFormat(gl);
    if ("texStorage2D" in gl) gl.texStorage2D(gl.TEXTURE_2D, 1, internalFormat, width, height);
    else gl.texImage2D(gl.TEXTURE_2D, 0, internalFormat, width, height, 0, gl.RGBA, gl.FLOAT, null);
    return wrapped;
  }

  /** The texture as kernels take it. */
  #wrap(texture: WebGLTexture, shape: TextureShape): ArrayTexture {
    const gl = this.#gl;
    const [width, height] = shape;
    const Texture = this.#seedTexture.constructor as new (settings: Record<string, unknown>) => KernelTexture;
    const wrapped = new Texture({
      texture,
      size: new Int32Array(shape),
      dimensions: new Int32Array([width, height, 1]),
      output: [width, height],
      context: gl,
      kernel: this.#seed.kernel,
      internalFormat: floatFormat(gl),
      textureFormat: gl.RGBA,
    });
    return Object.assign(wrapped, { shape });
  }

  deleteTexture({ texture }: KernelTexture): void {
    this.#textures.delete(texture);
    this.#gl.deleteTexture(texture);
  }

  /** Copies the elements into the texture. `lastRow` is as long as a row of texels, because the last row may be only partly filled. */
  upload({ texture, shape: [width] }: ArrayTexture, elements: Float32Array, lastRow: Float32Array): void {
    const gl = this.#gl;
    this.#bind(texture);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    const rows = Math.floor(elements.length / (lanes * width));
    if (rows > 0) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, rows, gl.RGBA, gl.FLOAT, elements);
    const start = rows * lanes * width;
    if (start === elements.length) return;
    lastRow.set(elements.subarray(start));
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, rows, width, 1, gl.RGBA, gl.FLOAT, lastRow);
  }

  /** Copies the texture's elements into an array of exactly their number. */
  read(source: KernelTexture, elements: Float32Array, lastRow: Float32Array): void {
    const width = source.size[0]!;
    this.#bindForReading(source);
    const rows = Math.floor(elements.length / (lanes * width));
    const band = Math.max(1, Math.floor(bandTexels / width));
    for (let row = 0; row < rows; row += band) {
      const end = Math.min(rows, row + band);
      const part = elements.subarray(row * lanes * width, end * lanes * width);
      this.#readPixels(row, width, end - row, part);
    }
    const start = rows * lanes * width;
    if (start === elements.length) return;
    this.#readPixels(rows, width, 1, lastRow);
    elements.set(lastRow.subarray(0, elements.length - start), start);
  }

  /** Copies whole texels, with all their channels. */
  readTexels(source: KernelTexture, texels: Float32Array): void {
    this.#bindForReading(source);
    this.#readPixels(0, source.size[0]!, source.size[1]!, texels);
  }

  /** The error to throw for a call that failed: after a loss WebGL returns null, which makes other code throw errors of its own. */
  failure(caller: string, error: unknown): Error {
    // The browser may not have reported a loss yet.
    if (!this.isLost) this.readTexels(this.#seedTexture, new Float32Array(2 * lanes));
    if (this.isLost) return this.lossError(caller);
    // Clears WebGL's errors, so that the next call does not report them.
    this.#takeErrors();
    if (isSymlossError(error)) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new EngineError(`${caller}: WebGL on ${this.renderer} failed: ${reason}`, { cause: error });
  }

  /** Copies a texture into another, starting at this row of it. */
  copy(source: KernelTexture, { texture }: ArrayTexture, row = 0): void {
    const gl = this.#gl;
    this.#bindForReading(source);
    this.#bind(texture);
    gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, 0, row, 0, 0, source.size[0]!, source.size[1]!);
  }

  /** Makes the kernel render to these textures, one for each of its outputs. */
  drawOn(kernel: Kernel, textures: readonly ArrayTexture[]): void {
    const gl = this.#gl;
    for (const [output, target] of outputTextures(kernel).entries()) {
      const { texture } = textures[output]!;
      if (target.texture === texture) continue;
      target.texture = texture;
      gl.bindFramebuffer(gl.FRAMEBUFFER, kernel.kernel.framebuffer);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + output, gl.TEXTURE_2D, texture, 0);
    }
  }

  /** Detaches the kernel's textures: a kernel keeps the memory it renders to, even after it is deleted. */
  drawNowhere(kernel: Kernel): void {
    const gl = this.#gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, kernel.kernel.framebuffer);
    for (const [output, target] of outputTextures(kernel).entries()) {
      target.texture = this.#seedTexture.texture;
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + output, gl.TEXTURE_2D, null, 0);
    }
  }

  destroyKernel(kernel: Kernel): void {
    // It would free the texture it renders to, which it does not own.
    for (const target of outputTextures(kernel)) target.texture = this.#gl.createTexture();
    kernel.destroy();
  }

  /** Frees everything, including the context if it is the engine's own. */
  destroy(): void {
    if (!this.isLost) this.use(() => this.#destroyObjects());
    this.#destroyed = true;
    if (this.isLost) return;
    this.#surroundings?.vertexArrays.destroy();
    if (!this.#isOwn) return;
    // Browsers keep a context until it is garbage collected, and allow only a few: this releases it now.
    const name = this.mode === "headlessgl" ? "STACKGL_destroy_context" : "WEBGL_lose_context";
    const extension = this.#gl.getExtension(name) as { destroy?(): void; loseContext?(): void } | null;
    extension?.loseContext?.();
    extension?.destroy?.();
    // gl does not report that its context is gone, and throws when it is called.
    this.#lost = true;
  }

  #destroyObjects(): void {
    this.kernels.destroy();
    for (const texture of this.#textures) this.#gl.deleteTexture(texture);
    this.#textures.clear();
    this.#gl.deleteFramebuffer(this.#framebuffer);
    this.#seed.destroy();
  }

  /** gpu.js draws with the vertices of the most recently built kernel, and frees them with that kernel. */
  #useOwnVertices({ kernel: { program } }: Kernel): void {
    for (const [name, offset] of [
      ["aPos", 0],
      ["aTexCoord", 32],
    ] as const) {
      const location = this.#gl.getAttribLocation(program, name);
      if (location !== -1) this.#vertices.set(location, offset);
    }
    this.#bindVertices();
  }

  #bindVertices(): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#seed.kernel.buffer);
    for (const [location, offset] of this.#vertices) {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, 2, gl.FLOAT, false, 0, offset);
    }
  }

  #bind(texture: WebGLTexture): void {
    this.#gl.activeTexture(this.#gl.TEXTURE0);
    this.#gl.bindTexture(this.#gl.TEXTURE_2D, texture);
  }

  /**
   * Reads rows of texels. When a browser's graphics process dies, the context is lost, but this is only reported in a later task:
   * until then WebGL raises no error, and leaves the array unchanged.
   */
  #readPixels(row: number, width: number, height: number, target: Float32Array): void {
    const gl = this.#gl;
    for (const mark of marks) {
      target[0] = mark;
      gl.readPixels(0, row, width, height, gl.RGBA, gl.FLOAT, target);
      if (target[0] !== mark) return;
    }
    this.#lost = true;
  }

  #bindForReading({ texture }: KernelTexture): void {
    const gl = this.#gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  }
}

/** The textures that a kernel renders to, by output. */
function outputTextures({ kernel: { texture, mappedTextures } }: Kernel): readonly KernelTexture[] {
  return [texture, ...(mappedTextures ?? [])];
}

/** The size, in bytes of textures, from which a run is checked for having run out of memory. */
const largeRun = 2 ** 22;

/** More errors than WebGL can keep: a context that reports errors for ever is not waited for. */
const errorKinds = 8;

/** Two numbers that results are unlikely to contain, and can't both contain. */
const marks = [1.2345e-30, -5.4321e-30].map(Math.fround);

/** The size of one read: browsers copy more than 4 MB several times more slowly. */
const bandTexels = 2 ** 18;

/** A new context; undefined if gpu.js creates it. Throws `EngineUnavailableError` if there is none. */
function makeContext({ mode, canvas = makeCanvas() }: ContextOptions): WebGL | undefined {
  if (mode === "headlessgl") return undefined;
  const context = canvas?.getContext(mode, {
    alpha: false,
    depth: false,
    antialias: false,
    powerPreference: "high-performance",
  });
  if (context) return context as WebGL;
  throw new EngineUnavailableError(`a canvas gives no context for mode "${mode}"`);
}

function makeCanvas(): HTMLCanvasElement | OffscreenCanvas | undefined {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(1, 1);
  return typeof document === "undefined" ? undefined : document.createElement("canvas");
}
