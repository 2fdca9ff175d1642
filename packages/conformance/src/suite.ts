/** Which cases must an engine pass? All that its traits allow to ask. */
import { DTypeError, type Engine, type EngineFactory } from "@symloss/core";
import { type OptionRule, type OptionTable, checkOptions, requireRule } from "@symloss/core/engine";
import type { CaseContext, ConformanceCase } from "./case.ts";
import { faultCases } from "./faults.ts";
import { gradientCases } from "./gradients.ts";
import { kinkCases } from "./kinks.ts";
import { lifecycleCases } from "./lifecycle.ts";
import { limitCases } from "./limits.ts";
import { lossCases } from "./losses.ts";
import { numberCases } from "./numbers.ts";
import { operationCases } from "./operations.ts";
import { passCases } from "./passes.ts";
import { propertyCases } from "./properties.ts";
import { publishedCases } from "./published.ts";
import { rowCases } from "./rows.ts";
import { engineRule, factoryRule, integerRule } from "./rules.ts";
import { timingCases } from "./timing.ts";
import { watch } from "./watch.ts";

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
 * The cases for an engine, made of its traits alone: what they declare is asked. A case that needs operations which the engine lacks,
 * and which core can't say in those it has, is skipped by `runCase`. Throws `DTypeError` or `OutOfRangeError`, naming the option,
 * for what can't be one.
 * @example for (const one of conformanceCases(engine, { createEngine: cpu })) test(one.name, () => runCase(one, engine));
 */
export function conformanceCases(engine: Pick<Engine, "traits">, options: SuiteOptions): ConformanceCase[] {
  requireRule("conformanceCases", "engine", traitsRule, engine);
  checkOptions("conformanceCases", options, suiteOptions);
  const { createEngine, reference, seed = 1, runs = 40 } = options;
  const context: CaseContext = {
    traits: engine.traits,
    createEngine: async () => watch(await createEngine()),
    reference,
    seed,
    runs,
  };
  return groups.flatMap((casesOf) => casesOf(context));
}

const traitsRule: OptionRule = {
  must: "an engine, or what has its traits",
  holds: (value) => {
    const { dtypes, operations } = (value as Partial<Pick<Engine, "traits">> | null | undefined)?.traits ?? {};
    return Array.isArray(dtypes) && Array.isArray(operations);
  },
  error: DTypeError,
};

const suiteOptions: OptionTable<SuiteOptions> = {
  createEngine: factoryRule,
  reference: { ...engineRule, required: false },
  seed: integerRule(-2147483648),
  runs: integerRule(1),
};

const groups: readonly ((context: CaseContext) => ConformanceCase[])[] = [
  operationCases,
  numberCases,
  rowCases,
  gradientCases,
  kinkCases,
  limitCases,
  lossCases,
  publishedCases,
  passCases,
  lifecycleCases,
  timingCases,
  faultCases,
  propertyCases,
];
