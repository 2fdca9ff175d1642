/** How does a graph run in plain JavaScript, and what does the engine promise? */
import {
  DisposedError,
  type DType,
  type DeviceArray,
  type Engine,
  EngineError,
  type Executable,
  type Graph,
  HostDeviceArray,
  type NDArray,
  OutOfRangeError,
  type TypedArray,
  type Value,
  allOperations,
  selfTest,
} from "@symloss/core/engine";
import { planGraph } from "./plan.ts";

/** How the engine works. */
export interface CpuOptions {
  /** `"interpreter"` (default): each operation by itself, as it is defined. */
  readonly mode?: "interpreter";
}

/**
 * The engine that runs anywhere, in plain JavaScript, and that defines what each operation computes.
 * Throws `OutOfRangeError` for an option that it does not know, and `EngineUnavailableError` where the self-test fails.
 * @example const { data } = await evaluate(sum([1, 2, 3]), { engine: await cpu() });
 */
export async function cpu(options: CpuOptions = {}): Promise<Engine> {
  checkOptions(options);
  const engine = makeEngine();
  await selfTest(engine);
  return engine;
}

function checkOptions(options: CpuOptions): void {
  for (const option of Object.keys(options)) {
    if (option !== "mode") throw new OutOfRangeError(`cpu: the only option must be mode, got ${option}.`);
  }
  const { mode = "interpreter" } = options;
  if (mode !== "interpreter") {
    throw new OutOfRangeError(`cpu: mode must be "interpreter", got ${JSON.stringify(mode)}.`);
  }
}

const dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

function makeEngine(): Engine {
  let disposed = false;
  const requireEngine = (caller: string): void => {
    if (disposed)
      throw new DisposedError(`${caller}: an engine must not be used after its dispose(), got engine "cpu".`);
  };
  const engine: Engine = {
    name: "cpu",
    device: "interpreter",
    software: false,
    traits: { dtypes, operations: allOperations, precision: "float32", nonFinite: "strict" },
    compile(graph) {
      requireEngine("compile");
      return makeExecutable(engine, graph, requireEngine);
    },
    upload({ data, shape, dtype }: NDArray) {
      requireEngine("upload");
      return new HostDeviceArray(engine, data.slice(), shape, dtype);
    },
    dispose() {
      disposed = true;
    },
  };
  return engine;
}

function makeExecutable(engine: Engine, graph: Graph, requireEngine: (caller: string) => void): Executable {
  const plan = planGraph(graph);
  let disposed = false;
  const compute = (caller: string, values: readonly Value[]): TypedArray[] => {
    requireEngine(caller);
    if (disposed) {
      throw new DisposedError(
        `${caller}: an executable must not be used after its dispose(), got a run on engine "cpu".`,
      );
    }
    return plan.run(values.map((value) => dataOf(engine, value)));
  };
  return {
    description: plan.description,
    run(values, outputs) {
      const results = compute("run", values);
      if (outputs === undefined) return results;
      for (const [index, output] of outputs.entries()) output.set(results[index]!);
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

function dataOf(engine: Engine, value: Value): TypedArray {
  if (ArrayBuffer.isView(value)) return value;
  if (value instanceof HostDeviceArray && value.engine === engine) return value.data;
  throw new EngineError(
    `run: a value must be a typed array or an array of this engine "cpu", got one of engine "${value.engine.name}" (${value.engine.device}).`,
  );
}
