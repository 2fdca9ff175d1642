/** What is the outcome of all cases together: how many passed, how many were skipped, and what was missing? */
import { type DType, DTypeError } from "@symloss/core";
import { type Operation, type OptionRule, requireRule } from "@symloss/core/engine";
import type { CaseOutcome } from "./case.ts";
import { holdsAll, listOf } from "./rules.ts";

/** Counts of outcomes. */
export interface OutcomeSummary {
  readonly passed: number;
  readonly failedAsExpected: number;
  readonly skipped: number;
  /** How many cases were skipped because of each missing operation or dtype, the most first. */
  readonly missing: readonly { readonly missing: Operation | DType; readonly cases: number }[];
  /** `432 passed, 144 skipped: 80 missing less, 64 missing concat`. */
  readonly text: string;
}

/** Counts outcomes, so that skipped cases are visible. Throws `DTypeError` unless they are a list of outcomes. */
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
  must: "an outcome of runCase",
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
  const reasons = missing.map((one) => `${one.cases} missing ${one.missing}`).join(", ");
  return `${passed} passed${failed}, ${skipped} skipped${skipped === 0 ? "" : `: ${reasons}`}`;
}
