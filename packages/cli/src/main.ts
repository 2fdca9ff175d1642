#!/usr/bin/env node
/** How does the process start and end? The entry point. */
import { runProgram } from "./program.ts";

process.exitCode = await runProgram(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  terminal: process.stderr.isTTY ? process.stderr : undefined,
});
