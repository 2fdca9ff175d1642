/** What is a case, and when does it pass? An expected failure that passes is a failure, and only core skips. */
import type { DType, Engine, EngineFactory, EngineTraits } from "@symloss/core";
import { type Operation, type OptionTable, checkOptions, refusedNode, requireRule } from "@symloss/core/engine";
import { ConformanceError } from "./compare.ts";
import { caseRule, engineRule, failureRule, listOf } from "./rules.ts";
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

/** Something that every engine with the traits that it was made for must show. */
export interface ConformanceCase {
  /** Unlike that of any other case: `operations: exp float32, special values`. */
  readonly name: string;
  readonly group: CaseGroup;
  /**
   * Settles where the engine shows it; throws `ConformanceError`, or what the engine throws, where it does not, and what core throws
   * where the engine's traits have not what the case needs. `runCase` tells them apart.
   */
  readonly run: (engine: Engine) => Promise<void>;
}

/** What the cases of an engine depend on. */
export interface CaseContext {
  readonly traits: EngineTraits;
  /** Makes another engine of the same kind, for the cases that dispose it, and for those that need two. */
  readonly createEngine: EngineFactory;
  /** An engine that is trusted: random graphs are compared with it too. */
  readonly reference?: Engine | undefined;
  /** Where random graphs start from. */
  readonly seed: number;
  /** How many random graphs each property tries. */
  readonly runs: number;
}

/** A case that is known to fail, and why. */
export interface ExpectedFailure {
  /** The whole name of a case, or what the names of several match. */
  readonly case: string | RegExp;
  readonly reason: string;
}

/** How a case is run. */
export interface RunCaseOptions {
  readonly expectedFailures?: readonly ExpectedFailure[] | undefined;
}

/** What became of a case that did not fail, or failed as it was expected to. */
export type CaseOutcome =
  | { readonly status: "passed" }
  | { readonly status: "failedAsExpected"; readonly reason: string }
  /** Core could not say the case in what the engine's traits declare: the engine was not asked. */
  | { readonly status: "skipped"; readonly reason: string; readonly missing: Operation | DType };

/**
 * Runs a case on an engine and tells whether it passed, failed as expected, or was skipped. Only core skips a case, where it can't
 * say a graph in the operations and dtypes of the engine's traits; what the engine throws is a failure, whatever it is.
 * Throws what the case throws, and `ConformanceError` where an expected failure passes: its entry must go then. Throws
 * `DTypeError` for what is no case, no engine or no list of expected failures.
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
    `runCase: "${conformanceCase.name}" must fail on engine "${engine.name}" as it is expected to (${expected.reason}), got a pass. ` +
      "Take it off the list of expected failures.",
  );
}

const runCaseOptions: OptionTable<RunCaseOptions> = { expectedFailures: listOf(failureRule) };

/** What the traits do not declare and core asked for in vain; undefined for any other error. */
function missingFrom({ operations, dtypes }: EngineTraits, error: unknown): Operation | DType | undefined {
  const node = isThrownByEngine(error) ? undefined : refusedNode(error);
  if (node === undefined) return undefined;
  if (!operations.includes(node.operation as Operation)) return node.operation as Operation;
  return dtypes.includes(node.dtype) ? undefined : node.dtype;
}

/** Throws `ConformanceError` where an entry matches none of the cases: what it stood for is gone, and so must it be. */
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
