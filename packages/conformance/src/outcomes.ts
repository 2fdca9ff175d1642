/** What came of all cases together: how many passed, and how many were skipped, for want of what? */
import { type DType, DTypeError } from "@symloss/core";
import { type Operation, type OptionRule, requireRule } from "@symloss/core/engine";
import type { CaseOutcome } from "./case.ts";
import { holdsAll, listOf } from "./rules.ts";

/** Counts of outcomes. */
export interface OutcomeSummary {
  readonly passed: number;
  readonly failedAsExpected: number;
  readonly skipped: number;
  /** How many cases were skipped for want of each operation and dtype, the most first. */
  readonly missing: readonly { readonly missing: Operation | DType; readonly cases: number }[];
  /** `432 passed, 144 skipped: 80 for want of less, 64 for want of concat`. */
  readonly text: string;
}

/** The outcomes, counted: so that what was not asked is seen. Throws `DTypeError` for what is no list of them. */
export function summarizeOutcomes(outcomes: readonly CaseOutcome[]): OutcomeSummary {
  requireRule("summarizeOutcomes", "outcomes", listOf(outcomeRule), outcomes);
  const count = (status: CaseOutcome["status"]) => outcomes.filter((outcome) => outcome.status === status).length;
  const cases = new Map<Operation | DType, number>();
  for (const outcome of outcomes) {
    if (outcome.status === "skipped") cases.set(outcome.missing, (cases.get(outcome.missing) ?? 0) + 1);
  }
  const missing = [...cases]
    .map(([name, number]) => ({ missing: name, cases: number }))
    .toSorted((left, right) => right.cases - left.cases);
  const counts = { passed: count("passed"), failedAsExpected: count("failedAsExpected"), skipped: count("skipped") };
  return { ...counts, missing, text: textOf(counts, missing) };
}

const outcomeRule: OptionRule = {
  must: "what runCase returned",
  holds: (value) =>
    holdsAll(value, { status: "string" }) &&
    ((value as CaseOutcome).status !== "skipped" || holdsAll(value, { missing: "string", reason: "string" })),
  error: DTypeError,
};

function textOf(
  { passed, failedAsExpected, skipped }: Pick<OutcomeSummary, "passed" | "failedAsExpected" | "skipped">,
  missing: OutcomeSummary["missing"],
): string {
  const failed = failedAsExpected === 0 ? "" : `, ${failedAsExpected} failed as expected`;
  const reasons = missing.map((one) => `${one.cases} for want of ${one.missing}`).join(", ");
  return `${passed} passed${failed}, ${skipped} skipped${skipped === 0 ? "" : `: ${reasons}`}`;
}
