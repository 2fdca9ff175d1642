/// <reference lib="dom" preserve="true" />
/** How is an engine made that runs graphs on a graphics card, and what does it promise? */
import {
  DisposedError,
  type Engine,
  EngineError,
  EngineUnavailableError,
  type NDArray,
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
 * The engine on WebGL. Throws `OutOfRangeError` and `DTypeError` for options that it does not take, and `EngineUnavailableError`
 * with the reason if no mode runs here; it never computes on the processor instead.
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
  throw new EngineUnavailableError(
    `gpu: WebGL must compute with float32 here, got none that does. ${reasons.join("; ")}.`,
  );
}

/** A message within another: without who says it, and without a full stop. */
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

/** The contexts of an engine: one, and after its loss another. */
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

  /** The context in use; throws if there is none any more. */
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
    dispose: () => contexts.dispose(),
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

/** After a loss the browser may have none to give yet. */
function replaceContext(makeContext: () => GpuContext, caller: string): GpuContext {
  try {
    return makeContext();
  } catch (cause) {
    throw new EngineError(
      `${caller}: the WebGL context was lost, and there is no other yet: ${reasonOf(cause)}. The next call tries again.`,
      { cause },
    );
  }
}
