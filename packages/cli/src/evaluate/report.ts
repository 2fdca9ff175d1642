/** How is a report shown to a person? A line for all rows, one for each group, and what is worth saying below. */
import type { Report } from "@symloss/evaluation";
import CliTable from "cli-table3";
import type { NamedStatistics } from "./evaluation.ts";
import { formatCount, formatNumber } from "./format.ts";
import { type Cells, metrics } from "./metrics.ts";
import type { EvaluationSpec } from "./spec.ts";

/** What is said beside the results. */
export interface ReportFacts {
  readonly spec: EvaluationSpec;
  readonly by: string | undefined;
  readonly seconds: number;
}

/** Results by the names of their statistics. */
type NamedResults = Readonly<Record<string, unknown>> & { readonly rows: number };

/** The text of a report. */
export function formatReport(report: Report<NamedStatistics>, { spec, by, seconds }: ReportFacts): string {
  const groups = Object.entries(report.by).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const rows = [["all", report] as const, ...groups].map(([name, results]) =>
    rowOf(name, results as NamedResults, spec),
  );
  const head = [by ?? "", "rows", ...rows[0]!.cells.map(([title]) => title)];
  return [
    formatTable(
      head,
      rows.map(({ name, count, cells }) => [name, count, ...cells.map(([, text]) => text)]),
    ),
    ...linesOf(report, spec),
    ...skippedLines(report),
    `${formatCount(report.rows)} rows in ${seconds.toFixed(1)} s (${formatCount(Math.round(report.rows / seconds))} a second), ${report.fingerprint ?? "no engine"}`,
    `digest ${report.digest}`,
  ].join("\n");
}

function rowOf(
  name: string,
  results: NamedResults,
  spec: EvaluationSpec,
): { readonly name: string; readonly count: string; readonly cells: Cells } {
  const mean = spec.loss === undefined ? [] : [["loss", meanOf(results["loss"])] as const];
  const own = spec.metrics.flatMap(({ title, name: metric, parameter }) =>
    metrics[metric]
      .cells(results[title])
      .map(([head, text]) => [title === metric ? head : `${head} (${parameter})`, text] as const),
  );
  return { name, count: formatCount(results.rows), cells: [...mean, ...own] };
}

/** A loss that was NaN is told, for it makes the mean NaN. */
function meanOf(result: unknown): string {
  const { mean, nan } = result as { readonly mean: number; readonly nan: number };
  return nan === 0 ? formatNumber(mean) : `${formatNumber(mean)} (${formatCount(nan)} NaN)`;
}

function linesOf(report: Report<NamedStatistics>, { metrics: wanted }: EvaluationSpec): readonly string[] {
  return wanted.flatMap(({ title, name }) => metrics[name].lines?.((report as unknown as NamedResults)[title]) ?? []);
}

function skippedLines({ skipped }: Report<NamedStatistics>): readonly string[] {
  return Object.entries(skipped).map(([reason, { count, rows }]) => {
    const [first] = rows;
    return `skipped ${formatCount(count)} ${count === 1 ? "row" : "rows"}: ${reason}, first ${first!.shard} row ${first!.row}`;
  });
}

/** The first column is text, the others are numbers. */
function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new CliTable({
    head: [...head],
    colAligns: head.map((_, index) => (index === 0 ? "left" : "right")),
    chars: noBorders,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

const borders = ["top", "bottom", "left", "mid", "right"];
const crossings = [
  "top-mid",
  "top-left",
  "top-right",
  "bottom-mid",
  "bottom-left",
  "bottom-right",
  "left-mid",
  "mid-mid",
  "right-mid",
];
const noBorders = { ...Object.fromEntries([...borders, ...crossings].map((name) => [name, ""])), middle: "  " };
