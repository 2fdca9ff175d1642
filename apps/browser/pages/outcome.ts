/** How did a function call end? */
import type { Outcome, Report } from "../src/messages.ts";

/** Calls a function with its arguments and a `report`; an error it throws is an outcome too. */
export async function outcomeOf(
  run: (...argumentsAndReport: unknown[]) => unknown,
  values: readonly unknown[],
  report: Report,
): Promise<Outcome> {
  try {
    return { value: await run(...values, report) };
  } catch (error) {
    return { error: textOf(error) };
  }
}

/** An error's message, with its stack and its causes. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? String(error);
  return error.cause === undefined ? text : `${text}\nCaused by ${textOf(error.cause)}`;
}
