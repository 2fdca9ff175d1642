/** Which cases must an engine pass? Everything that its traits declare. */
import { DTypeError, type Engine, type EngineFactory } from "@symloss/core";
import { type OptionRule, type OptionTable, checkOptions, engineRule, requireRule } from "@symloss/core/engine";
import { anyBatchCases } from "./any-batch.ts";
import { type CaseContext, type ConformanceCase, type GoldenSelection, goldenSelections } from "./case.ts";
import { faultCases } from "./faults.ts";
import { goldenCases } from "./golden-cases.ts";
import { gradientCases } from "./gradients.ts";
import { ignoredCases } from "./ignored-cases.ts";
import { kinkCases } from "./kinks.ts";
import { lifecycleCases } from "./lifecycle.ts";
import { limitCases } from "./limits.ts";
import { lossCases } from "./losses.ts";
import { namedLengthCases } from "./named-lengths.ts";
import { numberCases } from "./numbers.ts";
import { operationCases } from "./operations.ts";
import { passCases } from "./passes.ts";
import { propertyCases } from "./properties.ts";
import { publishedCases } from "./published.ts";
import { rowCases } from "./rows.ts";
import { choiceRule, factoryRule, integerRule } from "./rules.ts";
import { synchronousCases } from "./synchronous.ts";
import { timingCases } from "./timing.ts";
import { watch } from "./watch.ts";

/** What the cases need in addition to the engine. */
export interface SuiteOptions {
  /** Makes another engine of the same kind: some cases dispose of their engine, and some need two. */
  readonly createEngine: EngineFactory;
  /** A trusted engine, with which random graphs are also compared. */
  readonly reference?: Engine;
  /** The seed of random graphs; default 1. */
  readonly seed?: number;
  /** How many random graphs are tried for each property; default 40. */
  readonly runs?: number;
  /** Which golden cases are run: `"all"` (default), or the first of each function, where an engine takes long to compile. */
  readonly goldens?: GoldenSelection;
}

/**
 * Makes the cases for an engine from its traits alone: everything that they declare is tested. `runCase` skips a case if it needs
 * operations that the engine lacks and core can't rewrite using others. Throws `DTypeError` or `OutOfRangeError`, naming the option,
 * if an option is invalid.
 * @example for (const one of conformanceCases(engine, { createEngine: cpu })) test(one.name, () => runCase(one, engine));
 */
export function conformanceCases(engine: Pick<Engine, "traits">, options: SuiteOptions): ConformanceCase[] {
  requireRule("conformanceCases", "engine", traitsRule, engine);
  checkOptions("conformanceCases", options, suiteOptions);
  const { createEngine, reference, seed = 1, runs = 40, goldens = "all" } = options;
  const context: CaseContext = {
    traits: engine.traits,
    createEngine: async () => watch(await createEngine()),
    reference,
    seed,
    runs,
    goldens,
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
  goldens: { ...choiceRule(goldenSelections), required: false },
};

const groups: readonly ((context: CaseContext) => ConformanceCase[])[] = [
  operationCases,
  numberCases,
  rowCases,
  namedLengthCases,
  gradientCases,
  kinkCases,
  limitCases,
  goldenCases,
  lossCases,
  anyBatchCases,
  ignoredCases,
  publishedCases,
  passCases,
  lifecycleCases,
  timingCases,
  synchronousCases,
  faultCases,
  propertyCases,
];
