/// <reference lib="dom" preserve="true" />
/** How is an engine created that runs graphs on a graphics card, and what does it guarantee? */
import {
  DisposedError,
  type Engine,
  EngineError,
  EngineUnavailableError,
  type NDArray,
  asyncDisposable,
  checkUpload,
  formatType,
  selfTest,
} from "@symloss/core/engine";
import { type ArrayTexture, type ContextOptions, GpuContext } from "./device/context.ts";
import { GpuDeviceArray } from "./device/device-array.ts";
import { type GpuJsFactory, loadGpuJs } from "./device/gpu-js.ts";
import { makeUpload } from "./device/transfer.ts";
import { GpuExecutable } from "./executable.ts";
import { type GpuOptions, candidates } from "./options.ts";
import { gpuTraits } from "./traits.ts";

/**
 * The engine on WebGL. Throws `OutOfRangeError` or `DTypeError` if an option is invalid, and `EngineUnavailableError`, with the reason
 * for each mode, if none works here; it never falls back to the processor.
 * @example const { data } = await evaluate(sum([1, 2, 3]), { engine: await gpu() });
 */
export async function gpu(options: GpuOptions = {}): Promise<Engine> {
  const tried = candidates(options);
  const factory = await loadGpuJs().catch((cause: unknown) => {
    throw new EngineUnavailableError(`gpu: gpu.js did not load: ${reasonOf(cause)}.`, { cause });
  });
  const reasons: string[] = [];
  for (const candidate of tried) {
    const refused = factory.refusal(candidate.mode);
    if (refused !== undefined) {
      reasons.push(`${candidate.mode}: ${refused}`);
      continue;
    }
    try {
      return await makeTested(factory, candidate);
    } catch (error) {
      reasons.push(`${candidate.mode}: ${reasonOf(error)}`);
    }
  }
  throw new EngineUnavailableError(`gpu: no mode of WebGL computes in float32 here. ${reasons.join("; ")}.`);
}

/** A message for use inside another, without its prefix and its full stop. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^gpu: /, "").replace(/\.$/, "");
}

async function makeTested(factory: GpuJsFactory, options: ContextOptions): Promise<Engine> {
  const engine = makeEngine(() => new GpuContext(factory, options));
  try {
    await selfTest(engine);
    return engine;
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

/** The contexts of an engine: one at a time, replaced if it is lost. */
class Contexts {
  readonly #make: () => GpuContext;
  #context: GpuContext;
  #disposed = false;

  constructor(make: () => GpuContext) {
    this.#make = make;
    this.#context = make();
  }

  get latest(): GpuContext {
    return this.#context;
  }

  /** The current context. Throws if there is none any more. */
  current(caller: string): GpuContext {
    if (this.#disposed) {
      throw new DisposedError(`${caller}: an engine must not be used after its dispose(), got engine "gpu".`);
    }
    if (this.#context.isLost) {
      if (!this.#context.isReplaceable) throw this.#context.lossError(caller);
      this.#context = replaceContext(this.#make, caller);
    }
    return this.#context;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#context.destroy();
  }
}

function makeEngine(makeContext: () => GpuContext): Engine {
  const contexts = new Contexts(makeContext);
  const current = (caller: string): GpuContext => contexts.current(caller);
  const { mode, renderer } = contexts.latest;
  const engine: Engine = {
    name: "gpu",
    device: `${mode}: ${renderer}`,
    software: /swiftshader|llvmpipe|softpipe|lavapipe|software|basic render/i.test(renderer),
    traits: gpuTraits,
    compile: (graph) => new GpuExecutable(engine, current, graph),
    upload: (array) => upload(engine, current("upload"), array),
    ...asyncDisposable(() => contexts.dispose()),
  };
  return engine;
}

function upload(engine: Engine, context: GpuContext, array: NDArray): GpuDeviceArray {
  const { data, shape, dtype } = checkUpload(engine, array);
  if (data.length === 0) return new GpuDeviceArray(engine, context, undefined, { shape, dtype });
  const copy = (): ArrayTexture => {
    const texture = context.createTexture(shape, "upload");
    makeUpload(context, texture, dtype, data.length).copy(data);
    return texture;
  };
  const texture = context.use(() => {
    try {
      return context.make("upload", `copying ${formatType(dtype, shape)}`, copy);
    } catch (error) {
      throw context.failure("upload", error);
    }
  });
  return new GpuDeviceArray(engine, context, texture, { shape, dtype });
}

/** The browser may not be able to create one yet after a loss. */
function replaceContext(makeContext: () => GpuContext, caller: string): GpuContext {
  try {
    return makeContext();
  } catch (cause) {
    throw new EngineError(
      `${caller}: the WebGL context was lost, and no other is available yet: ${reasonOf(cause)}. The next call tries again.`,
      { cause },
    );
  }
}
