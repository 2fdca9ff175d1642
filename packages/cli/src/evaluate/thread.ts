/** What does a thread evaluate? What the address of this module says: a command line, as JSON, behind a question mark. */
import type { Engine } from "@symloss/core";
import type { Evaluation, RunStore, Source } from "@symloss/evaluation";
import { fileRuns } from "@symloss/evaluation/files";
import { type DataPlace, sourceAt } from "./data.ts";
import { makeEngine } from "./engine.ts";
import { type NamedStatistics, evaluationOf } from "./evaluation.ts";
import type { EvaluationSpec } from "./spec.ts";

/** What a thread has to know. */
export interface ThreadWork {
  readonly spec: EvaluationSpec;
  readonly place: DataPlace;
  readonly engine: string | undefined;
  /** A folder. */
  readonly runs: string | undefined;
}

const work = JSON.parse(new URL(import.meta.url).searchParams.get("work")!) as ThreadWork;

export const source: Source = sourceAt(work.place);
export const test: Promise<Evaluation<NamedStatistics>> = evaluationOf(work.spec, source);
export const runs: RunStore | undefined = work.runs === undefined ? undefined : fileRuns(work.runs);
export const engine = (): Promise<Engine> => makeEngine(work.engine);
