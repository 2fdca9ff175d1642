/** How does a function of tensors become a function of arrays? It is traced and compiled once for each list of shapes and dtypes. */
import type { NDArray } from "../array/ndarray.ts";
import { type OptionTable, checkOptions, functionRule, refuseSurplus, requireRule } from "../array/options.ts";
import type { DeviceArray } from "../engine/contract.ts";
import { asyncDisposable } from "../engine/disposal.ts";
import { type DynamicLength, dynamicRule } from "./dynamic.ts";
import { bindOutputs } from "./outputs.ts";
import { type Execute, type PlanOptions, planOptions, runInto, runPlaced } from "./plan.ts";
import { type Placed, type Placement, placementRule, requireHost } from "./placement.ts";
import { PlannedFunction } from "./planned-function.ts";
import type { ArraysFor, Outputs, PositionOf, Results, Signature, SignaturesOf, Together } from "./signature.ts";
import { staticRule } from "./static.ts";
import type { AnyFunction, Traceable } from "./traceable.ts";

/** The engine on which a function is compiled, where its results stay, and which of its arguments are no arrays. */
export interface CompileOptions<
  Place extends Placement = Placement,
  Static extends readonly number[] = readonly number[],
> extends PlanOptions {
  /**
   * Where results stay: arrays on the host (default), or on the engine's device, from where the next compiled function takes them without a
   * copy. Parts of the results may stay in different places: `{ loss: "host", parameters: "device" }`, `["host", "device"]`.
   */
  readonly results?: Place;
  /**
   * The positions of arguments that are no arrays, but booleans, numbers, strings, null, or lists and records of these. The function is
   * given them as they are, and is traced once for each of their values; the last few hundred are kept.
   */
  readonly static?: Static;
  /**
   * Lengths that may be others in each call: `[{ argument: 0, axis: 0, name: "batch" }]`. An engine with the trait `namedDimensions`, as
   * wasm, cpu and onnx have it, compiles once for all of them; others compile for each length, as without this option. The function is then
   * given the name in shapes, and a call throws `ShapeError` if it computes with that as if it were a number.
   */
  readonly dynamic?: readonly DynamicLength[];
}

/** The rules of these options. */
export const compileOptions: OptionTable<CompileOptions> = {
  engine: planOptions.engine,
  results: placementRule,
  simplify: planOptions.simplify,
  static: staticRule,
  dynamic: dynamicRule,
};

/** A compiled function: arrays in, arrays out. */
export interface Compiled<Arguments extends readonly unknown[], Result, Given = Results<Result, NDArray>> {
  (...args: Arguments): Promise<Given>;
  /** Writes the results into arrays, given in the structure of the results. */
  into(outputs: Outputs<Result>, ...args: Arguments): Promise<void>;
  /** Frees what was compiled, once pending runs have finished; a second call does nothing, a later run throws `DisposedError`. */
  dispose(): Promise<void>;
  /** The same, at the end of a block: `await using loss = compile(huber, { engine })`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What `compile` makes of a function. */
export type CompiledFunction<F, Static extends number, Place> = Together<CompiledOf<SignaturesOf<F>, Static, Place>>;
type CompiledOf<S, Static extends number, Place> =
  S extends Signature<infer Arguments, infer Result>
    ? Compiled<ArraysFor<Arguments, Static>, Result, Placed<Result, Place, DeviceArray>>
    : never;

/**
 * Compiles a function of tensors into a function of arrays on an engine. Arguments and results may be nested lists and records of arrays.
 * Every run first checks the arguments from the host (that class indices are in range, for example).
 * Throws `DTypeError` if the engine is not one and `OutOfRangeError` if an option is unknown. A call throws what tracing throws,
 * if its shapes, dtypes or static arguments are new, and `EngineError` if the engine fails.
 * @example const mean = compile((x) => x.mean(), { engine }); (await mean([1, 2, 3])).item() // 2
 * @example const most = compile((x, axis: number) => x.max(axis), { engine, static: [1] }); (await most([[1, 2], [3, 0]], 1)).toArray() // [2,3]
 */
export function compile<
  F extends AnyFunction,
  const Place extends Placement = "host",
  const Static extends readonly PositionOf<F>[] = [],
>(
  fn: F & Traceable<F, Static[number]>,
  options: CompileOptions<Place, Static>,
): CompiledFunction<F, Static[number], Place>;
export function compile(fn: (...args: never[]) => unknown, options: CompileOptions): never {
  refuseSurplus("compile", arguments, ["fn", "options"]);
  requireRule("compile", "fn", functionRule, fn);
  checkOptions("compile", options, compileOptions);
  // Read once: later changes to the record don't affect the function.
  const { results = "host", static: positions = [], dynamic = [], ...settings } = options;
  const planned = new PlannedFunction(
    "compile",
    fn,
    settings,
    [...positions],
    dynamic.map((one) => ({ ...one })),
  );
  const execute = runPlaced("compile", results);
  let running = 0;
  let finished: (() => void) | undefined;

  const run = async <R>(args: readonly unknown[], execute: Execute<R>): Promise<R> => {
    running++;
    try {
      return await planned.run(args, execute);
    } finally {
      running--;
      if (running === 0) finished?.();
    }
  };

  const call = (...args: readonly unknown[]): Promise<unknown> => run(args, execute);

  return Object.assign(call, {
    into: async (outputs: unknown, ...args: readonly unknown[]): Promise<void> => {
      requireHost("compile", results);
      await run(args, (plan, values) =>
        runInto(plan, values, bindOutputs("into", outputs, plan.structure, plan.results)),
      );
    },
    ...asyncDisposable(async () => {
      if (!planned.end()) return;
      if (running > 0) await new Promise<void>((resolve) => (finished = resolve));
      await planned.release();
    }),
  }) as never;
}
