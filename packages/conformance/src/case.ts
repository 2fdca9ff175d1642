/** What is a case, and when does it pass? An expected failure that passes is a failure. */
import type { Engine, EngineFactory, EngineTraits } from "@symloss/core";

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
  /** Settles where the engine shows it; throws `ConformanceError`, or what the engine throws, where it does not. */
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

/**
 * Runs a case on an engine and settles where it passes, or fails as expected.
 * Throws what the case throws, and an error where an expected failure passes: its entry must go then.
 */
export async function runCase(
  conformanceCase: ConformanceCase,
  engine: Engine,
  { expectedFailures = [] }: RunCaseOptions = {},
): Promise<void> {
  const expected = expectedFailures.find((failure) => matches(failure, conformanceCase));
  if (expected === undefined) return conformanceCase.run(engine);
  try {
    await conformanceCase.run(engine);
  } catch {
    return;
  }
  throw new Error(
    `runCase: "${conformanceCase.name}" must fail on engine "${engine.name}" as it is expected to (${expected.reason}), got a pass. ` +
      "Take it off the list of expected failures.",
  );
}

/** Throws where an entry matches none of the cases: what it stood for is gone, and so must it be. */
export function checkExpectedFailures(
  cases: readonly ConformanceCase[],
  expectedFailures: readonly ExpectedFailure[],
): void {
  const idle = expectedFailures.filter((failure) => !cases.some((one) => matches(failure, one)));
  if (idle.length === 0) return;
  throw new Error(
    `checkExpectedFailures: every entry must match a case of this engine, got ${idle.map((failure) => `${String(failure.case)} (${failure.reason})`).join(", ")}.`,
  );
}

function matches({ case: pattern }: ExpectedFailure, { name }: ConformanceCase): boolean {
  // Unlike test(), search() keeps no state in a global expression.
  return typeof pattern === "string" ? pattern === name : name.search(pattern) !== -1;
}
