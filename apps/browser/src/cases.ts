/** How does a case that runs in a browser become a test of its own? */
import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { CaseResult } from "./messages.ts";
import { type PageOptions, runInBrowser } from "./page.ts";

/** Where the cases run. */
export interface CasesOptions extends Omit<PageOptions, "onReport"> {
  /** A browser that is already running when the tests start; by default the page gets its own. */
  readonly browser?: (() => Browser) | undefined;
}

/** The names of cases, by subject. */
export type CaseNames = Readonly<Record<string, readonly string[]>>;

/** The names of conformance cases by their group. */
export function namesByGroup(cases: readonly { readonly group: string; readonly name: string }[]): CaseNames {
  const names: Record<string, string[]> = {};
  for (const { group, name } of cases) (names[group] ??= []).push(name);
  return names;
}

/**
 * A test for each name, grouped by `describe`. The page runs once; its function reports a `CaseResult` for
 * each case as it ends. A case without a result fails; so does a page that runs any other case, or does not finish.
 */
export function testInBrowser(names: CaseNames, options: CasesOptions): void {
  let run: CasesRun = { results: new Map() };
  beforeAll(async () => {
    run = await runCasesInBrowser(options);
  }, hookTimeout(options));

  describe.each(Object.entries(names))("%s", (_, ofSubject) => {
    test.each(ofSubject)("%s", (name) => checkCase(name, run));
  });
  test("the page comes to its end, and runs no other case", () => {
    if (run.failure !== undefined) throw run.failure;
    expect([...run.results.keys()].toSorted()).toEqual(Object.values(names).flat().toSorted());
  });
}

/** What is known about the cases when the page has finished or failed. */
export interface CasesRun {
  readonly results: ReadonlyMap<string, CaseResult>;
  readonly failure?: Error;
}

/** Runs the page. If it fails, earlier results are kept, which shows the case it had reached. */
export async function runCasesInBrowser({ browser, ...options }: CasesOptions): Promise<CasesRun> {
  const results = new Map<string, CaseResult>();
  const onReport = (value: unknown): void => {
    const result = value as CaseResult;
    results.set(result.name, result);
  };
  try {
    await runInBrowser({ ...options, onReport, ...(browser !== undefined && { browser: browser() }) });
    return { results };
  } catch (failure) {
    return { results, failure: failure as Error };
  }
}

/** Throws if the case failed or has no result. */
export function checkCase(name: string, { results, failure }: CasesRun): void {
  const result = results.get(name);
  if (result === undefined) {
    const reason = failure?.message ?? "The page came to its end without it.";
    throw new Error(`checkCase: the page must run "${name}", got no result. ${reason}`, { cause: failure });
  }
  if (!result.passed) throw new Error(result.message);
}

/** Long enough for the page's own timeout to fire first, even if a browser is installed before. */
function hookTimeout({ timeout = 60_000 }: CasesOptions): number {
  return timeout + 120_000;
}
