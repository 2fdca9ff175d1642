// Prints vitest's JSON results as one line.
import { readFileSync } from "node:fs";

const results = JSON.parse(readFileSync(process.argv[2], "utf8") || '{ "testResults": [] }');
// A file that could not even be loaded has no tests, and counts as one failed.
const brokenFiles = results.testResults.filter(
  ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
);
const passed = results.numPassedTests ?? 0;
// A run that fails outside every test (or dies before it has results) still shows a failure.
const failed = Math.max((results.numFailedTests ?? 0) + brokenFiles.length, results.success ? 0 : 1);
const skipped = (results.numPendingTests ?? 0) + (results.numTodoTests ?? 0);

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
