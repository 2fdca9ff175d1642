/** How is a graph kept ready to run? As a plan, with a program on the current context for each place where results may be wanted. */
import {
  DisposedError,
  type Engine,
  type Executable,
  type Graph,
  type TypedArray,
  type Value,
  constantBytes,
} from "@symloss/core/engine";
import type { ArrayTexture, GpuContext } from "./device/context.ts";
import { GpuDeviceArray } from "./device/device-array.ts";
import type { Destination } from "./plan/host.ts";
import { type Plan, planGraph } from "./plan/plan.ts";
import { type Program, makeProgram } from "./program.ts";

/** The current context, or a new one if it was lost. Throws if there is none any more. */
export type CurrentContext = (caller: string) => GpuContext;

/** A graph on the contexts of an engine. */
export class GpuExecutable implements Executable {
  readonly description: string;
  readonly #engine: Engine;
  readonly #current: CurrentContext;
  readonly #graph: Graph;
  readonly #constants: number;
  readonly #plans = new Map<Destination, Plan>();
  readonly #programs = new Map<Destination, Program>();
  #disposed = false;

  /** Compiles the graph for results on the host. */
  constructor(engine: Engine, current: CurrentContext, graph: Graph) {
    this.#engine = engine;
    this.#current = current;
    this.#graph = graph;
    this.#constants = constantBytes(graph);
    this.#use("host", "compile", () => {});
    this.description = this.#planFor("host").description;
  }

  get bytes(): number {
    const held = this.#disposed ? 0 : this.#constants;
    return [...this.#programs.values()].reduce((sum, { bytes }) => sum + bytes, held);
  }

  run(values: readonly Value[], outputs?: readonly TypedArray[]): readonly TypedArray[] {
    return this.#finish("host", values, "run", (program) => program.read(outputs));
  }

  runOnDevice(values: readonly Value[]): readonly GpuDeviceArray[] {
    return this.#finish("device", values, "runOnDevice", (program) =>
      keepChecked(program).map((texture, index) => {
        const { shape, dtype } = this.#graph.outputs[index]!;
        const type = { shape: Object.freeze([...(shape as readonly number[])]), dtype };
        const release = (given: ArrayTexture): void => program.release(index, given);
        return new GpuDeviceArray(this.#engine, program.context, texture, type, release);
      }),
    );
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const program of this.#programs.values()) {
      program.context.programs.remove(program);
      program.dispose();
    }
    this.#programs.clear();
  }

  #planFor(destination: Destination): Plan {
    let plan = this.#plans.get(destination);
    if (plan === undefined) {
      plan = planGraph(this.#graph, this.#current("compile").limits, destination);
      this.#plans.set(destination, plan);
    }
    return plan;
  }

  #programFor(context: GpuContext, destination: Destination): Program {
    let program = this.#programs.get(destination);
    if (program === undefined || program.context !== context || program.isDisposed) {
      program = makeProgram(context, this.#planFor(destination), this.#graph);
      this.#programs.set(destination, program);
    }
    return program;
  }

  #use<T>(destination: Destination, caller: string, run: (program: Program) => T): T {
    const context = this.#current(caller);
    return context.use(() => {
      const program = this.#programFor(context, destination);
      try {
        return run(program);
      } finally {
        context.programs.touch(program);
      }
    });
  }

  #finish<T>(destination: Destination, values: readonly Value[], caller: string, results: (program: Program) => T): T {
    if (this.#disposed) {
      throw new DisposedError(
        `${caller}: an executable must not be used after its dispose(), got a run on engine "gpu".`,
      );
    }
    return this.#use(destination, caller, (program) => {
      try {
        program.compute(values);
        const result = results(program);
        program.context.checkRun(caller, program.bytes);
        return result;
      } catch (error) {
        throw program.context.failure(caller, error);
      }
    });
  }
}

/** The results in textures. If they can't be trusted, the program gets them back, and the error is thrown. */
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
