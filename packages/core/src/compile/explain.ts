/** What did the library make of a function? The graph, and what the engine made of it, as text. */
import type { ArrayInput } from "../array/convert.ts";
import { isSymlossError } from "../array/errors.ts";
import { isForeignArray } from "../array/foreign-array.ts";
import { type OptionTable, checkOptions, functionRule, isRecord, requireRule } from "../array/options.ts";
import { type Structure, flatten } from "../array/tree.ts";
import { formatGraph } from "../graph/graph.ts";
import { placeholder } from "../tensor/operand.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { bindArguments, inputName, requireArguments } from "./arguments.ts";
import { acquire } from "./executables.ts";
import { type PlanOptions, planOptions, prepareTraced } from "./plan.ts";
import type { Fixed, InPlace, PositionOf, SignaturesOf } from "./signature.ts";
import { staticRule, takeStatic, withStatic } from "./static.ts";
import { type InputSpec, type TracedGraph, isArrayLeaf, placeholderOf, traceFunction } from "./trace.ts";
import type { AnyFunction, Traceable } from "./traceable.ts";

/** The engine for which a function is compiled, and how. */
export interface ExplainOptions<Static extends readonly number[] = readonly number[]> extends PlanOptions {
  /** The positions of arguments that are no arrays, and are given as they are. */
  readonly static?: Static;
}

const explainOptions: OptionTable<ExplainOptions> = { ...planOptions, static: staticRule };

/** What is given for each parameter. */
type SpecsFor<Parameters extends readonly unknown[], Static extends number> = {
  [K in keyof Parameters]: K extends `${Static}`
    ? Fixed<Parameters[K]>
    : InPlace<Parameters[K], InputSpec | ArrayInput>;
};

/**
 * Describes the graph of a function, as simplified for an engine, and the programs or kernels that the engine made of it.
 * Each argument is given as an array or as a type, `{ shape: [32, 10], dtype: "float32" }`, nested as the function's arguments are;
 * those at `static` positions are given as they are.
 * Throws as `compile` does.
 * @example await explain((x) => x.mul(2).sum(), { engine }, { shape: [1000] })
 */
export async function explain<F extends AnyFunction, const Static extends readonly PositionOf<F>[] = []>(
  fn: F & Traceable<F, Static[number]>,
  options: ExplainOptions<Static>,
  ...specs: SpecsFor<SignaturesOf<F>["parameters"], Static[number]>
): Promise<string>;
export async function explain(
  fn: (...args: never[]) => unknown,
  options: ExplainOptions,
  ...specs: readonly unknown[]
): Promise<string> {
  requireRule("explain", "fn", functionRule, fn);
  checkOptions("explain", options, explainOptions);
  requireArguments("explain", fn, specs, whereTypesGo);
  const { engine } = options;
  const held = takeStatic("explain", options.static ?? [], specs);
  const trees = specs.map((spec, index) =>
    held.has(index)
      ? { leaves: [], structure: [] }
      : flatten("explain", spec, (value) => isSpec(value) || isArrayLeaf(value), `argument ${index}`),
  );
  const inputs = trees.flatMap(({ leaves }) => leaves).map(({ path, value }) => inputOf(options, path, value));
  const structure = trees.map((tree) => tree.structure);
  const { prepared } = prepareTraced(traceTyped(withStatic(fn, held), inputs, structure), options);
  const lease = await acquire(engine, prepared);
  try {
    return `${formatGraph(prepared)}\n\n${engine.name} (${engine.device})\n${lease.executable.description}`;
  } finally {
    lease.release();
  }
}

const whereTypesGo =
  "Arguments follow the options, each as an array or a type: explain(fn, { engine }, { shape: [32, 10] }).";

/** The graph of a function. If it takes any number of arguments, as losses do, it says itself which it lacks, but not where they go. */
function traceTyped(
  fn: (...args: never[]) => unknown,
  inputs: readonly Tensor[],
  structure: readonly Structure[],
): TracedGraph {
  try {
    return traceFunction("explain", fn, inputs, structure);
  } catch (error) {
    if (structure.length === 0 && isSymlossError(error)) error.message += ` ${whereTypesGo}`;
    throw error;
  }
}

function inputOf({ engine }: PlanOptions, path: string, value: unknown): Tensor {
  if (isSpec(value)) return placeholderOf(inputName(path), `explain: ${path}`, value);
  const [argument] = bindArguments("explain", engine, [value]).arguments;
  return placeholder(inputName(path), argument!.shape, argument!.dtype);
}

function isSpec(value: unknown): value is InputSpec {
  return isRecord(value) && Array.isArray(value["shape"]) && !isForeignArray(value);
}
