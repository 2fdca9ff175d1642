/** How does a page run cases that are defined beside what they test? */
import casesOf from "virtual:cases";
import type { Report } from "../src/messages.ts";
import { runCases } from "./cases.ts";

/** Runs the module's cases for these arguments. */
export default async function (...argumentsAndReport: [...values: unknown[], report: Report]): Promise<void> {
  const report = argumentsAndReport.at(-1) as Report;
  await runCases(casesOf(...argumentsAndReport.slice(0, -1)), report);
}
