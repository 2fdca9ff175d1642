/** What do all calls with the same types share? A plan: a graph compiled for an engine, with the checks of its inputs. */
import { type Lengths, type Shape, frozenShape, sizeOf, withLengths } from "../array/shape.ts";
import { type ArrayType, formatType } from "../array/type.ts";
import { describe } from "../array/describe.ts";
import type { TypedArray } from "../array/dtype.ts";
import { EngineError, ShapeError } from "../array/errors.ts";
import { type NDArray, resultArray } from "../array/ndarray.ts";
import { type OptionTable, flagRule } from "../array/options.ts";
import { type MaybePromise, andThen, isPromise } from "../array/promise.ts";
import { type Structure, unflatten } from "../array/tree.ts";
import type { DeviceArray, Engine, Executable, Value } from "../engine/contract.ts";
import { engineRule } from "../engine/options.ts";
import { prepare } from "../engine/prepare.ts";
import { type Graph, nodesWithin } from "../graph/graph.ts";
import { checkWithLengths, runCheck } from "../tensor/check.ts";
import { type Lease, acquire, guard } from "./executables.ts";
import { type HostCheck, collectKnownChecks } from "./host-check.ts";
import { overlap } from "./outputs.ts";
import { type Place, type Placement, placesOf } from "./placement.ts";
import type { TracedGraph } from "./trace.ts";

/** The engine for which a graph is compiled, and how. */
export interface PlanOptions {
  readonly engine: Engine;
  /** Whether the graph is simplified; default true. False is for comparison. */
  readonly simplify?: boolean;
}

/** The rules of these options. */
export const planOptions: OptionTable<PlanOptions> = { engine: engineRule, simplify: flagRule };

/** A compiled graph. It retains no array of any call. */
export interface Plan {
  readonly engine: Engine;
  readonly executable: Executable;
  readonly checks: readonly HostCheck[];
  /** Types and checks with names in place of the lengths that may be others. */
  readonly named: {
    readonly inputs: readonly ArrayType<Shape>[];
    readonly results: readonly ArrayType<Shape>[];
    readonly checks: readonly HostCheck[];
  };
  /** What these lengths are here, if there are any. */
  readonly lengths: Lengths | undefined;
  readonly inputs: readonly ArrayType[];
  readonly results: readonly ArrayType[];
  /** The number of elements of each result, cached because every call needs it. */
  readonly sizes: readonly number[];
  /** The structure of what the function returned. */
  readonly structure: Structure;
  readonly bytes: number;
  release(): void;
}

/** How a plan is run on the values of a call. */
export type Execute<R> = (plan: Plan, values: readonly Value[]) => MaybePromise<R>;

/** The plan of a traced graph, with these lengths for its names. Synchronous if the engine compiles synchronously. */
export function makePlan(graph: TracedGraph, options: PlanOptions, lengths?: Lengths): MaybePromise<Plan> {
  const { prepared, checks } = prepareTraced(graph, options);
  requireNames(prepared, lengths);
  const named = { inputs: namedTypes(graph.inputs), results: namedTypes(graph.outputs), checks };
  const signature = {
    engine: options.engine,
    named,
    ...withLengthsOf(named, lengths),
    structure: graph.structure,
  };
  return andThen(acquire(options.engine, prepared), (lease) => withLease(signature, lease));
}

/** Throws `ShapeError` if a length has a name that is not among these. */
function requireNames(graph: Graph, lengths: Lengths = {}): void {
  for (const node of nodesWithin(graph)) {
    const unknown = node.shape.find((dimension) => typeof dimension === "string" && !Object.hasOwn(lengths, dimension));
    if (unknown === undefined) continue;
    throw new ShapeError(
      `compile: every length must be a number, or have a name that is in dynamic, got ${node} (${node.operation}). Other names are for exported graphs.`,
    );
  }
}

/** The same plan with other lengths. */
export function planFor(plan: Plan, lengths: Lengths): Plan {
  return { ...plan, ...withLengthsOf(plan.named, lengths) };
}

function namedTypes(tensors: readonly ArrayType<Shape>[]): readonly ArrayType<Shape>[] {
  return tensors.map(({ dtype, shape }) => ({ dtype, shape: frozenShape(shape) }));
}

/** What is known of a plan once its lengths are. */
function withLengthsOf(
  { inputs, results, checks }: Plan["named"],
  lengths: Lengths | undefined,
): Pick<Plan, "lengths" | "inputs" | "results" | "sizes" | "checks"> {
  const types = (list: readonly ArrayType<Shape>[]): readonly ArrayType[] =>
    list.map(({ dtype, shape }) => ({ dtype, shape: frozenShape(withLengths(shape, lengths)) }));
  const own = types(results);
  return {
    lengths,
    inputs: types(inputs),
    results: own,
    sizes: own.map(({ shape }) => sizeOf(shape)),
    checks: checks.map(({ input, check }) => ({ input, check: checkWithLengths(check, lengths) })),
  };
}

/** The graph that the engine compiles, and the checks removed from it; those of constants have been run. */
export function prepareTraced(
  graph: TracedGraph,
  { engine, simplify }: PlanOptions,
): { readonly prepared: TracedGraph; readonly checks: readonly HostCheck[] } {
  return { checks: collectKnownChecks(graph), prepared: prepare(graph, engine, { simplify }) };
}

/** A separate function, so that the closures of a plan don't keep the arrays of the call that made it in memory. */
function withLease(signature: Omit<Plan, "executable" | "bytes" | "release">, lease: Lease): Plan {
  return {
    ...signature,
    executable: lease.executable,
    get bytes() {
      return lease.executable.bytes;
    },
    release: () => lease.release(),
  };
}

/** Checks the values, then runs on exactly the values that were checked. */
export function perform<R>(plan: Plan, values: readonly Value[], execute: Execute<R>): MaybePromise<R> {
  return execute(plan, checkValues(plan.checks, plan.inputs, values));
}

/** The values, after those from the host have passed their checks. */
export function checkValues(
  checks: readonly HostCheck[],
  types: readonly ArrayType[],
  values: readonly Value[],
): readonly Value[] {
  if (checks.length === 0) return values;
  const checked = [...values];
  for (const { input, check } of checks) {
    const value = checked[input]!;
    if (!ArrayBuffer.isView(value)) continue;
    // Copied, because another thread may write to shared memory after the check.
    const held = isShared(value) ? value.slice() : value;
    checked[input] = held;
    runCheck(check, held, types[input]!.shape);
  }
  return checked;
}

function isShared({ buffer }: TypedArray): boolean {
  return typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
}

/** Returns the results as arrays, in the structure in which the function returned them. */
export function runOnHost(plan: Plan, values: readonly Value[]): MaybePromise<unknown> {
  return andThen(
    guard("run", plan.engine, () => plan.executable.run(values, undefined, plan.lengths)),
    (data) => wrapResults(plan, data),
  );
}

/** Returns each result where it is wanted, in the structure in which the function returned them. */
export function runPlaced(caller: string, placement: Placement): Execute<unknown> {
  if (placement === "host") return runOnHost;
  if (placement === "device") return runOnDevice;
  return (plan, values) => {
    const places = placesOf(caller, placement, plan.structure);
    return andThen(
      guard("run", plan.engine, () => plan.executable.runOnDevice(values, plan.lengths)),
      (handles) => andThen(fetchPlaced(plan, handles, places), (leaves) => unflatten(plan.structure, leaves)),
    );
  };
}

/** The results of a run on the device, those for the host read. If one can't be read, nothing stays on the device. */
function fetchPlaced(plan: Plan, handles: readonly DeviceArray[], places: readonly Place[]): MaybePromise<unknown[]> {
  const finish = (data: readonly (TypedArray | undefined)[]): unknown[] =>
    handles.map((handle, index) => {
      if (places[index] === "device") return handle;
      handle.dispose();
      return wrapResult(plan, index, data[index]);
    });
  const fail = (error: unknown): never => {
    for (const handle of handles) handle.dispose();
    throw error;
  };
  const read = (handle: DeviceArray, index: number): MaybePromise<TypedArray> | undefined =>
    places[index] === "host" ? guard("read", plan.engine, () => handle.read()) : undefined;
  try {
    const data = handles.map(read);
    if (!data.some(isPromise)) return finish(data as readonly (TypedArray | undefined)[]);
    return Promise.all(data.map(async (elements) => elements))
      .then(finish)
      .catch(fail);
  } catch (error) {
    return fail(error);
  }
}

/** Returns the results as device arrays, in the structure in which the function returned them. */
function runOnDevice(plan: Plan, values: readonly Value[]): MaybePromise<unknown> {
  return andThen(
    guard("run", plan.engine, () => plan.executable.runOnDevice(values, plan.lengths)),
    (handles) => unflatten(plan.structure, handles),
  );
}

/** Writes into the outputs directly, unless one overlaps an input: then they are written after everything has been computed. */
export function runInto(
  { engine, executable, lengths }: Plan,
  values: readonly Value[],
  outputs: readonly TypedArray[],
): MaybePromise<unknown> {
  if (!overlapAny(outputs, values)) return guard("run", engine, () => executable.run(values, outputs, lengths));
  return andThen(
    guard("run", engine, () => executable.run(values, undefined, lengths)),
    (results) => {
      for (const [index, output] of outputs.entries()) output.set(results[index]!);
    },
  );
}

/** Whether an output shares memory with a value. Loops, for small arrays are run through in less time than closures take. */
function overlapAny(outputs: readonly TypedArray[], values: readonly Value[]): boolean {
  for (const value of values) {
    if (!ArrayBuffer.isView(value)) continue;
    for (const output of outputs) if (overlap(output, value)) return true;
  }
  return false;
}

/** The results as arrays. */
function wrapResults(plan: Plan, data: readonly TypedArray[]): unknown {
  if (plan.structure === null) return wrapResult(plan, 0, data[0]);
  const arrays = plan.results.map((_, index) => wrapResult(plan, index, data[index]));
  return unflatten(plan.structure, arrays);
}

/** A result as an array. Throws `EngineError` if its size is wrong. */
function wrapResult({ engine, results, sizes }: Plan, index: number, data: TypedArray | undefined): NDArray {
  const type = results[index]!;
  if (data?.length === sizes[index]) return resultArray(data!, type);
  throw new EngineError(
    `run: engine "${engine.name}" must give ${formatType(type.dtype, type.shape)} as result ${index}, got ${describe(data)}.`,
  );
}
