/** What is an array that stays on the graphics card? A texture, and the rules for who may free it. */
import {
  AbstractDeviceArray,
  type DType,
  DisposedError,
  type Engine,
  EngineError,
  type TypedArray,
  allocate,
  formatType,
  sizeOf,
} from "@symloss/core/engine";
import type { ArrayTexture, GpuContext } from "./context.ts";
import { convert, makeReader } from "./transfer.ts";

/** Frees the textures of device arrays that are no longer referenced and were never disposed of. */
const forgotten = new FinalizationRegistry<() => void>((free) => free());

/** An array in a texture of its own; an array without elements has none. */
export class GpuDeviceArray extends AbstractDeviceArray {
  readonly engine: Engine;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly #context: GpuContext;
  readonly #release: () => void;
  #texture: ArrayTexture | undefined;
  #disposed = false;

  constructor(
    engine: Engine,
    context: GpuContext,
    texture: ArrayTexture | undefined,
    { shape, dtype }: { readonly shape: readonly number[]; readonly dtype: DType },
    release: (texture: ArrayTexture) => void = (texture) => context.deleteTexture(texture),
  ) {
    super();
    this.engine = engine;
    this.#context = context;
    this.#release = () => {
      if (texture !== undefined && !context.isLost) release(texture);
    };
    // The cleanup function must not keep the device array alive.
    if (texture !== undefined) forgotten.register(this, this.#release, this);
    this.#texture = texture;
    this.shape = shape;
    this.dtype = dtype;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** The texture, for kernels on this context only. Throws `DisposedError` after `dispose()`, and `EngineError` on another context. */
  textureOn(context: GpuContext): ArrayTexture {
    const what = formatType(this.dtype, this.shape);
    if (this.#disposed || this.#texture === undefined) {
      throw new DisposedError(`read: a device array must not be used after its dispose(), got ${what}.`);
    }
    if (context === this.#context) return this.#texture;
    throw new EngineError(
      `run: a device array must belong to the current context, got ${what} from one that was lost. Upload or compute it again.`,
    );
  }

  read(): TypedArray {
    const size = sizeOf(this.shape);
    const result = allocate(this.dtype, size);
    if (size === 0 && !this.#disposed) return result;
    const texture = this.textureOn(this.#context);
    if (this.#context.isDestroyed) {
      throw new DisposedError('read: an engine must not be used after its dispose(), got engine "gpu".');
    }
    const read = makeReader(this.#context, { size }, {}, () => texture);
    if (this.#context.isLost) throw this.#context.lossError("read");
    return this.#context.use(() => {
      if (result instanceof Float32Array) read(result);
      else convert(read(), result, this.dtype);
      this.#context.checkRun("read", 4 * size);
      return result;
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    forgotten.unregister(this);
    this.#release();
    this.#texture = undefined;
  }
}
