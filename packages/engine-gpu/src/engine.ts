/// <reference lib="dom" preserve="true" />
/** How does a graph run on a graphics card, and what does the engine promise? */
import {
  DisposedError,
  type Engine,
  EngineError,
  EngineUnavailableError,
  type Executable,
  type Graph,
  type NDArray,
  type TypedArray,
  type Value,
  checkUpload,
  constantBytes,
  formatType,
  selfTest,
} from "@symloss/core/engine";
import { type ArrayTexture, type ContextOptions, GpuContext } from "./device/context.ts";
import { GpuDeviceArray } from "./device/device-array.ts";
import { type GpuJsFactory, loadGpuJs } from "./device/gpu-js.ts";
import { type GpuOptions, candidates } from "./options.ts";
import type { Destination } from "./plan/host.ts";
import { type Plan, planGraph } from "./plan/plan.ts";
import { type Program, makeProgram } from "./program.ts";
import { gpuTraits } from "./traits.ts";
import { makeUpload } from "./device/transfer.ts";

/**
 * The engine on WebGL. Throws `OutOfRangeError` and `DTypeError` for options that it does not take, and `EngineUnavailableError`
 * with the reason where no mode runs here; it never computes on the processor instead.
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
        context = replaceContext(makeContext, caller);
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
      const { data, shape, dtype } = checkUpload(engine, array);
      const size = data.length;
      const type = { shape, dtype };
      if (size === 0) return new GpuDeviceArray(engine, target, undefined, type);
      const upload = (): ArrayTexture => {
        const texture = target.createTexture(type.shape, "upload");
        makeUpload(target, texture, dtype, size).copy(data);
        return texture;
      };
      const texture = target.use(() => {
        try {
          return target.make("upload", `copying ${formatType(dtype, type.shape)}`, upload);
        } catch (error) {
          throw target.failure("upload", error);
        }
      });
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

/** After a loss the browser may have none to give yet. */
function replaceContext(makeContext: () => GpuContext, caller: string): GpuContext {
  try {
    return makeContext();
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new EngineError(
      `${caller}: the WebGL context was lost, and there is no other yet: ${reason}. The next call tries again.`,
      { cause },
    );
  }
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
        program.context.checkRun(caller, program.bytes);
        return result;
      } catch (error) {
        throw program.context.failure(caller, error);
      }
    });
  };

  use("host", "compile", () => {});
  return {
    description: planFor("host").description,
    get bytes() {
      return [...programs.values()].reduce((sum, { bytes }) => sum + bytes, disposed ? 0 : constants);
    },
    run: (values, outputs) => finish("host", values, "run", (program): readonly TypedArray[] => program.read(outputs)),
    runOnDevice: (values) =>
      finish("device", values, "runOnDevice", (program) =>
        keepChecked(program).map((texture, index) => {
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

/** The results in textures; where they can't be trusted the program has these again, and the error is thrown. */
function keepChecked(program: Program): readonly (ArrayTexture | undefined)[] {
  const kept = program.keep();
  try {
    program.context.checkRun("runOnDevice", program.bytes);
    return kept;
  } catch (error) {
    for (const [index, texture] of kept.entries()) if (texture !== undefined) program.release(index, texture);
    throw error;
  }
}
