/** What do the words of a command line give, as whoever types them sees it? */
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { runProgram } from "../src/program.ts";
import { createReport } from "../src/report/report.ts";

/** The exit status, and what goes to the output and to the errors. */
export async function runWords(
  ...words: readonly string[]
): Promise<{ readonly status: number; readonly output: string; readonly errors: string }> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const status = await runProgram(words, createReport(output), errors);
  const [shown, said] = await Promise.all([output, errors].map((stream) => text(stream.end())));
  return { status, output: shown!, errors: said! };
}
