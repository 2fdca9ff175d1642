/** What did the library make of a function? The graph, and what the engine made of it, as text. */
import { bindArguments } from "./arguments.ts";
import { type CompileOptions, inputName, requireArguments, runOptions } from "./compile.ts";
import { acquire } from "./executables.ts";
import { formatGraph } from "../graph/graph.ts";
import type { ArrayInput } from "../array/convert.ts";
import { checkOptions, functionRule, requireRule } from "../array/options.ts";
import { prepare } from "../engine/prepare.ts";
import { type InputSpec, isArrayLeaf, placeholderOf, traceFunction } from "./trace.ts";
import { placeholder } from "../tensor/operand.ts";
import { type Tree, flatten } from "../array/tree.ts";

/**
 * The graph of a function, as it was simplified for an engine, and the programs or kernels that the engine made of it.
 * Each argument is told by an array, or by its type: `{ shape: [32, 10], dtype: "float32" }`; nested as the function's arguments are.
 * Throws for options as `compile` does.
 * @example await explain((x) => x.mul(2).sum(), { engine }, { shape: [1000] })
 */
export async function explain(
  fn: (...args: never[]) => unknown,
  options: Pick<CompileOptions, "engine" | "simplify">,
  ...specs: readonly Tree<InputSpec | ArrayInput>[]
): Promise<string> {
  requireRule("explain", "fn", functionRule, fn);
  checkOptions("explain", options, runOptions);
  requireArguments("explain", fn, specs);
  const trees = specs.map((spec, index) =>
    flatten("explain", spec, (value) => isSpec(value) || isArrayLeaf(value), `argument ${index}`),
  );
  const inputs = trees
    .flatMap(({ leaves }) => leaves)
    .map(({ path, value }) => {
      if (!isSpec(value)) {
        const [argument] = bindArguments("explain", options.engine, [value]).arguments;
        return placeholder(inputName(path), argument!.shape, argument!.dtype);
      }
      return placeholderOf(inputName(path), `explain: ${path}`, value);
    });
  const traced = traceFunction(
    "explain",
    fn,
    inputs,
    trees.map(({ structure }) => structure),
  );
  const graph = prepare(traced, options.engine, { simplify: options.simplify });
  const lease = await acquire(options.engine, graph);
  try {
    return `${formatGraph(graph)}\n\n${options.engine.name} (${options.engine.device})\n${lease.executable.description}`;
  } finally {
    lease.release();
  }
}

function isSpec(value: unknown): value is InputSpec {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    Array.isArray((value as InputSpec).shape)
  );
}
