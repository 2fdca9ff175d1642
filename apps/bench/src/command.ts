/** What is a command of the bench? */
import { type OptionTable, type OptionValues, describeOptions, parseOptions } from "./arguments.ts";
import type { Report } from "./report/report.ts";

/** Something that the bench does. */
export interface Command {
  /** Does it as the words of the command line say; throws `Failure` for words that say nothing. */
  run(words: readonly string[], report: Report): Promise<void>;
}

/** How a command of the bench is typed. */
export function commandLine(words: readonly string[]): string {
  return `npm run bench -- ${words.map(quote).join(" ")}`;
}

/** The word as a shell takes it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
}

/** A command with these options. */
export function defineCommand<Table extends OptionTable>(
  summary: string,
  options: Table,
  run: (values: OptionValues<Table>, report: Report) => Promise<void>,
): Command {
  return {
    run: async (words, report) => {
      const values = parseOptions(words, options);
      if (values === "help") report.line(`npm start -- [options]\n\n${summary}\n\n${describeOptions(options)}`);
      else await run(values, report);
    },
  };
}
