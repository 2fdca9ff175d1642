/** What have all device arrays in common? Everything but their memory. */
import type { DType, TypedArray } from "../array/dtype.ts";
import { ShapeError } from "../array/errors.ts";
import { type MaybePromise, andThen } from "../array/promise.ts";
import { sizeOf } from "../array/shape.ts";
import { formatType } from "../array/type.ts";
import type { DeviceArray, Engine } from "./contract.ts";
import { disposeSymbol } from "./disposal.ts";

/** A device array, but for its memory. */
export abstract class AbstractDeviceArray implements DeviceArray {
  declare [Symbol.dispose]: () => void;

  // Not as a method: where the symbol is missing, its name would be "undefined".
  static {
    AbstractDeviceArray.prototype[disposeSymbol] = function () {
      this.dispose();
    };
  }

  abstract readonly engine: Engine;
  abstract readonly shape: readonly number[];
  abstract readonly dtype: DType;
  abstract get disposed(): boolean;
  abstract read(): MaybePromise<TypedArray>;
  abstract dispose(): void;

  item(): MaybePromise<number> {
    if (sizeOf(this.shape) === 1) return andThen(this.read(), (elements) => elements[0]!);
    throw new ShapeError(`item: the array must have one element, got ${formatType(this.dtype, this.shape)}.`);
  }
}
