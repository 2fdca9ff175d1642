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
  type Center,
  type Moving,
  changeFor,
  digitsOf,
  largestRounding,
  stepsFrom,
  weightsFor,
} from "./differences.ts";
import type { ArraysFor, PositionOf, Signature, SignaturesOf } from "./signature.ts";
import { type Accuracy, type Slope, isClose, slopeAt } from "./slope.ts";
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

/** A derivative, and the slope that it was compared with. */
export interface CheckedDerivative {
  /** `argument 0.weights` */
  readonly argument: string;
  readonly index: readonly number[];
  /** 1 for the gradient, 2 for the gradient of the gradient. */
  readonly order: 1 | 2;
  readonly gradient: number;
  /** From differences; at a kink both slopes, below and above the element. */
  readonly slope: number | readonly [below: number, above: number];
  /** By how much the slope may be wrong. */
  readonly slopeError: number;
  /** The difference between gradient and slope as a share of the larger. */
  readonly error: number;
}

/** What `checkGradients` found: no gradient that is wrong. */
export interface GradientReport {
  /** In which floats it was computed. */
  readonly dtype: "float32" | "float64";
  /** How many derivatives were compared. */
  readonly compared: number;
  /** The derivative with the largest error. */
  readonly worst: CheckedDerivative;
  /** Where slopes differ on the two sides, and the gradient is one of them or between them. */
  readonly kinks: readonly CheckedDerivative[];
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
 * elements of all its float results, each times a fixed number of its own, so that none makes up for another. It calls the function
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

/** An element with its gradient, and what is at its place. */
interface Checked extends Pick<CheckedDerivative, "argument" | "index" | "order" | "gradient"> {
  readonly slope: Slope;
  readonly accuracy: Accuracy;
  /** Why the element has no value on a side, where the function says so. */
  readonly refusal: string | undefined;
}

/** Compares each element of each array that a gradient is taken for. */
async function checkOne({ fn, wrt, leaves, engine, ...subject }: Subject): Promise<readonly Checked[]> {
  const values = compile((...tensors: Tensor[]) => [...fn(...tensors)], { engine });
  const slopes = compile((...tensors: Tensor[]) => [...gradientOf(fn, wrt)(...tensors)], { engine });
  try {
    const center = centerOf(await values(...leaves), engine, subject);
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

function centerOf(
  results: readonly NDArray[],
  { traits }: Engine,
  { dtype, order }: Pick<Subject, "dtype" | "order">,
): Center {
  for (const { data, shape } of results) {
    const place = data.findIndex((value) => !Number.isFinite(value));
    if (place === -1) continue;
    throw new GradientError(
      `${caller}: ${order === 1 ? "the results" : "the gradients"} must be finite to be compared with others, got ${data[place]} at ${formatPosition(place, shape)}.`,
    );
  }
  // A function may give other floats than it was given.
  const isShort = dtype === "float32" || results.some((result) => result.dtype === "float32");
  return {
    results,
    weights: weightsFor(results.map(({ shape }) => shape)).map(({ data }) => data),
    digits: traits.precision === "gpu" ? digitsOf.gpu : digitsOf[isShort ? "float32" : "float64"],
  };
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
    const least = Math.max(
      largest / 1000,
      (64 * largestRounding(moving.center)) / (steps[0]! * relative),
      Number.MIN_VALUE,
    );
    const accuracy = { relative, least, expected: gradient };
    const refusals: string[] = [];
    const slope = await slopeAt((step) => changeFor({ ...moving, place }, step, refusals), steps, accuracy);
    checked.push({
      argument: paths[moving.leaf]!,
      index: indexAt(place, shape),
      order,
      gradient,
      slope,
      accuracy,
      refusal: refusals[0],
    });
  }
  return checked;
}

function indexAt(place: number, shape: readonly number[]): readonly number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(place / stride) % shape[axis]!);
}

/** The report, if no gradient is wrong; else throws what is wrong. */
function reportOf(checked: readonly Checked[], dtype: "float32" | "float64"): GradientReport {
  const moved = checked.filter(({ slope, gradient }) => slope.kind !== "fixed" || gradient !== 0);
  const without = moved.filter(({ slope }) => complaints[slope.kind] !== undefined);
  const compared = moved.flatMap((one) => {
    const derivative = derivativeOf(one);
    return derivative === undefined ? [] : [{ derivative, isRight: isRight(one) }];
  });
  const wrong = compared.flatMap(({ derivative, isRight: right }) => (right ? [] : [derivative]));
  if (wrong.length > 0) throw new GradientError(wrongGradient(worstOf(wrong), wrong.length, compared.length));
  if (without.length > 0) throw new GradientError(complaints[without[0]!.slope.kind]!(without[0]!));
  if (compared.length === 0) {
    throw new GradientError(
      `${caller}: args must hold a float that can move, got none. The function takes each only as it is, or there is no element.`,
    );
  }
  const derivatives = compared.map(({ derivative }) => derivative);
  return {
    dtype,
    compared: derivatives.length,
    worst: worstOf(derivatives),
    kinks: derivatives.filter(({ slope }) => typeof slope !== "number"),
  };
}

function worstOf(derivatives: readonly CheckedDerivative[]): CheckedDerivative {
  return derivatives.reduce((worst, one) => (one.error > worst.error || Number.isNaN(one.error) ? one : worst));
}

/** The gradient beside its slope, if there is one. */
function derivativeOf({ argument, index, order, gradient, slope, accuracy }: Checked): CheckedDerivative | undefined {
  const place = { argument, index, order, gradient };
  if (slope.kind === "kink") {
    const both = [slope.below, slope.above] as const;
    const nearest = Math.min(Math.max(gradient, Math.min(...both)), Math.max(...both));
    return {
      ...place,
      slope: both,
      slopeError: slope.error,
      error: shareOf(gradient - nearest, gradient, nearest, accuracy),
    };
  }
  if (slope.kind !== "smooth" && slope.kind !== "edge") return undefined;
  const { value, error } = slope;
  return { ...place, slope: value, slopeError: error, error: shareOf(gradient - value, gradient, value, accuracy) };
}

function shareOf(difference: number, left: number, right: number, { least }: Accuracy): number {
  return difference === 0 ? 0 : Math.abs(difference) / Math.max(Math.abs(left), Math.abs(right), least);
}

function isRight({ gradient, slope, accuracy }: Checked): boolean {
  if (slope.kind === "smooth" || slope.kind === "edge") return isClose(slope.value, gradient, slope, accuracy);
  if (slope.kind !== "kink") return false;
  const [low, high] = [Math.min(slope.below, slope.above), Math.max(slope.below, slope.above)];
  const isBetween = low <= gradient && gradient <= high;
  return isBetween || [low, high].some((side) => isClose(side, gradient, slope, accuracy));
}

function wrongGradient(
  { argument, index, order, gradient, slope, slopeError }: CheckedDerivative,
  wrong: number,
  all: number,
): string {
  const what = order === 1 ? "the gradient" : "the second derivative";
  const must =
    typeof slope === "number"
      ? `${short(slope)}, the slope of differences (give or take ${short(slopeError)}),`
      : `between ${short(slope[0])} and ${short(slope[1])}, the slopes on both sides of a kink (give or take ${short(slopeError)}),`;
  const count = wrong === 1 ? "No other of" : `${wrong} of`;
  return (
    `${caller}: ${what} with respect to ${argument} must be ${must} at ${print(index)}, got ${short(gradient)}. ` +
    `${count} ${all} compared elements ${wrong === 1 ? "is" : "are"} wrong.`
  );
}

/** What to say where there is no slope to compare with. */
const complaints: { readonly [Kind in Slope["kind"]]?: (checked: Checked) => string } = {
  jump: ({ argument, index, slope }) => {
    const { below, above } = slope as Slope & { readonly kind: "jump" };
    return (
      `${caller}: ${argument} must be where the function has a slope, got a jump at ${print(index)}: ` +
      `the result changes by ${short(below)} from just below it, and by ${short(above)} to just above it. Check it elsewhere.`
    );
  },
  fixed: ({ argument, index, gradient, refusal }) =>
    `${caller}: ${argument} must have values beside it to be compared with, got none at ${print(index)}, where the gradient is ${short(gradient)}. ` +
    `${refusal === undefined ? "" : `The function says: ${refusal} `}Choose other arguments with wrt.`,
  rough: ({ argument, index, gradient, slope }) => {
    const { value, error } = slope as Slope & { readonly kind: "rough" };
    return (
      `${caller}: differences with respect to ${argument} must settle on a slope, got ${short(value)} (give or take ${short(error)}) at ${print(index)}, ` +
      `where the gradient is ${short(gradient)}. The function is infinitely steep there, or computed with too few digits.`
    );
  },
};

/** A number with as many digits as help. */
function short(value: number): string {
  return String(Number(value.toPrecision(7)));
}
