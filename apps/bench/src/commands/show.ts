/** What did an earlier run measure? */
import { describeOptions, parseWords } from "../arguments.ts";
import type { Command } from "../command.ts";
import { Failure } from "../failure.ts";
import { baselineRule } from "../measure/baseline.ts";
import { summarize } from "../report/summary.ts";
import { showSection } from "../report/terminal.ts";
import { checkOutputs, finishResult, readResult, resultOptions } from "./files.ts";

/** Shows the result in a file, without measuring. */
export const show: Command = {
  run: async (words, report) => {
    const parsed = parseWords(words, resultOptions);
    if (parsed === "help") return report.line(help());
    const { values, names } = parsed;
    const [path, ...surplus] = names;
    if (path === undefined || surplus.length > 0) {
      throw new Failure(`show must have one file, got ${names.length}: npm run bench -- show FILE.`);
    }
    checkOutputs(values);
    const result = readResult("The result", path);
    const baseline = values.baseline === undefined ? undefined : readResult("--baseline", values.baseline);
    for (const section of summarize(result)) showSection(section, report);
    finishResult(result, baseline, values, report);
  },
};

function help(): string {
  return `npm run bench -- show FILE [options]

Shows the result that --json of an earlier run wrote, without measuring.

${describeOptions(resultOptions)}

For --baseline ${baselineRule}.`;
}
