/** Which files does a result go to, and come from? */
import { accessSync, constants, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseHTML } from "linkedom";
import { type Option, type OptionValues, file } from "../arguments.ts";
import { Failure } from "../failure.ts";
import { type Change, baselineRule, compareToBaseline } from "../measure/baseline.ts";
import { type BenchResult, type Measurement, formatResult, parseResult } from "../measure/result.ts";
import { formatElements } from "../report/format.ts";
import { formatHtml } from "../report/html.ts";
import { formatMarkdown } from "../report/markdown.ts";
import { replacePart } from "../report/marked-part.ts";
import { formatOverview } from "../report/overview.ts";
import type { Report } from "../report/report.ts";
import { formatSvg } from "../report/svg.ts";
import { type Section, changeSection } from "../report/summary.ts";
import { showSection } from "../report/terminal.ts";

/** The options of every command that has a result. */
export const resultOptions: Readonly<
  Record<"json" | "markdown" | "html" | "svg" | "overview" | "baseline", Option<string>>
> = {
  json: file("write the result as JSON, which --baseline and show read"),
  markdown: file("write the result as Markdown"),
  html: file("write the result as one page with charts that needs nothing else"),
  svg: file("write the chart of ratios as a drawing that needs nothing else"),
  overview: file("write a small table of the ratios into this Markdown file, between the comments of its place there"),
  baseline: file("compare with an earlier --json; exits 1 if a ratio got worse by more than the noise (rule below)"),
};

type ResultValues = OptionValues<typeof resultOptions>;

/** How the file of each option is written. */
const formats = {
  json: (result) => formatResult(result),
  markdown: (result, more) => formatMarkdown(result, more),
  html: (result, more) => formatHtml(result, emptyDocument(), more),
  svg: (result) => {
    const drawing = formatSvg(result, emptyDocument());
    if (drawing !== undefined) return drawing;
    throw new Failure("--svg must have a workload of which two entries were measured at one size, got none.");
  },
} satisfies Record<string, (result: BenchResult, more: readonly Section[]) => string>;

/** Charts are drawn in it. */
const emptyDocument = () => parseHTML("<!doctype html><html></html>").document;

const formatNames = Object.keys(formats) as readonly (keyof typeof formats)[];

/** The part of a page that --overview writes. */
const overviewPart = "overview";

/** Throws `Failure` unless every file that is asked for can be written: before hours of measuring, not after. */
export function checkOutputs(values: ResultValues): void {
  for (const name of formatNames) {
    const path = values[name];
    if (path !== undefined) requireWritable(`--${name}`, path);
  }
  if (values.overview !== undefined) pageWith("--overview", values.overview, overviewPart, "");
}

function requireWritable(option: string, path: string): void {
  const folder = dirname(resolve(path));
  try {
    if (isFolder(path)) throw new Error("that is a folder");
    if (!isFolder(folder)) throw new Error(`there is no folder ${folder}`);
    accessSync(exists(path) ? path : folder, constants.W_OK);
  } catch (error) {
    throw new Failure(`${option} must be a file that can be written, got ${path}: ${(error as Error).message}.`);
  }
}

/** Writes this content into the part of the page in a file; throws `Failure`, beginning with the option, if the page has no such part. */
export function writePart(option: string, path: string, part: string, content: string): void {
  writeFileSync(path, pageWith(option, path, part, content));
}

function pageWith(option: string, path: string, part: string, content: string): string {
  requireWritable(option, path);
  try {
    return replacePart(readFileSync(path, "utf8"), part, content);
  } catch (error) {
    throw new Failure(`${option} must be a page with a place for the table, got ${path}: ${(error as Error).message}.`);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The result in a file; throws `Failure`, beginning with what the file is for, if it holds none. */
export function readResult(purpose: string, path: string): BenchResult {
  try {
    return parseResult(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Failure(
      `${purpose} must be a file that --json of "npm run bench -- run" wrote, got ${path}: ${(error as Error).message}.`,
    );
  }
}

/** Compares with the baseline if there is one, writes the files that are asked for, and throws `Failure` if a ratio got worse. */
export function finishResult(
  result: BenchResult,
  baseline: BenchResult | undefined,
  values: ResultValues,
  report: Report,
): void {
  const changes = baseline === undefined ? [] : compareToBaseline(result, baseline);
  const sections = baseline === undefined ? [] : [changeSection(changes, result, baseline)];
  for (const section of sections) showSection(section, report);
  for (const name of formatNames) {
    const path = values[name];
    if (path === undefined) continue;
    writeFileSync(path, formats[name](result, sections));
    report.line(`wrote ${path}`);
  }
  if (values.overview !== undefined) {
    writePart("--overview", values.overview, overviewPart, formatOverview(result));
    report.line(`wrote ${values.overview}`);
  }
  if (baseline !== undefined) judge(changes, result, baseline);
}

function judge(changes: readonly Change[], result: BenchResult, baseline: BenchResult): void {
  if (changes.length === 0) {
    throw new Failure(
      `The baseline must have a ratio in common with this run (a workload of the same size, against the same reference), got none. ` +
        `It has ${listOf(baseline.measurements)}; this run has ${listOf(result.measurements)}.`,
    );
  }
  const worse = changes.filter(({ verdict }) => verdict === "worse");
  if (worse.length === 0) return;
  const lines = worse.map(
    ({ workload, elements, entry, earlier, now }) =>
      `  ${workload} with ${formatElements(elements)} elements, ${entry}: ${earlier.median.toFixed(2)}, now ${now.median.toFixed(2)}`,
  );
  throw new Failure([`No ratio may get worse, got (${baselineRule}):`, ...lines].join("\n"));
}

function listOf(measurements: readonly Measurement[]): string {
  const names = measurements.map(
    ({ workload, elements, reference }) =>
      `${workload} with ${formatElements(elements)} elements against ${reference ?? "nobody"}`,
  );
  return names.length === 0 ? "nothing" : names.join(", ");
}
