/** What are a loss and its gradient at many points? Runs in the worker, on the chosen engine. */
import {
  type Compiled,
  DTypeError,
  type Engine,
  type NDArray,
  OutOfRangeError,
  ShapeError,
  type Tensor,
  compile,
  grad,
  ndarray,
  sum,
  toFloat,
} from "@symloss/core";
import { elementTraits, losses } from "@symloss/losses";
import type { EngineName } from "../engines.ts";
import { factories } from "../open-engine.ts";
import type { ReferenceName } from "./reference-names.ts";
import { references } from "./references.ts";
import { type ArgumentDescription, type FormDescription, describeLoss, requireLoss } from "./description.ts";

/** An element of an argument. */
export interface ElementPlace {
  readonly argument: string;
  /** Its place among the elements of the argument, in the order of rows. */
  readonly element: number;
}

/** Where a loss is evaluated. */
export interface EvaluationRequest {
  readonly engine: EngineName;
  readonly loss: string;
  /** Which of the loss's forms. */
  readonly form: number;
  /** Which of its results. */
  readonly result: string;
  /** What is evaluated instead of the loss, on the same arguments. */
  readonly reference?: ReferenceName | undefined;
  /** The elements of each argument, by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Numbers and choices, and arrays as nested lists. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The elements that differ from point to point. */
  readonly moves: readonly ElementPlace[];
  /** For each of these its value at each point. */
  readonly points: readonly (readonly number[])[];
}

/** What a loss is at many points. */
export interface Evaluation {
  /** The sum of the result at each point. */
  readonly values: readonly number[];
  /** Its derivative with respect to the first element that moves, if the loss has a gradient there. */
  readonly gradient?: readonly number[];
  readonly device: string;
  /** To compute it, when everything was compiled. */
  readonly milliseconds: number;
}

/** The loss at each point. Throws what the loss throws, and what the engine throws if it does not work here. */
export async function evaluatePoints(request: EvaluationRequest): Promise<Evaluation> {
  const engine = await openEngine(request.engine);
  try {
    return await evaluateOn(engine, request);
  } catch (error) {
    // The next call may do better on a new one, unless the mistake is in what it was given.
    if (!mistakes.some((kind) => error instanceof kind)) await closeEngine(request.engine);
    throw error;
  }
}

/** What is thrown where the mistake is the caller's. */
const mistakes = [DTypeError, OutOfRangeError, ShapeError, RangeError];

const engines = new Map<EngineName, Promise<Engine>>();
const functions = new Map<string, PointFunction>();
/** More than a figure of several curves on two engines needs. */
const mostFunctions = 32;

function openEngine(name: EngineName): Promise<Engine> {
  const open = engines.get(name) ?? factories[name]();
  engines.set(name, open);
  open.catch(() => engines.delete(name));
  return open;
}

async function closeEngine(name: EngineName): Promise<void> {
  const engine = await engines.get(name);
  engines.delete(name);
  for (const key of functions.keys()) if (key.startsWith(`${name} `)) functions.delete(key);
  await engine?.dispose();
}

/** What a compiled function is given: the arguments that are arrays, and the options that may be tensors. */
interface Given<T> {
  readonly args: Readonly<Record<string, T>>;
  readonly options: Readonly<Record<string, T>>;
}

type PointFunction = Compiled<[Given<NDArray>], readonly Tensor[]>;

async function evaluateOn(engine: Engine, request: EvaluationRequest): Promise<Evaluation> {
  const form = describeLoss(request.loss).forms[request.form]!;
  const fn = functionFor(engine, request, form);
  const { options } = splitOptions(request);
  const calls = isBatch(request, form) ? [batchOf(request, form)] : singlesOf(request, form);
  const numbers: number[][] = [];
  // Compiles at the first call.
  await fn({ args: calls[0] ?? {}, options });
  const start = performance.now();
  for (const args of calls) {
    const outputs = await fn({ args, options });
    numbers.push(...pointsOf(outputs, request, form));
  }
  const milliseconds = performance.now() - start;
  const gradient = numbers[0]?.length === 2 ? { gradient: numbers.map(([, slope]) => slope!) } : {};
  return { values: numbers.map(([value]) => value!), ...gradient, device: engine.device, milliseconds };
}

/** A function that was made for such a request before, or a new one. */
function functionFor(engine: Engine, request: EvaluationRequest, form: FormDescription): PointFunction {
  const { loss, result, reference, moves } = request;
  const { constants, options } = splitOptions(request);
  const counts = form.arguments.filter(({ role }) => role === "count").map(({ name }) => request.inputs[name]);
  const key = `${request.engine} ${JSON.stringify([loss, form.title, result, reference, moves, constants, Object.keys(options), counts])}`;
  const found = functions.get(key) ?? compilePoints(engine, request, form);
  functions.delete(key);
  functions.set(key, found);
  const [oldest] = functions.keys();
  if (functions.size > mostFunctions) {
    void functions.get(oldest!)!.dispose();
    functions.delete(oldest!);
  }
  return found;
}

/** A function of the arrays: the value at each point, and the gradient with respect to the first argument that moves, if there is one. */
function compilePoints(engine: Engine, request: EvaluationRequest, form: FormDescription): PointFunction {
  const { inputs, moves } = request;
  const { constants } = splitOptions(request);
  const counts = form.arguments.flatMap(({ name, role }) => (role === "count" ? [[name, inputs[name]![0]!]] : []));
  const moved = form.arguments.find(({ name }) => name === moves[0]?.argument);
  const compute = ({ args, options }: Given<Tensor>): readonly Tensor[] => {
    const valueOf = (own: Readonly<Record<string, Tensor>>): Tensor =>
      valueAtPoints(request, { ...args, ...own, ...Object.fromEntries(counts) }, { ...constants, ...options });
    const value = valueOf({});
    if (moved === undefined || !moved.differentiable) return [value];
    const slope = grad((own: Tensor) => sum(valueOf({ [moved.name]: own })))(args[moved.name]!);
    return [value, slope];
  };
  return compile(compute, { engine });
}

/** The chosen result, summed but for the axis of the points, if there is one. */
function valueAtPoints(
  { loss, result, reference }: EvaluationRequest,
  args: Readonly<Record<string, Tensor>>,
  options: Readonly<Record<string, unknown>>,
): Tensor {
  if (reference !== undefined) return references[reference](args);
  const results = losses[requireLoss(loss)](args, options);
  const chosen = toFloat("shape" in results ? (results as Tensor) : results[result]!);
  return chosen.shape.length < 2 ? chosen : sum(chosen, chosen.shape.map((_, axis) => axis).slice(1));
}

/** Options that may be tensors are inputs, so that another value of them is not compiled anew. */
function splitOptions({ loss, options: given }: EvaluationRequest): {
  readonly constants: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, NDArray>>;
} {
  const table = losses[requireLoss(loss)].definition.options;
  const entries = Object.entries(given);
  const isTensor = ([name, value]: [string, unknown]): boolean =>
    table[name]?.kind === "tensor" && typeof value === "number";
  return {
    constants: Object.fromEntries(entries.filter((entry) => !isTensor(entry))),
    options: Object.fromEntries(
      entries.filter(isTensor).map(([name, value]) => [name, ndarray(value as number, [], "float32")]),
    ),
  };
}

type Arrays = Readonly<Record<string, NDArray>>;

/** Whether all points are one call. A given axis counts those of one point, from the first or the last. */
function isBatch({ loss, options }: EvaluationRequest, { batches }: FormDescription): boolean {
  const table = losses[requireLoss(loss)].definition.options;
  return batches && !Object.keys(options).some((name) => table[name]?.kind === "axis" || table[name]?.kind === "axes");
}

/** All points as one call, along a first axis. */
function batchOf(request: EvaluationRequest, form: FormDescription): Arrays {
  const places = [...placesOf(request)];
  return arraysOf(form, (argument) => {
    const size = argument.values.length;
    const data = new Float32Array(places.length * size);
    for (const place of places) data.set(elementsAt(request, argument, place), place * size);
    return arrayOf(argument, data, [places.length, ...argument.shape]);
  });
}

/** A call for each point. */
function singlesOf(request: EvaluationRequest, form: FormDescription): readonly Arrays[] {
  return Array.from(placesOf(request), (place) =>
    arraysOf(form, (argument) => arrayOf(argument, elementsAt(request, argument, place), argument.shape)),
  );
}

/** The places of the points in their list; where nothing moves there is one. */
function placesOf({ points: [first = [0]] }: EvaluationRequest): IterableIterator<number> {
  return first.keys();
}

/** The elements of an argument at a point. */
function elementsAt(
  { inputs, moves, points }: EvaluationRequest,
  { name }: ArgumentDescription,
  place: number,
): Float32Array {
  const data = Float32Array.from(inputs[name]!);
  for (const [index, { argument, element }] of moves.entries()) {
    if (argument === name) data[element] = points[index]![place]!;
  }
  return data;
}

function arraysOf(form: FormDescription, make: (argument: ArgumentDescription) => NDArray): Arrays {
  const arrays = form.arguments.filter(({ role }) => role !== "count");
  return Object.fromEntries(arrays.map((argument) => [argument.name, make(argument)]));
}

function arrayOf({ elements }: ArgumentDescription, data: Float32Array, shape: readonly number[]): NDArray {
  const { dtype } = elementTraits[elements];
  return ndarray(data, shape, dtype === "float" ? "float32" : dtype);
}

/** Of each point the value, and the derivative if there is one. */
function pointsOf(
  [value, slope]: readonly NDArray[],
  request: EvaluationRequest,
  form: FormDescription,
): readonly number[][] {
  const [first] = request.moves;
  const size = form.arguments.find(({ name }) => name === first?.argument)?.values.length ?? 1;
  const values = isBatch(request, form) ? Array.from(value!.data) : [total(value!)];
  return values.map((one, point) => [
    one,
    ...(slope === undefined ? [] : [slope.data[point * size + first!.element]!]),
  ]);
}

function total({ data }: NDArray): number {
  let all = 0;
  for (const value of data) all += value;
  return all;
}
