/** Which mode does the engine use? */
import { type Engine, type OptionTable, OutOfRangeError, checkOptions } from "@symloss/core/engine";
import { generatePlan, mayGenerate } from "./codegen/generate.ts";
import { type Mode, interpreting, openEngine } from "./mode.ts";

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
  return openEngine(modeOf(options));
}

const optionTable: OptionTable<CpuOptions> = {
  mode: {
    must: '"codegen" or "interpreter"',
    holds: (mode) => mode === "codegen" || mode === "interpreter",
    error: OutOfRangeError,
  },
};

function modeOf({ mode = "codegen" }: CpuOptions): Mode {
  if (mode === "interpreter") return interpreting;
  if (mayGenerate()) return { device: "loops (generated JavaScript)", compile: generatePlan, namedDimensions: true };
  return { ...interpreting, device: "interpreter (code generation is forbidden here)" };
}
