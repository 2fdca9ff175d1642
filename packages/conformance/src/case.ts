/** What is a case, and when does it pass? An expected failure that passes is a failure, and only core can skip a case. */
import type { DType, Engine, EngineFactory, EngineTraits } from "@symloss/core";
import {
  type Operation,
  type OptionTable,
  checkOptions,
  engineRule,
  refusedNode,
  requireRule,
} from "@symloss/core/engine";
import { ConformanceError } from "./compare.ts";
import { caseRule, failureRule, listOf } from "./rules.ts";
import { isThrownByEngine, watch } from "./watch.ts";

/** What a case is about. */
export type CaseGroup =
  | "operations"
  | "gradients"
  | "losses"
  | "published"
  | "passes"
  | "lifecycle"
  | "faults"
  | "properties";

/** A requirement on every engine with the traits for which it was made. */
export interface ConformanceCase {
  /** Unique: `operations: exp float32, special values`. */
  readonly name: string;
  readonly group: CaseGroup;
  /**
   * Resolves if the engine passes. Rejects with `ConformanceError`, or with the engine's own error, if it fails, and with core's error
   * if the engine's traits lack what the case needs. `runCase` distinguishes these.
   */
  readonly run: (engine: Engine) => Promise<void>;
}

/** What the cases of an engine depend on. */
export interface CaseContext {
  readonly traits: EngineTraits;
  /** Makes another engine of the same kind, for cases that dispose of their engine or need two. */
  readonly createEngine: EngineFactory;
  /** A trusted engine, with which random graphs are also compared. */
  readonly reference?: Engine | undefined;
  /** The seed of random graphs. */
  readonly seed: number;
  /** How many random graphs are tried for each property. */
  readonly runs: number;
  /** Which golden cases are run. */
  readonly goldens: GoldenSelection;
}

/** Every golden case, or the first of each function. */
export type GoldenSelection = (typeof goldenSelections)[number];

/** The selections of golden cases. */
export const goldenSelections = ["all", "oneOfEach"] as const;

/** A case known to fail, and why. */
export interface ExpectedFailure {
  /** The full name of a case, or a pattern that several match. */
  readonly case: string | RegExp;
  readonly reason: string;
}

/** How a case is run. */
export interface RunCaseOptions {
  readonly expectedFailures?: readonly ExpectedFailure[] | undefined;
}

/** The outcome of a case that passed, failed as expected, or was skipped. */
export type CaseOutcome =
  | { readonly status: "passed" }
  | { readonly status: "failedAsExpected"; readonly reason: string }
  /** Core could not rewrite the case using what the engine's traits declare, so it did not run on the engine. */
  | { readonly status: "skipped"; readonly reason: string; readonly missing: Operation | DType };

/**
 * Runs a case on an engine and returns whether it passed, failed as expected, or was skipped. Only core skips a case, if it can't
 * rewrite a graph using the operations and dtypes in the engine's traits; any error of the engine itself is a failure.
 * Throws what the case throws, and `ConformanceError` if an expected failure passes: its entry must then be removed. Throws
 * `DTypeError` if an argument is not a case, an engine or a list of expected failures.
 */
export async function runCase(
  conformanceCase: ConformanceCase,
  engine: Engine,
  options: RunCaseOptions = {},
): Promise<CaseOutcome> {
  requireRule("runCase", "conformanceCase", caseRule, conformanceCase);
  requireRule("runCase", "engine", engineRule, engine);
  checkOptions("runCase", options, runCaseOptions);
  const { expectedFailures = [] } = options;
  const expected = expectedFailures.find((failure) => matches(failure, conformanceCase));
  try {
    await conformanceCase.run(watch(engine));
  } catch (error) {
    const missing = missingFrom(engine.traits, error);
    if (missing !== undefined) return { status: "skipped", reason: (error as Error).message, missing };
    if (expected !== undefined) return { status: "failedAsExpected", reason: expected.reason };
    throw error;
  }
  if (expected === undefined) return { status: "passed" };
  throw new ConformanceError(
    `runCase: "${conformanceCase.name}" must fail on engine "${engine.name}" as expected (${expected.reason}), got a pass. ` +
      "Remove it from the list of expected failures.",
  );
}

const runCaseOptions: OptionTable<RunCaseOptions> = { expectedFailures: listOf(failureRule) };

/** The operation or dtype that core needed and the traits lack; undefined for any other error. */
function missingFrom({ operations, dtypes }: EngineTraits, error: unknown): Operation | DType | undefined {
  const node = isThrownByEngine(error) ? undefined : refusedNode(error);
  if (node === undefined) return undefined;
  if (!operations.includes(node.operation as Operation)) return node.operation as Operation;
  return dtypes.includes(node.dtype) ? undefined : node.dtype;
}

/** Throws `ConformanceError` if an entry matches no case: it is obsolete and must be removed. */
export function checkExpectedFailures(
  cases: readonly ConformanceCase[],
  expectedFailures: readonly ExpectedFailure[],
): void {
  requireRule("checkExpectedFailures", "cases", listOf(caseRule), cases);
  requireRule("checkExpectedFailures", "expectedFailures", listOf(failureRule), expectedFailures);
  const idle = expectedFailures.filter((failure) => !cases.some((one) => matches(failure, one)));
  if (idle.length === 0) return;
  throw new ConformanceError(
    `checkExpectedFailures: every entry must match a case of this engine, got ${idle.map((failure) => `${String(failure.case)} (${failure.reason})`).join(", ")}.`,
  );
}

function matches({ case: pattern }: ExpectedFailure, { name }: ConformanceCase): boolean {
  // Unlike test(), search() keeps no state in a global expression.
  return typeof pattern === "string" ? pattern === name : name.search(pattern) !== -1;
}
