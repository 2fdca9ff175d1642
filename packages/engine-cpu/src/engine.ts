/** How does a graph run in plain JavaScript, and what does the engine promise? */
import {
  DisposedError,
  type DType,
  type DeviceArray,
  type Engine,
  type Executable,
  type Graph,
  HostDeviceArray,
  type NDArray,
  type OptionTable,
  OutOfRangeError,
  type TypedArray,
  type Value,
  allOperations,
  checkOptions,
  checkUpload,
  hostDataOf,
  selfTest,
} from "@symloss/core/engine";
import { generatePlan, mayGenerate } from "./codegen/generate.ts";
import { type Plan, planGraph } from "./plan.ts";

/** How the engine works. */
export interface CpuOptions {
  /**
   * `"codegen"` (default): fused loops as generated JavaScript; where that is forbidden, as by a content security policy, the interpreter.
   * `"interpreter"`: each operation by itself, as it is defined.
   */
  readonly mode?: "codegen" | "interpreter";
}

/**
 * The engine that runs anywhere, in plain JavaScript, and that defines what each operation computes.
 * Throws `DTypeError` for options that are no record, `OutOfRangeError` for an option that it does not know or a mode that there is not,
 * and `EngineUnavailableError` where the self-test fails.
 * @example const { data } = await evaluate(sum([1, 2, 3]), { engine: await cpu() });
 */
export async function cpu(options: CpuOptions = {}): Promise<Engine> {
  checkOptions("cpu", options, optionTable);
  const engine = makeEngine(modeOf(options));
  await selfTest(engine);
  return engine;
}

const optionTable: OptionTable<CpuOptions> = {
  mode: {
    must: '"codegen" or "interpreter"',
    holds: (mode) => mode === "codegen" || mode === "interpreter",
    error: OutOfRangeError,
  },
};

/** What runs, and what is said of it. */
interface Mode {
  readonly device: string;
  readonly plan: (graph: Graph) => Plan;
}

function modeOf({ mode = "codegen" }: CpuOptions): Mode {
  if (mode === "interpreter") return { device: "interpreter", plan: planGraph };
  return mayGenerate()
    ? { device: "loops (generated JavaScript)", plan: generatePlan }
    : { device: "interpreter (code generation is forbidden here)", plan: planGraph };
}

const dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

function makeEngine({ device, plan }: Mode): Engine {
  let disposed = false;
  const requireEngine = (caller: string): void => {
    if (disposed)
      throw new DisposedError(`${caller}: an engine must not be used after its dispose(), got engine "cpu".`);
  };
  const engine: Engine = {
    name: "cpu",
    device,
    software: false,
    traits: {
      dtypes,
      operations: allOperations,
      precision: "float32",
      nonFinite: "strict",
      rowIndependent: true,
      namedDimensions: false,
    },
    compile(graph) {
      requireEngine("compile");
      return makeExecutable(engine, graph, plan(graph), requireEngine);
    },
    upload(array: NDArray) {
      requireEngine("upload");
      const { data, shape, dtype } = checkUpload(engine, array);
      return new HostDeviceArray(engine, data.slice(), shape, dtype);
    },
    dispose() {
      disposed = true;
    },
  };
  return engine;
}

function makeExecutable(engine: Engine, graph: Graph, plan: Plan, requireEngine: (caller: string) => void): Executable {
  let disposed = false;
  const compute = (
    caller: string,
    values: readonly Value[],
    outputs?: readonly TypedArray[],
  ): readonly TypedArray[] => {
    requireEngine(caller);
    if (disposed) {
      throw new DisposedError(
        `${caller}: an executable must not be used after its dispose(), got a run on engine "cpu".`,
      );
    }
    return plan.run(
      values.map((value) => hostDataOf(engine, value)),
      outputs,
    );
  };
  return {
    get description() {
      return plan.description;
    },
    bytes: plan.bytes,
    run(values, outputs) {
      const results = compute("run", values, outputs);
      if (outputs === undefined) return results;
      for (const [index, output] of outputs.entries()) if (output !== results[index]) output.set(results[index]!);
      return outputs;
    },
    runOnDevice(values): DeviceArray[] {
      return compute("runOnDevice", values).map((data, index) => {
        const { shape, dtype } = graph.outputs[index]!;
        return new HostDeviceArray(engine, data, shape as readonly number[], dtype);
      });
    },
    dispose() {
      disposed = true;
    },
  };
}
