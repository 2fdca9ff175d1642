/** How does a page say which engine to expect? A table with what it was made of, in Markdown. */
import { type Expectation, type Fastest, environmentOf, expectationsOf, sizes } from "../measure/expectation.ts";
import type { BenchResult } from "../measure/result.ts";
import { formatElements, formatTime, titleOfSweep } from "./format.ts";
import { escapeMarkdown, formatTable } from "./markdown.ts";

/** The table of what to expect by these results, with how to read it and where it comes from; empty if no engine was measured near any of its sizes. */
export function formatExpectations(results: readonly BenchResult[]): string {
  const expectations = expectationsOf(results);
  // A column that nobody fills says nothing.
  const columns = [...sizes.keys()].filter((column) => expectations.some(({ fastest }) => fastest[column]));
  if (columns.length === 0) return "";
  const table = formatTable({
    head: ["elements", ...columns.map((column) => formatElements(sizes[column]!))],
    rows: expectations.map((expectation) => [
      titleOf(expectation),
      ...columns.map((column) => formatFastest(expectation.fastest[column])),
    ]),
  });
  return [table, explanation, results.map((result) => describeSource(result, results)).join("\n")].join("\n\n");
}

const explanation = [
  "Of each size, in elements of the largest input, this is the fastest engine with the time of a call, from the caller's arrays into the",
  "caller's arrays. Engines that are named after it are within the noise: the quartiles of their times overlap with its own. A column has",
  "the size nearest to it of those that were measured. Calls on arrays that stay on the device of an engine are left out: what they save",
  "depends on how often arrays come and go.",
].join("\n");

function titleOf({ measurement, environment }: Expectation): string {
  return `${titleOfSweep([measurement])}, ${environment}`;
}

function formatFastest(fastest: Fastest | undefined): string {
  return fastest === undefined ? "" : `${fastest.engines.join(", ")}: ${formatTime(fastest.nanoseconds)}`;
}

/** Where, when and how, and who took part, with what makes the figures uncertain. */
function describeSource(result: BenchResult, results: readonly BenchResult[]): string {
  const { date, machine, command, contenders, quietness } = result;
  const engines = contenders.filter(({ kind }) => kind === "engine").map(({ name }) => name);
  const place = `${machine.processor}, ${machine.cores} cores, ${machine.system}`;
  return [
    `- ${escapeMarkdown(`${environmentOf(result, results)} (${engines.join(", ")}), ${date.slice(0, 10)}: ${place}`)},`,
    `  \`${command}\``,
    ...quietness.warnings.map((warning) => `  - Warning: ${escapeMarkdown(warning)}`),
  ].join("\n");
}
