/// <reference lib="dom" preserve="true" />
/** What does an engine hold of WebGL? One context, on which arrays become textures and textures arrays. */
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

/** A texture of the context's own: freed by its owner. */
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
  /** Kernels whose results tell how gpu.js wraps a texture. */
  readonly #seed: Kernel;
  readonly #seedTexture: KernelTexture;
  readonly #framebuffer: WebGLFramebuffer;
  readonly #isOwn: boolean;
  /** Where in the seed's buffer each attribute of a vertex begins, by its location. */
  readonly #vertices = new Map<number, number>();
  /** Undefined on a context that nobody else draws on. */
  readonly #surroundings: Surroundings | undefined;
  /** Those that arrays lie in. */
  readonly #textures = new Set<WebGLTexture>();
  /** Those that the step at hand has made, which are freed if it fails. */
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
      // gpu.js sizes its canvas after every kernel, and remembers it for ever. It draws on textures alone: a stand-in will do.
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

  /** Whether results can't be trusted any more: WebGL gives zeros from then on, and no error. */
  get isLost(): boolean {
    return this.#lost || this.#gl.isContextLost();
  }

  /** Whether `destroy()` was called: a context that was given is not lost then. */
  get isDestroyed(): boolean {
    return this.#destroyed;
  }

  /** Whether another context can be made in its place. */
  get isReplaceable(): boolean {
    return this.#isOwn;
  }

  /**
   * Runs what calls WebGL, in the state that kernels need: whoever shares a context that was given may have left it in another.
   * Afterwards nothing of the engine's own is bound.
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
    // What others were refused is no error of the engine's.
    this.#takeErrors();
    return giveBack;
  }

  /**
   * What `make` gives, which makes textures. Throws `EngineError` if WebGL refuses any of them; then, and if it throws, the
   * textures are freed.
   */
  make<T>(caller: string, doing: string, make: () => T): T {
    const outer = this.#made;
    const made: ArrayTexture[] = [];
    this.#made = made;
    // What was refused before is no error of this step.
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
   * Throws `EngineError` if results can't be trusted. In a context of its own a run is refused nothing but memory, if it takes
   * much: to ask takes as long as a small run.
   */
  checkRun(caller: string, bytes: number): void {
    if (!this.#isOwn || bytes >= largeRun) this.check(caller, "running kernels");
    else if (this.isLost) throw this.lossError(caller);
  }

  /** Throws `EngineError` if the context is lost, or WebGL has refused something since the last call. */
  check(caller: string, doing: string): void {
    if (this.isLost) throw this.lossError(caller);
    const errors = this.#takeErrors();
    if (errors.length === 0) return;
    if (errors.includes(this.#gl.OUT_OF_MEMORY)) {
      throw new EngineError(
        `${caller}: ran out of texture memory while ${doing} on ${this.renderer}. Dispose of device arrays and functions that are not used any more, or use smaller batches.`,
      );
    }
    throw new EngineError(`${caller}: WebGL error ${errors.join(" and ")} while ${doing} on ${this.renderer}.`);
  }

  /** Each kind of error is kept once, until it is asked for. */
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
   * A kernel, compiled for arguments like these; it has no textures to draw on yet. Throws `EngineError` unless it runs
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

  /** A texture for an array of this shape; throws `EngineError` if none holds it. */
  createTexture(arrayOf: readonly number[], caller = "compile"): ArrayTexture {
    return this.createTextureOf(arrayShape(arrayOf, this.limits, caller));
  }

  /** A texture of so many texels. */
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

  /** As kernels take it. */
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

  /** Copies the elements into the texture. `lastRow` is as long as a row of texels: the last may be only partly filled. */
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

  /** Copies the texture's elements into an array of their number. */
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

  /** Copies whole texels, all channels of them. */
  readTexels(source: KernelTexture, texels: Float32Array): void {
    this.#bindForReading(source);
    this.#readPixels(0, source.size[0]!, source.size[1]!, texels);
  }

  /** What a call that failed throws: after a loss WebGL hands out null, over which other errors stumble. */
  failure(caller: string, error: unknown): Error {
    // The browser may have yet to tell of a loss.
    if (!this.isLost) this.readTexels(this.#seedTexture, new Float32Array(2 * lanes));
    if (this.isLost) return this.lossError(caller);
    // Of the next call nothing was refused.
    this.#takeErrors();
    if (isSymlossError(error)) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new EngineError(`${caller}: WebGL on ${this.renderer} failed: ${reason}`, { cause: error });
  }

  /** Copies a texture into another, from this row of it on. */
  copy(source: KernelTexture, { texture }: ArrayTexture, row = 0): void {
    const gl = this.#gl;
    this.#bindForReading(source);
    this.#bind(texture);
    gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, 0, row, 0, 0, source.size[0]!, source.size[1]!);
  }

  /** Has the kernel draw on these textures, one for each of its outputs. */
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

  /** Has the kernel forget its textures: what it draws on takes memory, even when it is deleted. */
  drawNowhere(kernel: Kernel): void {
    const gl = this.#gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, kernel.kernel.framebuffer);
    for (const [output, target] of outputTextures(kernel).entries()) {
      target.texture = this.#seedTexture.texture;
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + output, gl.TEXTURE_2D, null, 0);
    }
  }

  destroyKernel(kernel: Kernel): void {
    // It frees that on which it draws, which is not its own.
    for (const target of outputTextures(kernel)) target.texture = this.#gl.createTexture();
    kernel.destroy();
  }

  /** Frees everything, the context too if it is the engine's own. */
  destroy(): void {
    if (!this.isLost) this.use(() => this.#destroyObjects());
    this.#destroyed = true;
    if (this.isLost) return;
    this.#surroundings?.vertexArrays.destroy();
    if (!this.#isOwn) return;
    // Browsers keep a context until garbage is collected, and few of them: this gives it back now.
    const name = this.mode === "headlessgl" ? "STACKGL_destroy_context" : "WEBGL_lose_context";
    const extension = this.#gl.getExtension(name) as { destroy?(): void; loseContext?(): void } | null;
    extension?.loseContext?.();
    extension?.destroy?.();
    // gl does not tell that its context is gone, and throws when it is called.
    this.#lost = true;
  }

  #destroyObjects(): void {
    this.kernels.destroy();
    for (const texture of this.#textures) this.#gl.deleteTexture(texture);
    this.#textures.clear();
    this.#gl.deleteFramebuffer(this.#framebuffer);
    this.#seed.destroy();
  }

  /** gpu.js draws with the vertices of the kernel that was built last, and frees them with that kernel. */
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
   * Reads rows of texels. When a browser's graphics process dies, the context is lost, but says so in a later task only:
   * until then WebGL reports no error, and leaves the array as it was.
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

/** What a kernel draws on, by output. */
function outputTextures({ kernel: { texture, mappedTextures } }: Kernel): readonly KernelTexture[] {
  return [texture, ...(mappedTextures ?? [])];
}

/** Bytes of textures from which on a run may be refused memory. */
const largeRun = 2 ** 22;

/** Kinds of error that WebGL has, at most: a context that repeats one for ever is not waited for. */
const errorKinds = 8;

/** Numbers that results hardly hold, and never both. */
const marks = [1.2345e-30, -5.4321e-30].map(Math.fround);

/** Read at once: browsers copy what is larger than 4 MB several times more slowly. */
const bandTexels = 2 ** 18;

/** A context of our own; undefined if gpu.js makes it. Throws `EngineUnavailableError` if there is none. */
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
