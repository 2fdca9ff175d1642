/// <reference lib="webworker" />
/** What does the page's worker do? Whatever takes long, so that the page never waits; each part is loaded when it is first asked for. */
import { expose } from "comlink";
import type { InspectionReport } from "./environment/inspection.ts";

const services = {
  /** Tries every engine, and reports the outcome of each as it is known. */
  async inspect(report: InspectionReport): Promise<void> {
    const { inspect } = await import("./environment/inspection.ts");
    await inspect(report);
  },
};

/** What the worker can be asked for. */
export type Services = typeof services;

expose(services);
