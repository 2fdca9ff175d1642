/** Which functions does the test provide to its page? */
import type { Outcome } from "../src/messages.ts";

declare global {
  /** What the page's function is called with. */
  function symlossArguments(): Promise<unknown[]>;
  function symlossReport(value: unknown): Promise<void>;
  function symlossFinish(outcome: Outcome): Promise<void>;
}

const reported: Promise<void>[] = [];

/** The arguments for the page's function. */
export async function receiveArguments(): Promise<unknown[]> {
  const values = await symlossArguments();
  // The browser's debugger bypasses the page's policy while it answers: what follows runs in a task of the page's own.
  await new Promise((resolve) => setTimeout(resolve));
  return values;
}

/** Sends a value while the function runs. */
export function report(value: unknown): void {
  reported.push(symlossReport(value));
}

/** Sends how the function ended, once every report has arrived. */
export async function finish(outcome: Outcome): Promise<void> {
  await Promise.all(reported);
  await symlossFinish(outcome);
}
