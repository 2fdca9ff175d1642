/** How does a function of tensors become a function of arrays? Traced, prepared and compiled once for each list of shapes and dtypes. */
import { type Argument, type BoundArguments, argumentsKey, bindArguments, bindOutputs } from "./arguments.ts";
import { runCheck } from "./check.ts";
import type { DType, TypedArray } from "./dtype.ts";
import type { DeviceArray, Engine, Executable, MaybePromise, Value } from "./engine.ts";
import { DisposedError, OutOfRangeError } from "./errors.ts";
import { type Lease, acquire, wrapError } from "./executables.ts";
import { type HostCheck, collectChecks } from "./host-check.ts";
import { type AnyTypedArray, type ArrayInput, NDArray } from "./ndarray.ts";
import type { TensorLike } from "./operand.ts";
import { type OptionTable, checkOptions, engineRule, flagRule, functionRule, requireRule } from "./options.ts";
import { prepare } from "./prepare.ts";
import type { Tensor } from "./tensor.ts";
import { type TracedGraph, placeholder, traceFunction } from "./trace.ts";
import { type Structure, type Tree, unflatten } from "./tree.ts";

/** On which engine a function is compiled, and what becomes of its results. */
export interface CompileOptions<Results extends "host" | "device" = "host" | "device"> {
  readonly engine: Engine;
  /** Where results are: arrays on the host (default), or handles on the engine's device, which the next compiled function takes without a copy. */
  readonly results?: Results;
  /** Whether the graph is simplified; default true. For comparing. */
  readonly simplify?: boolean;
}

/** What those who only run or print a graph take of these options. */
export const runOptions: OptionTable<Pick<CompileOptions, "engine" | "simplify">> = {
  engine: engineRule,
  simplify: flagRule,
};

const compileOptions: OptionTable<CompileOptions> = {
  engine: engineRule,
  results: {
    must: '"host" or "device"',
    holds: (value) => value === "host" || value === "device",
    error: OutOfRangeError,
  },
  simplify: flagRule,
};

/** The arrays that stand for tensors in arguments. */
export type Arrays<T> = [T] extends [TensorLike] ? ArrayInput | DeviceArray : { readonly [K in keyof T]: Arrays<T[K]> };
/** The arrays that stand for tensors in results. */
export type Results<T, A> = [T] extends [TensorLike] ? A : { -readonly [K in keyof T]: Results<T[K], A> };
/** Where results are written. */
export type Outputs<T> = [T] extends [TensorLike] ? NDArray | TypedArray : { readonly [K in keyof T]: Outputs<T[K]> };

/** A compiled function: arrays in, arrays out. */
export interface Compiled<Arguments extends readonly unknown[], Result, A = NDArray> {
  (...args: Arguments): Promise<Results<Result, A>>;
  /** Writes the results into arrays that stand as the results do, and returns nothing. */
  into(outputs: Outputs<Result>, ...args: Arguments): Promise<void>;
  /** Frees what was compiled, after the runs under way; a second call does nothing, a later run throws `DisposedError`. */
  dispose(): Promise<void>;
}

/**
 * A function of tensors as a function of arrays on an engine. Arguments and results may be nested lists and records of arrays.
 * Every run checks what must hold of arguments from the host (class indices, say) before it starts.
 * Throws `DTypeError` for what is no engine and `OutOfRangeError` for an option that it does not know; a call throws what
 * tracing throws, where shapes or dtypes are new, and `EngineError` where the engine fails.
 * @example const mean = compile((x) => x.mean(), { engine }); (await mean([1, 2, 3])).item() // 2
 */
export function compile<Result>(
  fn: (...args: Tensor[]) => Result,
  options: CompileOptions<"host">,
): Compiled<(ArrayInput | DeviceArray | Tree<ArrayInput | DeviceArray>)[], Result>;
export function compile<Result>(
  fn: (...args: Tensor[]) => Result,
  options: CompileOptions<"device">,
): Compiled<(ArrayInput | DeviceArray | Tree<ArrayInput | DeviceArray>)[], Result, DeviceArray>;
export function compile<Arguments extends readonly unknown[], Result>(
  fn: (...args: Arguments) => Result,
  options: CompileOptions<"host">,
): Compiled<{ [K in keyof Arguments]: Arrays<Arguments[K]> }, Result>;
export function compile<Arguments extends readonly unknown[], Result>(
  fn: (...args: Arguments) => Result,
  options: CompileOptions<"device">,
): Compiled<{ [K in keyof Arguments]: Arrays<Arguments[K]> }, Result, DeviceArray>;
export function compile(fn: (...args: never[]) => unknown, options: CompileOptions): never {
  requireRule("compile", "fn", functionRule, fn);
  checkOptions("compile", options, compileOptions);
  const { engine, results = "host" } = options;
  const plans = new Map<string, Promise<Plan>>();
  let last: Plan | undefined;
  let disposed = false;
  let running = 0;
  let finished: (() => void) | undefined;

  const run = async <R>(
    args: readonly unknown[],
    execute: (plan: Plan, values: Value[]) => MaybePromise<R>,
  ): Promise<R> => {
    if (disposed) throw new DisposedError("compile: the function must not be called after its dispose(), got a call.");
    running++;
    try {
      let values = last === undefined ? undefined : matchQuickly(last, args);
      let plan = last;
      if (values === undefined || plan === undefined) {
        const bound = bindArguments("compile", engine, args);
        plan = await planFor(bound);
        last = plan;
        values = bound.arguments.map(({ value }) => value);
      }
      for (const { input, check } of plan.checks) {
        const value = values[input]!;
        if (ArrayBuffer.isView(value)) runCheck(check, value, plan.types[input]!.shape);
      }
      return await execute(plan, values);
    } finally {
      running--;
      if (running === 0) finished?.();
    }
  };

  const planFor = (bound: BoundArguments): Promise<Plan> => {
    const key = argumentsKey(bound);
    let plan = plans.get(key);
    if (plan === undefined) {
      plan = makePlan(fn, bound, options);
      plans.set(key, plan);
      plan.catch(() => plans.delete(key));
    }
    return plan;
  };

  const call = (...args: readonly unknown[]): Promise<unknown> =>
    results === "device"
      ? run(args, async (plan, values) =>
          unflatten(plan.structure, await guard(engine, () => plan.executable.runOnDevice(values))),
        )
      : run(args, (plan, values) => {
          const arrays = guard(engine, () => plan.executable.run(values));
          return isPromise(arrays) ? arrays.then((data) => wrapResults(plan, data)) : wrapResults(plan, arrays);
        });

  return Object.assign(call, {
    into: async (outputs: unknown, ...args: readonly unknown[]): Promise<void> => {
      if (results === "device")
        throw new OutOfRangeError('compile: into needs results on the host, got results: "device".');
      await run(args, (plan, values) =>
        guard(engine, () => plan.executable.run(values, bindOutputs("into", outputs, plan.structure, plan.results))),
      );
    },
    dispose: async (): Promise<void> => {
      if (disposed) return;
      disposed = true;
      if (running > 0) await new Promise<void>((resolve) => (finished = resolve));
      const settled = await Promise.allSettled(plans.values());
      for (const plan of settled) if (plan.status === "fulfilled") plan.value.lease.release();
      plans.clear();
      last = undefined;
    },
  }) as never;
}

/** What serves all calls with the same shapes and dtypes. */
interface Plan {
  readonly lease: Lease;
  readonly executable: Executable;
  readonly checks: readonly HostCheck[];
  readonly structure: Structure;
  readonly types: readonly { readonly dtype: DType; readonly shape: readonly number[] }[];
  readonly results: readonly { readonly dtype: DType; readonly shape: readonly number[] }[];
  /** Whether each argument is an array by itself, so that calls can be matched without taking them apart. */
  readonly flat: boolean;
}

async function makePlan(
  fn: (...args: never[]) => unknown,
  bound: BoundArguments,
  options: CompileOptions,
): Promise<Plan> {
  const graph = traceBound("compile", fn, bound);
  const { lease, checks } = await leaseGraph(graph, options);
  return {
    lease,
    executable: lease.executable,
    checks,
    structure: graph.structure,
    types: bound.arguments,
    results: graph.outputs as readonly { readonly dtype: DType; readonly shape: readonly number[] }[],
    flat: (bound.structure as readonly Structure[]).every((structure) => structure === null),
  };
}

/** The graph of a function of these arguments. */
export function traceBound(caller: string, fn: (...args: never[]) => unknown, bound: BoundArguments): TracedGraph {
  const inputs = bound.arguments.map(({ shape, dtype }: Argument, index) =>
    placeholder(inputName(bound.paths[index]!), shape, dtype),
  );
  return traceFunction(caller, fn, inputs, bound.structure);
}

/** Prepares a traced graph for an engine, collects its checks, and takes an executable. */
export async function leaseGraph(
  graph: TracedGraph,
  options: CompileOptions,
): Promise<{ lease: Lease; checks: HostCheck[] }> {
  const checks = collectChecks(graph);
  const prepared = prepare(graph, options.engine, { simplify: options.simplify });
  return { lease: await acquire(options.engine, prepared), checks };
}

/** `argument 0.weights` is printed as `x0.weights` in a graph. */
export function inputName(path: string): string {
  return path.replace("argument ", "x");
}

/** Runs, and gives what an engine throws its name. */
export function guard<T>(engine: Engine, run: () => MaybePromise<T>): MaybePromise<T> {
  try {
    const result = run();
    return isPromise(result)
      ? result.catch((error: unknown) => {
          throw wrapError("run", engine, error);
        })
      : result;
  } catch (error) {
    throw wrapError("run", engine, error);
  }
}

/** The results as arrays, in the structure in which the function returned them. */
export function wrapResults(plan: Pick<Plan, "structure" | "results">, data: readonly TypedArray[]): unknown {
  const arrays = data.map(
    (values, index) => new NDArray(values, plan.results[index]!.shape, plan.results[index]!.dtype),
  );
  return plan.structure === null ? arrays[0] : unflatten(plan.structure, arrays);
}

const constructorTypes = new Map<unknown, DType>([
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
]);

/** The values, where each argument is an array of the same type as at the last call; else undefined, and the arguments are taken apart. */
function matchQuickly(plan: Plan, args: readonly unknown[]): Value[] | undefined {
  if (!plan.flat || args.length !== plan.types.length) return undefined;
  const values: Value[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as AnyTypedArray | NDArray;
    const { dtype, shape } = plan.types[index]!;
    if (arg instanceof NDArray) {
      if (arg.dtype !== dtype || arg.shape.length !== shape.length) return undefined;
      for (let axis = 0; axis < shape.length; axis++) if (arg.shape[axis] !== shape[axis]) return undefined;
      values.push(arg.data);
    } else if (typeof arg === "object" && arg !== null && constructorTypes.get(arg.constructor) === dtype) {
      if (shape.length !== 1 || arg.length !== shape[0]) return undefined;
      values.push(arg as TypedArray);
    } else {
      return undefined;
    }
  }
  return values;
}

function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return value instanceof Promise;
}
