/** What must a module export so that workers can evaluate it? */
import { DTypeError, type EngineFactory } from "@symloss/core";
import { describe } from "@symloss/core/engine";
import { Evaluation, type Statistics } from "../evaluation.ts";
import { type RunStore, runsRule } from "../runs/run-store.ts";
import type { Source } from "../source.ts";

/** The exports of such a module. The evaluation may be exported as a promise. */
export interface EvaluationModule<S extends Statistics = Statistics> {
  readonly test: Evaluation<S>;
  readonly source: Source;
  readonly engine: EngineFactory;
  /** Where large runs are kept, in every thread. */
  readonly runs?: RunStore | undefined;
}

const wanted: Readonly<Record<keyof EvaluationModule, readonly [must: string, holds: (value: unknown) => boolean]>> = {
  test: ["an evaluation", (value) => value instanceof Evaluation],
  source: ["a source with shards()", (value) => typeof (value as Partial<Source> | undefined)?.shards === "function"],
  engine: ["a function that makes an engine", (value) => typeof value === "function"],
  runs: ["a store for runs, if any", (value) => value === undefined || runsRule.holds(value)],
};

/** The module at an address. Throws `DTypeError`, naming the export, if one is missing or another thing. */
export async function loadModule(address: string): Promise<EvaluationModule> {
  const given = (await import(/* @vite-ignore */ address)) as Readonly<Record<string, unknown>>;
  const exports: Readonly<Record<string, unknown>> = { ...given, test: await given["test"] };
  for (const [name, [must, holds]] of Object.entries(wanted)) {
    if (holds(exports[name])) continue;
    throw new DTypeError(`runInWorkers: ${address} must export ${name}, ${must}, got ${describe(exports[name])}.`);
  }
  return exports as unknown as EvaluationModule;
}
