/** Which errors come from the engine, and which from core? A watched engine records what it throws, and otherwise behaves the same. */
import type { DType, DeviceArray, Engine, Executable, TypedArray } from "@symloss/core";
import {
  AbstractDeviceArray,
  type Lengths,
  type MaybePromise,
  type Value,
  asyncDisposeSymbol,
} from "@symloss/core/engine";

/** The watched engine, always the same for one engine, so that executables compiled for it are reused. */
export function watch(engine: Engine): Engine {
  let watched = watchedEngines.get(engine);
  if (watched === undefined) {
    watched = new WatchedEngine(engine);
    watchedEngines.set(engine, watched);
    // Watching it again would pass it device arrays that are not its own.
    watchedEngines.set(watched, watched);
  }
  return watched;
}

/** Whether a watched engine threw this error. */
export function isThrownByEngine(error: unknown): boolean {
  return typeof error === "object" && error !== null && thrown.has(error);
}

const watchedEngines = new WeakMap<Engine, Engine>();
const thrown = new WeakSet<object>();

class WatchedEngine implements Engine {
  readonly #engine: Engine;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  constructor(engine: Engine) {
    this.#engine = engine;
    Object.assign(this, { [asyncDisposeSymbol]: async () => this.dispose() });
  }

  get name(): string {
    return this.#engine.name;
  }

  get device(): string {
    return this.#engine.device;
  }

  get software(): boolean {
    return this.#engine.software;
  }

  get traits(): Engine["traits"] {
    return this.#engine.traits;
  }

  compile(graph: Parameters<Engine["compile"]>[0]): MaybePromise<Executable> {
    return mapped(
      noted(() => this.#engine.compile(graph)),
      (executable) => new WatchedExecutable(this, executable),
    );
  }

  upload(array: Parameters<Engine["upload"]>[0]): MaybePromise<DeviceArray> {
    return mapped(
      noted(() => this.#engine.upload(array)),
      (handle) => new WatchedArray(this, handle),
    );
  }

  dispose(): MaybePromise<void> {
    return noted(() => this.#engine.dispose());
  }
}

class WatchedExecutable implements Executable {
  readonly #engine: Engine;
  readonly #executable: Executable;

  constructor(engine: Engine, executable: Executable) {
    this.#engine = engine;
    this.#executable = executable;
  }

  get description(): string {
    return this.#executable.description;
  }

  get bytes(): number {
    return this.#executable.bytes;
  }

  run(
    values: readonly Value[],
    outputs?: readonly TypedArray[],
    lengths?: Lengths,
  ): MaybePromise<readonly TypedArray[]> {
    return noted(() => this.#executable.run(values.map(unwatched), outputs, lengths));
  }

  runOnDevice(values: readonly Value[], lengths?: Lengths): MaybePromise<readonly DeviceArray[]> {
    return mapped(
      noted(() => this.#executable.runOnDevice(values.map(unwatched), lengths)),
      (handles) => handles.map((handle) => new WatchedArray(this.#engine, handle)),
    );
  }

  dispose(): MaybePromise<void> {
    return noted(() => this.#executable.dispose());
  }
}

/** A device array of the underlying engine, presented as one of the watched engine. */
class WatchedArray extends AbstractDeviceArray {
  readonly engine: Engine;
  readonly handle: DeviceArray;

  constructor(engine: Engine, handle: DeviceArray) {
    super();
    this.engine = engine;
    this.handle = handle;
  }

  get shape(): readonly number[] {
    return this.handle.shape;
  }

  get dtype(): DType {
    return this.handle.dtype;
  }

  get disposed(): boolean {
    return this.handle.disposed;
  }

  read(): MaybePromise<TypedArray> {
    return noted(() => this.handle.read());
  }

  dispose(): void {
    this.handle.dispose();
  }
}

function unwatched(value: Value): Value {
  return value instanceof WatchedArray ? value.handle : value;
}

/** Records what is thrown, synchronously or asynchronously, and rethrows it. */
function noted<T>(act: () => MaybePromise<T>): MaybePromise<T> {
  try {
    const result = act();
    return result instanceof Promise ? result.catch(note) : result;
  } catch (error) {
    return note(error);
  }
}

function note(error: unknown): never {
  if (typeof error === "object" && error !== null) thrown.add(error);
  throw error;
}

function mapped<T, U>(value: MaybePromise<T>, map: (value: T) => U): MaybePromise<U> {
  return value instanceof Promise ? value.then(map) : map(value);
}
