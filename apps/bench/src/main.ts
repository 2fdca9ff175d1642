#!/usr/bin/env node
/** The entry: what belongs to the process itself, its streams, signals and exit status. */
import { constants } from "node:os";
import { runProgram } from "./program.ts";
import { createReport } from "./report/report.ts";

const report = createReport(process.stdout);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    report.close();
    process.exit(128 + constants.signals[signal]);
  });
}

// Whoever reads may stop reading, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await runProgram(process.argv.slice(2), report, process.stderr);
