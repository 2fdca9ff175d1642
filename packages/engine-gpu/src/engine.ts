/// <reference lib="dom" preserve="true" />
/** How does a graph run on a graphics card, and what does the engine promise? */
import {
  DisposedError,
  type Engine,
  EngineUnavailableError,
  type Executable,
  type Graph,
  type NDArray,
  OutOfRangeError,
  type TypedArray,
  type Value,
  checkUpload,
  constantBytes,
  formatType,
  selfTest,
} from "@symloss/core/engine";
import { type ArrayTexture, GpuContext } from "./context.ts";
import { GpuDeviceArray } from "./device-array.ts";
import { type GpuJsFactory, type GpuMode, loadGpuJs } from "./gpu-js.ts";
import { type Destination, type Plan, planGraph } from "./plan.ts";
import { type Program, makeProgram } from "./program.ts";
import { gpuTraits } from "./traits.ts";
import { makeUpload } from "./transfer.ts";

/** How the engine works. */
export interface GpuOptions {
  /** Which WebGL; default the first that works of `"webgl2"`, `"webgl"` and, in Node with the package `gl`, `"headlessgl"`. */
  readonly mode?: GpuMode | undefined;
  /** The canvas whose context is used; default one of the engine's own. */
  readonly canvas?: HTMLCanvasElement | OffscreenCanvas | undefined;
  /**
   * The context that is used; default one of the engine's own. Others may draw on it and on its canvas between calls, also
   * another engine: each call sets WebGL's state anew, and leaves it so.
   */
  readonly context?: WebGL2RenderingContext | WebGLRenderingContext | undefined;
  /**
   * Whether a thread computes four elements in a row, a texel of them; default true. Otherwise one: shaders are four times
   * shorter, for a driver that is slow with long ones, and take longer. Results are the same but for rounding.
   */
  readonly packed?: boolean | undefined;
}

/**
 * The engine on WebGL. Throws `OutOfRangeError` for an option that it does not know, and `EngineUnavailableError` with the
 * reason where no mode runs here; it never computes on the processor instead.
 * @example const { data } = await evaluate(sum([1, 2, 3]), { engine: await gpu() });
 */
export async function gpu(options: GpuOptions = {}): Promise<Engine> {
  const candidates = modesOf(options);
  const factory = await loadGpuJs().catch((cause: unknown) => {
    throw new EngineUnavailableError(`gpu: gpu.js must load, got ${String(cause)}`, { cause });
  });
  const reasons: string[] = [];
  for (const mode of candidates) {
    try {
      const reason = factory.refusal(mode);
      if (reason !== undefined) throw new EngineUnavailableError(reason);
      return await tryMode(factory, { ...options, mode });
    } catch (error) {
      reasons.push(`${mode}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new EngineUnavailableError(
    `gpu: WebGL must compute with float32 here, got none that does. ${reasons.join("; ")}.`,
  );
}

const modes: readonly GpuMode[] = ["webgl2", "webgl", "headlessgl"];

function modesOf(options: GpuOptions): readonly GpuMode[] {
  for (const option of Object.keys(options)) {
    if (!["mode", "canvas", "context", "packed"].includes(option)) {
      throw new OutOfRangeError(`gpu: an option must be one of mode, canvas, context and packed, got ${option}.`);
    }
  }
  const { mode, canvas, context, packed } = options;
  if (packed !== undefined && typeof packed !== "boolean") {
    throw new OutOfRangeError(`gpu: packed must be true or false, got ${JSON.stringify(packed)}.`);
  }
  if (mode !== undefined && !modes.includes(mode)) {
    throw new OutOfRangeError(`gpu: mode must be one of ${modes.join(", ")}, got ${JSON.stringify(mode)}.`);
  }
  if (canvas !== undefined && typeof (canvas as { getContext?: unknown } | null)?.getContext !== "function") {
    throw new OutOfRangeError(
      `gpu: canvas must be a canvas of the page or an OffscreenCanvas, got ${typeNameOf(canvas)}.`,
    );
  }
  if (canvas !== undefined && mode === "headlessgl") {
    throw new OutOfRangeError('gpu: mode "headlessgl" must have no canvas, got one.');
  }
  if (context !== undefined && typeof (context as { texImage2D?: unknown } | null)?.texImage2D !== "function") {
    throw new OutOfRangeError(`gpu: context must be one of WebGL, got ${typeNameOf(context)}.`);
  }
  if (context?.isContextLost() === true)
    throw new EngineUnavailableError("gpu: context must not be lost, got one that is.");
  if (context === undefined) return mode === undefined ? modes : [mode];
  const own = "texStorage2D" in context ? "webgl2" : "webgl";
  if (mode !== undefined && mode !== own) {
    throw new OutOfRangeError(`gpu: mode must be that of the context ("${own}"), got "${mode}".`);
  }
  return [own];
}

function typeNameOf(value: unknown): string {
  return value === null ? "null" : `a value of type ${typeof value}`;
}

async function tryMode(factory: GpuJsFactory, options: GpuOptions & { readonly mode: GpuMode }): Promise<Engine> {
  const engine = makeEngine(() => new GpuContext(factory, options));
  try {
    await selfTest(engine);
    return engine;
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

/** A context, and another after its loss. */
interface Contexts {
  /** The context in use; throws where there is none any more. */
  current(caller: string): GpuContext;
}

function makeEngine(makeContext: () => GpuContext): Engine {
  let context = makeContext();
  let disposed = false;
  const contexts: Contexts = {
    current(caller) {
      if (disposed)
        throw new DisposedError(`${caller}: an engine must not be used after its dispose(), got engine "gpu".`);
      if (context.isLost) {
        if (!context.isReplaceable) throw context.lossError(caller);
        context = makeContext();
      }
      return context;
    },
  };
  const engine: Engine = {
    name: "gpu",
    device: `${context.mode}: ${context.renderer}`,
    software: /swiftshader|llvmpipe|softpipe|lavapipe|software|basic render/i.test(context.renderer),
    traits: gpuTraits,
    compile(graph) {
      return makeExecutable(engine, contexts, graph);
    },
    upload(array: NDArray) {
      const target = contexts.current("upload");
      checkUpload(engine, array);
      const { data, dtype, size } = array;
      const type = { shape: Object.freeze([...array.shape]), dtype };
      if (size === 0) return new GpuDeviceArray(engine, target, undefined, type);
      const upload = (): ArrayTexture => {
        const texture = target.createTexture(type.shape, "upload");
        makeUpload(target, texture, dtype, size).copy(data);
        return texture;
      };
      const texture = target.use(() => target.make("upload", `copying ${formatType(dtype, type.shape)}`, upload));
      return new GpuDeviceArray(engine, target, texture, type);
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      context.destroy();
    },
  };
  return engine;
}

function makeExecutable(engine: Engine, contexts: Contexts, graph: Graph): Executable {
  const plans = new Map<Destination, Plan>();
  const programs = new Map<Destination, Program>();
  const constants = constantBytes(graph);
  let disposed = false;

  const planFor = (destination: Destination): Plan => {
    let plan = plans.get(destination);
    if (plan === undefined) {
      plan = planGraph(graph, contexts.current("compile").limits, destination);
      plans.set(destination, plan);
    }
    return plan;
  };
  const programFor = (context: GpuContext, destination: Destination): Program => {
    let program = programs.get(destination);
    if (program === undefined || program.context !== context || program.isDisposed) {
      program = makeProgram(context, planFor(destination), graph);
      programs.set(destination, program);
    }
    return program;
  };
  const use = <T>(destination: Destination, caller: string, run: (program: Program) => T): T => {
    const context = contexts.current(caller);
    return context.use(() => {
      const program = programFor(context, destination);
      try {
        return run(program);
      } finally {
        context.programs.touch(program);
      }
    });
  };
  const finish = <T>(
    destination: Destination,
    values: readonly Value[],
    caller: string,
    results: (program: Program) => T,
  ): T => {
    if (disposed) {
      throw new DisposedError(
        `${caller}: an executable must not be used after its dispose(), got a run on engine "gpu".`,
      );
    }
    return use(destination, caller, (program) => {
      try {
        program.compute(values);
        const result = results(program);
        program.context.checkRun(caller);
        return result;
      } catch (error) {
        // After a loss WebGL hands out null, over which other errors stumble.
        throw program.context.detectLoss() ? program.context.lossError(caller) : error;
      }
    });
  };

  use("host", "compile", () => {});
  return {
    description: planFor("host").description,
    get bytes() {
      return [...programs.values()].reduce((sum, { bytes, isDisposed }) => sum + (isDisposed ? 0 : bytes), constants);
    },
    run: (values, outputs) => finish("host", values, "run", (program): readonly TypedArray[] => program.read(outputs)),
    runOnDevice: (values) =>
      finish("device", values, "runOnDevice", (program) =>
        program.keep().map((texture, index) => {
          const { shape, dtype } = graph.outputs[index]!;
          const type = { shape: Object.freeze([...(shape as readonly number[])]), dtype };
          return new GpuDeviceArray(engine, program.context, texture, type, (given) => program.release(index, given));
        }),
      ),
    dispose() {
      if (disposed) return;
      disposed = true;
      for (const program of programs.values()) {
        program.context.programs.remove(program);
        program.dispose();
      }
      programs.clear();
    },
  };
}
