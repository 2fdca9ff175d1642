/** Which cases must an engine pass? All that its traits allow to ask. */
import type { Engine, EngineFactory } from "@symloss/core";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { faultCases } from "./faults.ts";
import { gradientCases } from "./gradients.ts";
import { kinkCases } from "./kinks.ts";
import { lifecycleCases } from "./lifecycle.ts";
import { limitCases } from "./limits.ts";
import { lossCases } from "./losses.ts";
import { operationCases } from "./operations.ts";
import { passCases } from "./passes.ts";
import { propertyCases } from "./properties.ts";
import { publishedCases } from "./published.ts";

/** What the cases need besides the engine. */
export interface SuiteOptions {
  /** Makes another engine like it: some cases dispose their engine, and some need two. */
  readonly createEngine: EngineFactory;
  /** An engine that is trusted: random graphs are compared with it too. */
  readonly reference?: Engine;
  /** Where random graphs start from; default 1. */
  readonly seed?: number;
  /** How many random graphs each property tries; default 40. */
  readonly runs?: number;
}

/**
 * The cases that an engine must pass, made of its traits alone: what it does not declare is not asked, what it declares is.
 * @example for (const one of conformanceCases(engine, { createEngine: cpu })) test(one.name, () => runCase(one, engine));
 */
export function conformanceCases(
  { traits }: Pick<Engine, "traits">,
  { createEngine, reference, seed = 1, runs = 40 }: SuiteOptions,
): ConformanceCase[] {
  const context: CaseContext = { traits, createEngine, reference, seed, runs };
  return groups.flatMap((casesOf) => casesOf(context));
}

const groups: readonly ((context: CaseContext) => ConformanceCase[])[] = [
  operationCases,
  gradientCases,
  kinkCases,
  limitCases,
  lossCases,
  publishedCases,
  passCases,
  lifecycleCases,
  faultCases,
  propertyCases,
];
