/** What is a device array where the device is the host's own memory? */
import type { DType, TypedArray } from "./dtype.ts";
import type { DeviceArray, Engine } from "./engine.ts";
import { DisposedError } from "./errors.ts";
import { formatType } from "./shape.ts";

/** A device array whose elements are a typed array, which it owns: for engines that compute in the host's memory. */
export class HostDeviceArray implements DeviceArray {
  readonly engine: Engine;
  readonly shape: readonly number[];
  readonly dtype: DType;
  #data: TypedArray | undefined;

  constructor(engine: Engine, data: TypedArray, shape: readonly number[], dtype: DType) {
    this.engine = engine;
    this.#data = data;
    this.shape = shape;
    this.dtype = dtype;
  }

  /** The elements themselves, for the engine alone; throws `DisposedError` after `dispose()`. */
  get data(): TypedArray {
    if (this.#data === undefined) {
      throw new DisposedError(
        `read: a device array must not be used after its dispose(), got ${formatType(this.dtype, this.shape)}.`,
      );
    }
    return this.#data;
  }

  read(): TypedArray {
    return this.data.slice();
  }

  dispose(): void {
    this.#data = undefined;
  }
}
