/** How does a function of tensors become a function of arrays that need not be awaited? On an engine that computes before it returns. */
import type { TypedArray } from "../array/dtype.ts";
import { EngineError } from "../array/errors.ts";
import type { NDArray } from "../array/ndarray.ts";
import { checkOptions, functionRule, refuseSurplus, requireRule, swallow } from "../array/options.ts";
import { type MaybePromise, isPromise } from "../array/promise.ts";
import type { DeviceArray, Engine } from "../engine/contract.ts";
import { disposeSymbol } from "../engine/disposal.ts";
import { type CompileOptions, compileOptions } from "./compile.ts";
import { evaluateWith } from "./evaluate.ts";
import { bindOutputs } from "./outputs.ts";
import { type PlanOptions, planOptions, runInto, runPlaced } from "./plan.ts";
import { type Placed, type Placement, requireHost } from "./placement.ts";
import { PlannedFunction } from "./planned-function.ts";
import type { ArraysFor, Outputs, PositionOf, Results, Signature, SignaturesOf, Together } from "./signature.ts";
import type { AnyFunction, OfTensors, Traceable } from "./traceable.ts";

/** An array on the device of an engine that computes before it returns. */
export interface SyncDeviceArray extends DeviceArray {
  read(): TypedArray;
  item(): number;
}

/** A compiled function whose results need not be awaited. */
export interface CompiledSync<Arguments extends readonly unknown[], Result, Given = Results<Result, NDArray>> {
  (...args: Arguments): Given;
  /** Writes the results into arrays, given in the structure of the results. */
  into(outputs: Outputs<Result>, ...args: Arguments): void;
  /** Frees what was compiled; a second call does nothing, a later run throws `DisposedError`. */
  dispose(): void;
  /** The same, at the end of a block: `using loss = compileSync(huber, { engine })`. */
  [Symbol.dispose](): void;
}

/** What `compileSync` makes of a function. */
export type CompiledSyncFunction<F, Static extends number, Place> = Together<
  CompiledSyncOf<SignaturesOf<F>, Static, Place>
>;
type CompiledSyncOf<S, Static extends number, Place> =
  S extends Signature<infer Arguments, infer Result>
    ? CompiledSync<ArraysFor<Arguments, Static>, Result, Placed<Result, Place, SyncDeviceArray>>
    : never;

/**
 * Compiles a function of tensors into a function of arrays, as `compile` does, whose results need not be awaited: for a sort comparator,
 * a render, or a custom gradient of another library. Needs an engine with the trait `synchronous`, as cpu and wasm have it.
 * Throws `EngineError` if the engine is not one of these, and otherwise what `compile` and its calls throw.
 * @example const mean = compileSync((x) => x.mean(), { engine }); mean([1, 2, 3]).item() // 2
 */
export function compileSync<
  F extends AnyFunction,
  const Place extends Placement = "host",
  const Static extends readonly PositionOf<F>[] = [],
>(
  fn: F & Traceable<F, Static[number]>,
  options: CompileOptions<Place, Static>,
): CompiledSyncFunction<F, Static[number], Place>;
export function compileSync(fn: (...args: never[]) => unknown, options: CompileOptions): never {
  refuseSurplus("compileSync", arguments, ["fn", "options"]);
  requireRule("compileSync", "fn", functionRule, fn);
  checkOptions("compileSync", options, compileOptions);
  const { results = "host", static: positions = [], dynamic = [], ...settings } = options;
  const { engine } = settings;
  requireSynchronous("compileSync", engine);
  const planned = new PlannedFunction(
    "compileSync",
    fn,
    settings,
    [...positions],
    dynamic.map((one) => ({ ...one })),
  );
  const execute = runPlaced("compileSync", results);

  const call = (...args: readonly unknown[]): unknown => settled("compileSync", engine, planned.run(args, execute));
  const dispose = (): void => {
    if (planned.end()) settled("compileSync", engine, planned.release());
  };
  return Object.assign(call, {
    into: (outputs: unknown, ...args: readonly unknown[]): void => {
      requireHost("compileSync", results);
      const written = planned.run(args, (plan, values) =>
        runInto(plan, values, bindOutputs("into", outputs, plan.structure, plan.results)),
      );
      settled("compileSync", engine, written);
    },
    dispose,
    [disposeSymbol]: dispose,
  }) as never;
}

/**
 * Computes a tensor, or a record or list of tensors, as `evaluate` does, without a promise. Throws `EngineError` if the engine has not the
 * trait `synchronous`, and otherwise what `evaluate` throws.
 * @example evaluateSync(huber([1, 2, 3], [1.5, 2, 0]).mean(), { engine }).item()
 */
export function evaluateSync<T>(
  expression: T & OfTensors<T, "the expression">,
  options: PlanOptions,
): Results<T, NDArray> {
  refuseSurplus("evaluateSync", arguments, ["expression", "options"]);
  checkOptions("evaluateSync", options, planOptions);
  requireSynchronous("evaluateSync", options.engine);
  return settled("evaluateSync", options.engine, evaluateWith<T>("evaluateSync", expression, options));
}

function requireSynchronous(caller: string, { name, device, traits }: Engine): void {
  if (traits.synchronous) return;
  const other = caller === "compileSync" ? "compile" : "evaluate";
  throw new EngineError(
    `${caller}: the engine must be one that computes before it returns, as cpu and wasm do, got engine "${name}" (${device}). ` +
      `Use ${other}, and await it.`,
  );
}

/** The value. Throws `EngineError` if it is a promise, which an engine that says it is synchronous must not give. */
function settled<T>(caller: string, engine: Engine, value: MaybePromise<T>): T {
  if (!isPromise(value)) return value;
  swallow(value);
  throw new EngineError(
    `${caller}: engine "${engine.name}" has the trait synchronous, and must give its results at once, got a promise.`,
  );
}
