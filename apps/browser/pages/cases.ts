/** How does a page run cases? One after another, each reported as it ends. */
import type { CaseResult, Report } from "../src/messages.ts";
import { textOf } from "./outcome.ts";

/** Settles if the case passes, and throws if it does not. */
export interface Case {
  readonly name: string;
  run(): void | Promise<void>;
}

/** Runs the cases in order and reports a `CaseResult` for each. */
export async function runCases(cases: readonly Case[], report: Report): Promise<void> {
  for (const one of cases) report(await resultOf(one));
}

async function resultOf(one: Case): Promise<CaseResult> {
  const { name } = one;
  try {
    await one.run();
    return { name, passed: true };
  } catch (error) {
    return { name, passed: false, message: textOf(error) };
  }
}
