/** What do tests see when cases pass, fail, and hang? */
import type { Report } from "../src/messages.ts";
import { type Case, runCases } from "./cases.ts";

const cases: Readonly<Record<string, Case["run"]>> = {
  passes: () => {},
  "passes later": () => Promise.resolve(),
  fails: () => {
    throw new Error("not so");
  },
  hangs: () => new Promise(() => {}),
};

export default function (names: readonly string[], report: Report): Promise<void> {
  return runCases(
    names.map((name) => ({ name, run: cases[name]! })),
    report,
  );
}
