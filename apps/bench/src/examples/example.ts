/** What is an example? */
import type { Engine } from "@symloss/core";
import type { Report } from "../report/report.ts";

/** Something to learn, small enough to watch. */
export interface Example {
  readonly summary: string;
  /** How often the data are gone through, where the user does not say. */
  readonly epochs: number;
  /** One step of learning, on numbers of no meaning: by this the fastest engine is found. */
  readonly step: () => Workload;
  /** Learns it, and shows how well. */
  run(context: ExampleContext): Promise<void>;
}

/** A function, and the arguments that it is called with. */
export interface Workload {
  readonly fn: (...args: never[]) => unknown;
  readonly args: readonly unknown[];
}

/** Where an example runs, for how long, and where it shows what it does. */
export interface ExampleContext {
  readonly engine: Engine;
  readonly epochs: number;
  readonly report: Report;
}
