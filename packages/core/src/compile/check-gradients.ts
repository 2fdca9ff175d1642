/** Is the gradient of a function its slope? Each derivative is compared with differences of the function's values. */
import { convert } from "../array/convert.ts";
import { print } from "../array/describe.ts";
import { type TypedArray, allocate, isFloat } from "../array/dtype.ts";
import { DTypeError, GradientError, OutOfRangeError } from "../array/errors.ts";
import { NDArray } from "../array/ndarray.ts";
import { type OptionTable, checkOptions, functionRule, refuseSurplus, requireRule } from "../array/options.ts";
import { formatPosition, stridesOf } from "../array/shape.ts";
import type { Engine } from "../engine/contract.ts";
import { engineRule } from "../engine/options.ts";
import { gradients } from "../graph/gradient.ts";
import { add, mul } from "../tensor/elementwise.ts";
import { sum } from "../tensor/reduction.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type BoundArguments, bindArguments, requireArguments } from "./arguments.ts";
import { compile } from "./compile.ts";
import {
  type Digits,
  type Moving,
  type Seen,
  centerOf,
  changeFor,
  digitsOf,
  stepsFrom,
  weightsFor,
} from "./differences.ts";
import { type Checked, type GradientReport, reportOf } from "./gradient-report.ts";
import type { ArraysFor, PositionOf, Signature, SignaturesOf } from "./signature.ts";
import { slopeAt } from "./slope.ts";
import { staticRule, withStatic } from "./static.ts";
import { traceFunction } from "./trace.ts";
import type { AnyFunction, Traceable } from "./traceable.ts";

/** Where gradients are checked, of which arguments, and how exactly. */
export interface CheckGradientsOptions<Static extends readonly number[] = readonly number[]> {
  readonly engine: Engine;
  /** The position of an argument, or a list of positions; default all that hold floats. */
  readonly wrt?: number | readonly number[];
  /** The positions of arguments that are no arrays: the function is given them as they are. */
  readonly static?: Static;
  /** 2 checks the second derivatives too; default 1. */
  readonly order?: 1 | 2;
  /** The dtype that all floats take; default float64 where the engine has it. */
  readonly dtype?: "float32" | "float64";
  /** The largest difference that counts as none, as a share; default 1e-6 in float64, 0.01 in float32, 0.05 on a graphics card. */
  readonly tolerance?: number;
}

/** The arguments of any call of a function. */
type ArgumentsFor<F, Static extends number> = ArgumentsOf<SignaturesOf<F>, Static>;
type ArgumentsOf<S, Static extends number> =
  S extends Signature<infer Arguments, infer _Result> ? ArraysFor<Arguments, Static> : never;

const optionTable: OptionTable<CheckGradientsOptions> = {
  engine: engineRule,
  wrt: {
    must: "the position of an argument, or a list of positions",
    holds: (value) => [value].flat().every((position) => Number.isSafeInteger(position)),
    error: DTypeError,
  },
  static: staticRule,
  order: { must: "1 or 2", holds: (value) => value === 1 || value === 2, error: OutOfRangeError },
  dtype: {
    must: '"float32" or "float64"',
    holds: (value) => value === "float32" || value === "float64",
    error: OutOfRangeError,
  },
  tolerance: {
    must: "a number above 0 and below 1",
    holds: (value) => typeof value === "number" && value > 0 && value < 1,
    error: OutOfRangeError,
  },
};

const caller = "checkGradients";

/**
 * Compares the gradient of a function at these arguments with differences of its values, element by element: of its result, or of all
 * elements of all its float results, each times a fixed weight, so that none makes up for another. It calls the function
 * a few times for each element, on small steps to both sides. An element without a value on one side has the slope of the other;
 * one that must stay as it is, such as a class index, has none, and is right to have gradient 0. At a kink a gradient is right if
 * it is between the slopes of both sides; the report lists kinks.
 * Throws `GradientError`, naming argument, index, gradient and slope, if a gradient is not the slope, or there is no slope: where the value
 * jumps, is no number, or is too rough for differences. Throws `DTypeError` if no argument or no result holds floats, `OutOfRangeError`
 * if an option is unknown, and what `compile` throws.
 * @example (await checkGradients((x) => x.square().sum(), [[1, 2]], { engine })).worst.error < 1e-9 // true
 */
export async function checkGradients<F extends AnyFunction, const Static extends readonly PositionOf<F>[] = []>(
  fn: F & Traceable<F, Static[number]>,
  args: ArgumentsFor<F, Static[number]>,
  options: CheckGradientsOptions<Static>,
): Promise<GradientReport>;
export async function checkGradients(
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  options: CheckGradientsOptions,
): Promise<GradientReport> {
  refuseSurplus(caller, arguments, ["fn", "args", "options"]);
  requireRule(caller, "fn", functionRule, fn);
  requireRule(caller, "args", listRule, args);
  checkOptions(caller, options, optionTable);
  const { engine, order = 1, tolerance } = options;
  const { dtype = engine.traits.dtypes.includes("float64") ? "float64" : "float32" } = options;
  requireArguments(caller, fn, args, "They are a list, in which each has its place.");
  const bound = bindArguments(caller, undefined, args, [...(options.static ?? [])]);
  const leaves = leavesOf(bound, dtype);
  const wrt = variablesOf(bound, args.length, options);
  const values = resultsOf(fn, bound);
  const functions = [values, gradientOf(values, wrt)].slice(0, order);
  const checked: Checked[] = [];
  for (const [index, one] of functions.entries()) {
    const subject = {
      fn: one,
      wrt,
      leaves,
      paths: bound.paths,
      engine,
      dtype,
      tolerance,
      order: index === 0 ? 1 : 2,
    } as const;
    checked.push(...(await checkOne(subject)));
  }
  return reportOf(checked, dtype);
}

const listRule = { must: "the list of arguments", holds: Array.isArray, error: DTypeError, required: true } as const;

/** A function of arrays, one for each leaf of the arguments, to the results that are floats. */
type FloatFunction = (...leaves: Tensor[]) => readonly Tensor[];

/** The arrays of the arguments, floats in this dtype. */
function leavesOf(bound: BoundArguments, dtype: "float32" | "float64"): readonly NDArray[] {
  return bound.arguments.map(({ dtype: own, shape, value }) => {
    // Of what is on a device nothing has been bound.
    const data = value as TypedArray;
    if (!isFloat(own)) return new NDArray(data, shape, own);
    const floats = allocate(dtype, data.length);
    floats.set(data);
    return new NDArray(floats, shape, dtype);
  });
}

/** The places of the float arrays that a gradient is taken for. */
function variablesOf(bound: BoundArguments, count: number, options: CheckGradientsOptions): readonly number[] {
  const wanted = options.wrt === undefined ? undefined : [options.wrt].flat();
  const wrong = wanted?.find((position) => position < 0 || position >= count || bound.static.has(position));
  if (wrong !== undefined) {
    const fixed = bound.static.size === 0 ? "" : ` of which those at ${print([...bound.static.keys()])} are static`;
    throw new OutOfRangeError(
      `${caller}: wrt must be the position of an argument that holds arrays, got ${print(wrong)} for ${count} argument${count === 1 ? "" : "s"}${fixed}.`,
    );
  }
  const places = bound.arguments.flatMap(({ dtype }, place) => {
    const position = Number(/^argument (\d+)/.exec(bound.paths[place]!)![1]);
    return isFloat(dtype) && (wanted === undefined || wanted.includes(position)) ? [place] : [];
  });
  const without = wanted?.find((position) =>
    places.every((place) => !new RegExp(`^argument ${position}\\b`).test(bound.paths[place]!)),
  );
  if (places.length > 0 && without === undefined) return places;
  throw new DTypeError(
    without === undefined
      ? `${caller}: args must hold an array of floats, got none.`
      : `${caller}: argument ${without} must hold floats to have a gradient, got none in it. Choose other arguments with wrt.`,
  );
}

function resultsOf(fn: (...args: never[]) => unknown, bound: BoundArguments): FloatFunction {
  const { structure } = bound;
  return (...leaves) => {
    const { outputs } = traceFunction(caller, withStatic(fn, bound.static), leaves, structure);
    const floats = outputs.filter(({ dtype }) => isFloat(dtype));
    if (floats.length > 0) return floats;
    throw new DTypeError(`${caller}: the function must return floats, got ${outputs.join(" and ") || "no tensor"}.`);
  };
}

/** The gradients of all results, each element times its weight. */
function gradientOf(fn: FloatFunction, wrt: readonly number[]): FloatFunction {
  return (...leaves) => {
    const results = fn(...leaves);
    const weights = weightsFor(results.map(({ shape }) => shape as readonly number[]));
    const weighted = results.map((result, index) => {
      const weight = convert(caller, "weights", weights[index]!, { dtype: result.dtype });
      return sum(mul(result, weight));
    });
    return gradients(
      weighted.reduce((left, right) => add(left, right)),
      wrt.map((place) => leaves[place]!),
    );
  };
}

/** What is checked. */
interface Subject {
  readonly fn: FloatFunction;
  readonly wrt: readonly number[];
  readonly leaves: readonly NDArray[];
  readonly paths: readonly string[];
  readonly engine: Engine;
  readonly dtype: "float32" | "float64";
  readonly tolerance: number | undefined;
  readonly order: 1 | 2;
}

/** Compares each element of each array that a gradient is taken for. */
async function checkOne({ fn, wrt, leaves, engine, ...subject }: Subject): Promise<readonly Checked[]> {
  const values = compile((...tensors: Tensor[]) => [...fn(...tensors)], { engine });
  const slopes = compile((...tensors: Tensor[]) => [...gradientOf(fn, wrt)(...tensors)], { engine });
  try {
    const results = await values(...leaves);
    requireFinite(results, subject.order);
    const center = centerOf(results, digitsFor(engine, subject.dtype, results));
    const found = await slopes(...leaves);
    const checked: Checked[] = [];
    for (const [index, leaf] of wrt.entries()) {
      const moving = { center, leaves, leaf, run: (moved: readonly NDArray[]) => values(...moved) };
      checked.push(...(await checkLeaf(moving, found[index]!, subject)));
    }
    return checked;
  } finally {
    await Promise.all([values.dispose(), slopes.dispose()]);
  }
}

function requireFinite(results: readonly NDArray[], order: 1 | 2): void {
  for (const { data, shape } of results) {
    const place = data.findIndex((value) => !Number.isFinite(value));
    if (place === -1) continue;
    throw new GradientError(
      `${caller}: ${order === 1 ? "the results" : "the gradients"} must be finite to be compared with others, got ${data[place]} at ${formatPosition(place, shape)}.`,
    );
  }
}

/** A function may give other floats than it was given. */
function digitsFor({ traits }: Engine, dtype: "float32" | "float64", results: readonly NDArray[]): Digits {
  if (traits.precision === "gpu") return digitsOf.gpu;
  return digitsOf[results.some((result) => result.dtype === "float32") ? "float32" : dtype];
}

async function checkLeaf(
  moving: Omit<Moving, "place">,
  { data, shape }: NDArray,
  { paths, tolerance, order }: Pick<Subject, "paths" | "tolerance" | "order">,
): Promise<readonly Checked[]> {
  const { digits } = moving.center;
  const relative = tolerance ?? digits.tolerance;
  let largest = 0;
  for (const value of data) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  const checked: Checked[] = [];
  for (const [place, gradient] of data.entries()) {
    const steps = stepsFrom(moving.leaves[moving.leaf]!.data[place]!, digits);
    // What is so small is rounding, not slope.
    const least = Math.max(largest / 1000, (64 * moving.center.rounding) / (steps[0]! * relative), Number.MIN_VALUE);
    const accuracy = { relative, least, expected: gradient };
    const seen: Seen = { refusals: [], changed: new Map() };
    const slope = await slopeAt((step) => changeFor({ ...moving, place }, step, seen), steps, accuracy);
    const [weight] = seen.changed.values();
    checked.push({
      argument: paths[moving.leaf]!,
      index: indexAt(place, shape),
      order,
      gradient,
      slope,
      accuracy,
      refusal: seen.refusals[0],
      weight: seen.changed.size > 1 ? undefined : (weight ?? 1),
    });
  }
  return checked;
}

function indexAt(place: number, shape: readonly number[]): readonly number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(place / stride) % shape[axis]!);
}
