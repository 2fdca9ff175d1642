/// <reference lib="webworker" />
/** What does the page's worker do? Whatever takes long, so that the page never waits; each part is loaded when it is first asked for. */
import { expose } from "comlink";
import type { RaceChoice } from "../src/race/choice.ts";
import type { RaceReport } from "../src/race/race.ts";
import type { InspectionReport } from "./environment/inspection.ts";
import type { LossDescription } from "./losses/description.ts";
import type { Evaluation, EvaluationRequest } from "./losses/evaluation.ts";
import type { KindDescription } from "./race/run-race.ts";

const services = {
  /** Tries every engine, and reports the outcome of each as it is known. */
  async inspect(report: InspectionReport): Promise<void> {
    const { inspect } = await import("./environment/inspection.ts");
    await inspect(report);
  },
  /** The names of all losses. */
  async listLosses(): Promise<readonly string[]> {
    return (await import("./losses/description.ts")).listLosses();
  },
  /** What must be known of a loss to call it. */
  async describeLoss(name: string): Promise<LossDescription> {
    return (await import("./losses/description.ts")).describeLoss(name);
  },
  /** The loss, and its gradient, at each point. */
  async evaluatePoints(request: EvaluationRequest): Promise<Evaluation> {
    return (await import("./losses/evaluation.ts")).evaluatePoints(request);
  },
  /** Every kind of workload that can be raced on. */
  async describeKinds(): Promise<readonly KindDescription[]> {
    const { describeKinds } = await import("./race/run-race.ts");
    return describeKinds();
  },

  /** Measures what is chosen, and reports what happens. */
  async race(choice: RaceChoice, report: RaceReport): Promise<void> {
    const { runRace } = await import("./race/run-race.ts");
    await runRace(choice, report);
  },
};

/** What the worker can be asked for. */
export type Services = typeof services;

expose(services);
