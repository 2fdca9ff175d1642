/** What does the engine promise, and in which of its modes does it compute? */
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

/** How the engine works. */
export interface CpuOptions {
  /**
   * `"codegen"` (default): fused loops as generated JavaScript, or the interpreter if code generation is forbidden, as by a content
   * security policy. `"interpreter"`: each operation by itself, as it is defined.
   */
  readonly mode?: "codegen" | "interpreter";
}

/**
 * The engine that runs anywhere, in plain JavaScript.
 * Throws `DTypeError` for options that are not a record, `OutOfRangeError` for an unknown option or mode, and `EngineUnavailableError`
 * if the self-test fails.
 * @example const { data } = await evaluate(sum([1, 2, 3]), { engine: await cpu() });
 */
export async function cpu(options: CpuOptions = {}): Promise<Engine> {
  checkOptions("cpu", options, optionTable);
  const engine = hostEngine({
    name: "cpu",
    traits: {
      dtypes: ["float32", "float64", "int32", "bool"],
      operations: allOperations,
      precision: "float32",
      nonFinite: "strict",
      rowIndependent: true,
      namedDimensions: false,
    },
    ...modeOf(options),
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

/** What runs, and what is said of it. */
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
