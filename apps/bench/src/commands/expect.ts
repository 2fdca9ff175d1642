/** Which engine should one expect to be the fastest, by what earlier runs measured? */
import { describeOptions, file, parseWords } from "../arguments.ts";
import { type Command, commandLine } from "../command.ts";
import { Failure } from "../failure.ts";
import { sizes } from "../measure/expectation.ts";
import { formatExpectations } from "../report/expectations.ts";
import { formatElements } from "../report/format.ts";
import { readResult, writePart } from "./files.ts";

/** The part of a page that the table is written into. */
const part = "expect";

const options = { write: file("write the table into this Markdown file, between the comments of its place there") };

/** Shows or writes the table of the results in files. */
export const expect: Command = {
  run: async (words, report) => {
    const parsed = parseWords(words, options);
    if (parsed === "help") return report.line(help);
    const { values, names } = parsed;
    if (names.length === 0) throw new Failure("expect must have a file, got none: npm run bench -- expect FILE ..");
    const table = formatExpectations(names.map((path) => readResult("The result", path)));
    if (table === "") {
      throw new Failure(
        `The results must have an engine at a size near one of ${sizes.map(formatElements).join("; ")} elements, got none. ` +
          "Measure some with --sweep.",
      );
    }
    const content = `${table}\n\nWritten by \`${commandLine(["expect", ...words])}\`.`;
    if (values.write === undefined) return report.line(content);
    writePart("--write", values.write, part, content);
    report.line(`wrote ${values.write}`);
  },
};

const help = `npm run bench -- expect FILE .. [options]

Makes a Markdown table of which engine is the fastest for each workload and size, in each environment, of the results that --json of
"npm run bench -- run WORKLOAD .. --sweep" wrote, in Node.js or in a page.

${describeOptions(options)}`;
