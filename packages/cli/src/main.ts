#!/usr/bin/env node
/** The entry: what belongs to the process itself. */
import { runProgram } from "./program.ts";

process.exitCode = await runProgram(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
});
