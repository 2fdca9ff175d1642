/** Do engines agree with the oracle on random graphs, simplified or not, in gradients up to order 3, at special values? */
import { type DType, DTypeError, type Engine, type NDArray, OutOfRangeError } from "@symloss/core";
import {
  type OptionTable,
  checkOptions,
  engineRule,
  formatGraph,
  formatType,
  isRecord,
  refusedNode,
} from "@symloss/core/engine";
import fc from "fast-check";
import { ConformanceError, type Expected, expectArrays } from "./compare.ts";
import { compute } from "./compute.ts";
import { type TensorFunction, predict, traceOf } from "./oracle/predict.ts";
import { madeOperations, makers as makersOf } from "./random/makers.ts";
import { integerRule } from "./rules.ts";
import { type Program, allShapes, arraysOf, functionOf, programs } from "./random/program.ts";

/** Which random graphs are tried, and on which engines. */
export interface FuzzOptions {
  /** The engines, by the names used in reports. Two may be of one kind, in different modes. */
  readonly engines: Readonly<Record<string, Engine>>;
  /** The seed of the random graphs. */
  readonly seed: number;
  /** How many graphs are tried; default 100. */
  readonly runs?: number | undefined;
  /** The only graph to try, as given by a disagreement. */
  readonly path?: string | undefined;
}

/** The result of a search. */
export interface FuzzResult {
  /** How many graphs were computed on every engine and had at least one element to compare. */
  readonly compared: number;
  readonly disagreement?: Disagreement | undefined;
}

/** A graph on which an engine is wrong, shrunk as far as possible. */
export interface Disagreement {
  readonly seed: number;
  /** Reproduces the graph, with the seed and the same engines. */
  readonly path: string;
  /** Which engine is wrong at which element, the result of each engine there, the graph, and its inputs. */
  readonly message: string;
}

/**
 * Searches random graphs for one on which an engine is wrong; the same seed gives the same graphs.
 * Throws `DTypeError` or `OutOfRangeError`, naming the option, if an option is invalid.
 */
export async function findDisagreement(options: FuzzOptions): Promise<FuzzResult> {
  checkOptions("findDisagreement", options, fuzzOptions);
  const { engines, seed, runs = 100, path } = options;
  const random = fc.tuple(
    fc.constantFrom(...floatsOf(engines)),
    programs({ shapes: allShapes, fills: ["spread", "ties", "special"], orders: [0, 0, 1, 1, 2, 3] }),
  );
  let compared = 0;
  const property = fc.asyncProperty(random, async ([dtype, program]) => {
    if (await agreeOn(engines, program, dtype)) compared++;
  });
  const extent = path === undefined ? { numRuns: runs } : { path, numRuns: 1 };
  const details = await fc.check(property, { seed, ...extent });
  if (!details.failed) return { compared };
  const { errorInstance, counterexamplePath } = details;
  const message = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return { compared, disagreement: { seed, path: counterexamplePath ?? "", message } };
}

const fuzzOptions: OptionTable<FuzzOptions> = {
  engines: {
    must: "a record of engines that share a float dtype",
    holds: (value) =>
      isRecord(value) &&
      Object.values(value).every((engine) => engineRule.holds(engine)) &&
      floatsOf(value as FuzzOptions["engines"]).length > 0,
    error: DTypeError,
    required: true,
  },
  seed: { ...integerRule(-2147483648), required: true },
  runs: integerRule(1),
  path: {
    must: "the path of a disagreement, numbers separated by colons",
    holds: (value) => typeof value === "string" && /^\d+(:\d+)*$/.test(value),
    error: OutOfRangeError,
  },
};

/** The float dtypes that all of the engines have. */
function floatsOf(engines: FuzzOptions["engines"]): ("float32" | "float64")[] {
  const all = Object.values(engines);
  return (["float32", "float64"] as const).filter(
    (dtype) => all.length > 0 && all.every(({ traits }) => traits.dtypes.includes(dtype)),
  );
}

/** The operations in the graphs, besides inputs. */
export const fuzzedOperations: readonly string[] = madeOperations;

const makers = Object.values(makersOf).flat();

/** The results of an engine on a graph, and how it was compiled. */
interface Attempt {
  readonly name: string;
  readonly results: readonly NDArray[];
  readonly expected: readonly Expected[];
}

/** Throws if an engine is wrong; false if nothing could be compared. */
async function agreeOn(engines: FuzzOptions["engines"], program: Program, dtype: DType): Promise<boolean> {
  const arrays = arraysOf(program, dtype);
  const fn = functionOf(program, makers, dtype);
  const attempts: Attempt[] = [];
  try {
    for (const [name, engine] of Object.entries(engines)) {
      const expected = predict(traceOf(fn, arrays), arrays, engine.traits, slack);
      for (const simplify of [true, false]) {
        const label = `${name}, ${simplify ? "simplified" : "not simplified"}`;
        attempts.push({ name: label, results: await compute(engine, fn, arrays, { simplify }), expected });
      }
    }
    for (const { name, results, expected } of attempts) expectArrays(name, results, expected);
  } catch (error) {
    // A graph that the engine's traits rule out is not a failure.
    if (refusedNode(error) !== undefined) return false;
    throw new ConformanceError(report(error, attempts, fn, arrays), { cause: error });
  }
  return attempts.some(({ expected }) => expected.some(isAsked));
}

/** Reordered sums and identities add to the predicted bounds. */
const slack = 8;

function isAsked({ values, allowed }: Expected): boolean {
  return Array.from(values, (_, index) => allowed(index)).some((bound) => bound < 0.1);
}

function report(error: unknown, attempts: readonly Attempt[], fn: TensorFunction, arrays: readonly NDArray[]): string {
  const shown = arrays.map(
    (array, index) => `x${index} = ${formatType(array.dtype, array.shape)} [${[...array.data].map(show).join(", ")}]`,
  );
  const results = attempts.map(
    ({ name, results: list }) =>
      `${name}: ${list.map(({ data }) => `[${[...data].slice(0, 16).map(show).join(", ")}]`).join(" ")}`,
  );
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return [message, ...results, ...shown, graphOf(fn, arrays)].join("\n");
}

/** The graph as text, or the error if it could not be built. */
function graphOf(fn: TensorFunction, arrays: readonly NDArray[]): string {
  try {
    return formatGraph(traceOf(fn, arrays));
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** Unlike `String`, distinguishes -0 from 0. */
function show(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
