/** How does a function of tensors become a function of arrays? Traced, prepared and compiled once for each list of shapes and dtypes. */
import {
  type Argument,
  type ArrayType,
  type BoundArguments,
  argumentsKey,
  arrayTypes,
  bindArguments,
  bindOutputs,
  overlap,
} from "./arguments.ts";
import { type Check, runCheck } from "../tensor/check.ts";
import { describe, print } from "../array/describe.ts";
import { type DType, type TypedArray, holds } from "../array/dtype.ts";
import { formatType } from "../array/format.ts";
import type { MaybePromise } from "../array/promise.ts";
import type { DeviceArray, Engine, Executable, Value } from "../engine/contract.ts";
import { DisposedError, EngineError, OutOfRangeError, ShapeError } from "../array/errors.ts";
import { type Lease, acquire, guard } from "./executables.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { type HostCheck, collectChecks } from "./host-check.ts";
import type { ArrayInput } from "../array/convert.ts";
import { NDArray, resultArray } from "../array/ndarray.ts";
import type { TensorLike } from "../tensor/operand.ts";
import {
  type OptionTable,
  checkOptions,
  flagRule,
  functionRule,
  refuseSurplus,
  requireRule,
} from "../array/options.ts";
import { engineRule } from "../engine/options.ts";
import { PlanCache } from "./plans.ts";
import { prepare } from "../engine/prepare.ts";
import { andThen, isPromise } from "../array/promise.ts";
import { sameShape } from "../array/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type TracedGraph, traceFunction } from "./trace.ts";
import { placeholder } from "../tensor/operand.ts";
import { type Structure, type Tree, unflatten } from "../array/tree.ts";

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
  refuseSurplus("compile", arguments, ["fn", "options"]);
  requireRule("compile", "fn", functionRule, fn);
  checkOptions("compile", options, compileOptions);
  // Read once: what becomes of the record later is nothing to the function.
  const { results = "host", ...settings } = options;
  const { engine } = settings;
  const plans = new PlanCache<Plan>();
  let last: Plan | undefined;
  let disposed = false;
  let running = 0;
  let finished: (() => void) | undefined;

  const begin = <R>(args: readonly unknown[], execute: Execute<R>): MaybePromise<R> => {
    const matched = last === undefined ? undefined : matchQuickly(last, args);
    if (matched !== undefined) return perform(last!, matched, execute);
    requireArguments("compile", fn, args);
    const bound = bindArguments("compile", engine, args);
    const values = bound.arguments.map(({ value }) => value);
    return plans.use(
      argumentsKey(bound),
      () => makePlan(fn, bound, settings),
      (plan) => {
        if (!isPromise(plan)) return perform((last = plan), values, execute);
        // A call takes the numbers that its arguments hold now, and the plan comes later.
        const held = values.map((value) => (ArrayBuffer.isView(value) ? value.slice() : value));
        return plan.then((ready) => perform((last = ready), held, execute));
      },
    );
  };

  const run = async <R>(args: readonly unknown[], execute: Execute<R>): Promise<R> => {
    if (disposed) throw new DisposedError("compile: the function must not be called after its dispose(), got a call.");
    running++;
    try {
      return await begin(args, execute);
    } finally {
      running--;
      if (running === 0) finished?.();
    }
  };

  const call = (...args: readonly unknown[]): Promise<unknown> =>
    run(args, results === "device" ? runOnDevice : runOnHost);

  return Object.assign(call, {
    into: async (outputs: unknown, ...args: readonly unknown[]): Promise<void> => {
      if (results === "device")
        throw new OutOfRangeError('compile: into needs results on the host, got results: "device".');
      await run(args, (plan, values) =>
        runInto(plan, values, bindOutputs("into", outputs, plan.structure, plan.results)),
      );
    },
    dispose: async (): Promise<void> => {
      if (disposed) return;
      disposed = true;
      if (running > 0) await new Promise<void>((resolve) => (finished = resolve));
      last = undefined;
      await plans.release();
    },
  }) as never;
}

/** What serves all calls with the same shapes and dtypes. It holds no array of any call. */
interface Plan {
  readonly engine: Engine;
  readonly executable: Executable;
  readonly checks: readonly HostCheck[];
  readonly structure: Structure;
  readonly types: readonly ArrayType[];
  readonly results: readonly ArrayType[];
  /** Whether each argument is an array by itself, so that calls can be matched without taking them apart. */
  readonly flat: boolean;
  readonly bytes: number;
  release(): void;
}

/** What becomes of a plan and the values of a call. */
type Execute<R> = (plan: Plan, values: readonly Value[]) => MaybePromise<R>;

function makePlan(
  fn: (...args: never[]) => unknown,
  bound: BoundArguments,
  settings: Pick<CompileOptions, "engine" | "simplify">,
): MaybePromise<Plan> {
  const graph = traceBound("compile", fn, bound);
  const signature = {
    engine: settings.engine,
    structure: graph.structure,
    types: arrayTypes(bound.arguments),
    results: arrayTypes(graph.outputs),
    flat: (bound.structure as readonly Structure[]).every((structure) => structure === null),
  };
  return andThen(leaseGraph(graph, settings), (leased) => withLease(signature, leased));
}

/** A function of its own, for what a plan's functions can reach stays in memory: not the arrays of the call that made it. */
function withLease(
  signature: Pick<Plan, "engine" | "structure" | "types" | "results" | "flat">,
  { lease, checks }: { readonly lease: Lease; readonly checks: readonly HostCheck[] },
): Plan {
  return {
    ...signature,
    checks,
    executable: lease.executable,
    get bytes() {
      return lease.executable.bytes;
    },
    release: () => lease.release(),
  };
}

/** Checks the values, then runs: what was checked is what runs. */
function perform<R>(plan: Plan, values: Value[], execute: Execute<R>): MaybePromise<R> {
  for (const { input, check } of plan.checks) {
    const value = values[input]!;
    if (!ArrayBuffer.isView(value)) continue;
    // Another thread may write into shared memory after the check.
    const held = isShared(value) ? value.slice() : value;
    values[input] = held;
    runCheck(check, held, plan.types[input]!.shape);
  }
  return execute(plan, values);
}

function isShared({ buffer }: TypedArray): boolean {
  return typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
}

function runOnHost(plan: Plan, values: readonly Value[]): MaybePromise<unknown> {
  return andThen(
    guard("run", plan.engine, () => plan.executable.run(values)),
    (data) => wrapResults(plan, data),
  );
}

function runOnDevice(plan: Plan, values: readonly Value[]): MaybePromise<unknown> {
  return andThen(
    guard("run", plan.engine, () => plan.executable.runOnDevice(values)),
    (handles) => unflatten(plan.structure, handles),
  );
}

/** Into the outputs at once, but where they overlap an input: these are written when all has been computed. */
function runInto(
  { engine, executable }: Plan,
  values: readonly Value[],
  outputs: readonly TypedArray[],
): MaybePromise<unknown> {
  const overlaps = values.some(
    (value) => ArrayBuffer.isView(value) && outputs.some((output) => overlap(output, value)),
  );
  if (!overlaps) return guard("run", engine, () => executable.run(values, outputs));
  return andThen(
    guard("run", engine, () => executable.run(values)),
    (results) => {
      for (const [index, output] of outputs.entries()) output.set(results[index]!);
    },
  );
}

/** Throws `ShapeError` if there are fewer arguments than the function has parameters without a default. */
export function requireArguments(caller: string, fn: (...args: never[]) => unknown, args: readonly unknown[]): void {
  if (args.length >= fn.length) return;
  const wanted = fn.length === 1 ? "its argument" : `its ${fn.length} arguments`;
  throw new ShapeError(
    `${caller}: the function must be given ${wanted}, got ${args.length === 0 ? "none" : args.length}.`,
  );
}

/** The graph of a function of these arguments. */
export function traceBound(caller: string, fn: (...args: never[]) => unknown, bound: BoundArguments): TracedGraph {
  const inputs = bound.arguments.map(({ shape, dtype }: Argument, index) =>
    placeholder(inputName(bound.paths[index]!), shape, dtype),
  );
  return traceFunction(caller, fn, inputs, bound.structure);
}

/** Prepares a traced graph for an engine, collects its checks, and takes an executable: at once, if the engine compiles at once. */
export function leaseGraph(
  graph: TracedGraph,
  { engine, simplify }: Pick<CompileOptions, "engine" | "simplify">,
): MaybePromise<{ lease: Lease; checks: HostCheck[] }> {
  for (const node of topologicalOrder(graph.outputs)) {
    if (node.operation === "check") requireKnownClasses((node.attributes as { readonly check: Check }).check);
  }
  const checks = collectChecks(graph);
  const prepared = prepare(graph, engine, { simplify });
  return andThen(acquire(engine, prepared), (lease) => ({ lease, checks }));
}

/** A number of classes with a name is for graphs that are exported: here nothing could be checked against it. */
function requireKnownClasses(check: Check): void {
  if (check.kind !== "classIndices" || typeof check.classes === "number") return;
  throw new ShapeError(
    `${check.caller}: the number of classes must be a number when a graph runs, got ${print(check.classes)}.`,
  );
}

/** `argument 0.weights` is printed as `x0.weights` in a graph. */
export function inputName(path: string): string {
  return path.replace("argument ", "x");
}

/** The results as arrays, in the structure in which the function returned them; throws `EngineError` if an engine gave others. */
export function wrapResults(
  { engine, structure, results }: Pick<Plan, "engine" | "structure" | "results">,
  data: readonly TypedArray[],
): unknown {
  const arrays = results.map((type, index) => {
    if (data[index]?.length === type.size) return resultArray(data[index]!, type);
    throw new EngineError(
      `run: engine "${engine.name}" must give ${formatType(type.dtype, type.shape)} as result ${index}, got ${describe(data[index])}.`,
    );
  });
  return structure === null ? arrays[0] : unflatten(structure, arrays);
}

const constructorTypes = new Map<unknown, DType>([
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
]);

/** The values, if each argument is an array of the same type as at the last call; else undefined, and the arguments are taken apart. */
function matchQuickly(plan: Plan, args: readonly unknown[]): Value[] | undefined {
  if (!plan.flat || args.length !== plan.types.length) return undefined;
  const values: Value[] = [];
  for (let index = 0; index < args.length; index++) {
    const value = matchArray(args[index], plan.types[index]!);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** The elements of an array of this type, if it is sound. */
function matchArray(arg: unknown, { dtype, shape, size }: ArrayType): TypedArray | undefined {
  if (ArrayBuffer.isView(arg)) {
    const matches = constructorTypes.get(arg.constructor) === dtype && shape.length === 1;
    return matches && (arg as TypedArray).length === size && size !== 0 ? (arg as TypedArray) : undefined;
  }
  if (!(arg instanceof NDArray) || arg.dtype !== dtype) return undefined;
  const { data } = arg;
  const matches = sameShape(arg.shape, shape) && holds(dtype, data) && data.length === size && size !== 0;
  return matches ? data : undefined;
}
