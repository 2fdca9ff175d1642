/** What does the engine guarantee, and which mode does it use? */
import {
  type Engine,
  type Graph,
  type HostProgram,
  type OptionTable,
  OutOfRangeError,
  allOperations,
  checkOptions,
  hostEngine,
  selfTest,
} from "@symloss/core/engine";
import { generatePlan, mayGenerate } from "./codegen/generate.ts";
import { planGraph } from "./plan.ts";

/** The options of the engine. */
export interface CpuOptions {
  /**
   * `"codegen"` (default): fused loops as generated JavaScript, or the interpreter if code generation is forbidden, for example by a
   * content security policy. `"interpreter"`: each operation by itself, as it is defined.
   */
  readonly mode?: "codegen" | "interpreter";
}

/**
 * The engine that runs anywhere, in plain JavaScript.
 * Throws `DTypeError` if options are not a record, `OutOfRangeError` if an option or mode is unknown, and `EngineUnavailableError`
 * if the self-test fails.
 * @example const { data } = await evaluate(sum([1, 2, 3]), { engine: await cpu() });
 */
export async function cpu(options: CpuOptions = {}): Promise<Engine> {
  checkOptions("cpu", options, optionTable);
  const mode = modeOf(options);
  const engine = hostEngine({
    name: "cpu",
    traits: {
      dtypes: ["float32", "float64", "int32", "bool"],
      operations: allOperations,
      precision: "float32",
      nonFinite: "strict",
      rowIndependent: true,
      synchronous: true,
      namedDimensions: mode.compile === generatePlan,
    },
    ...mode,
  });
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

/** What runs, and how it is described. */
interface Mode {
  readonly device: string;
  readonly compile: (graph: Graph) => HostProgram;
}

function modeOf({ mode = "codegen" }: CpuOptions): Mode {
  if (mode === "interpreter") return { device: "interpreter", compile: planGraph };
  return mayGenerate()
    ? { device: "loops (generated JavaScript)", compile: generatePlan }
    : { device: "interpreter (code generation is forbidden here)", compile: planGraph };
}
