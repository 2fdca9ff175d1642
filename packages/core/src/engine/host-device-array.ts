/** What is a device array if the device is the host's own memory? */
import { type DType, type TypedArray, allocate } from "../array/dtype.ts";
import { AbstractDeviceArray } from "./abstract-device-array.ts";
import type { Engine, Value } from "./contract.ts";
import { EngineError } from "../array/errors.ts";
import { formatType } from "../array/type.ts";
import { frozenShape } from "../array/shape.ts";
import { Lifetime } from "./lifetime.ts";
import { otherEngine } from "./other-engine.ts";

/** A device array whose elements are a typed array, which it owns: for engines that compute in the host's memory. */
export class HostDeviceArray extends AbstractDeviceArray {
  readonly engine: Engine;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly #lifetime: Lifetime;
  #data: TypedArray;

  constructor(engine: Engine, data: TypedArray, shape: readonly number[], dtype: DType) {
    super();
    this.engine = engine;
    this.#data = data;
    this.shape = frozenShape(shape);
    this.dtype = dtype;
    this.#lifetime = new Lifetime(`the device array ${formatType(dtype, shape)}`);
  }

  get disposed(): boolean {
    return this.#lifetime.ended;
  }

  /** The elements themselves, for the engine's use only. Throws `DisposedError` after `dispose()`. */
  get data(): TypedArray {
    this.#lifetime.require("read");
    return this.#data;
  }

  read(): TypedArray {
    return this.data.slice();
  }

  dispose(): void {
    this.#lifetime.end();
    this.#data = allocate(this.dtype, 0);
  }
}

/** The elements of a value given to an engine in the host's memory. Throws `EngineError` if it belongs to another engine. */
export function hostDataOf(engine: Engine, value: Value): TypedArray {
  if (ArrayBuffer.isView(value)) return value;
  if (value instanceof HostDeviceArray && value.engine === engine) return value.data;
  throw new EngineError(
    `run: a value must be a typed array or an array of this engine "${engine.name}", got one of ${otherEngine(engine, value.engine)}.`,
  );
}
