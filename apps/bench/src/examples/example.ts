/** What is an example? */
import type { Engine } from "@symloss/core";
import type { Report } from "../report/report.ts";

/** Something to learn, small enough to watch. */
export interface Example {
  readonly summary: string;
  /** How often the data are gone through, where the user does not say. */
  readonly epochs: number;
  /** Learns it, and shows how well. */
  run(context: ExampleContext): Promise<void>;
}

/** Where an example runs, for how long, and where it shows what it does. */
export interface ExampleContext {
  readonly engine: Engine;
  readonly epochs: number;
  readonly report: Report;
}
