/// <reference lib="dom" />
/** Which charts show a result? Drawn by Observable Plot, in a page's document or in one that only exists to be written out. */
import * as Plot from "@observablehq/plot";
import { type Crossing, crossingsOf, entryNames, sweepsIn } from "../measure/crossing.ts";
import { representativesOf } from "../measure/representative.ts";
import type { BenchResult, ContenderDescription, Measurement } from "../measure/result.ts";
import { labelFigure } from "./label-figure.ts";
import { palette } from "./palette.ts";
import { formatTime, threeDigits, titleOfSweep } from "./format.ts";

/** A drawing with what it shows. */
export interface Chart {
  readonly title: string;
  readonly figure: Element;
  /** Who has which colour of the palette, in its order, beginning anew after the last. */
  readonly labels: readonly string[];
}

/** In pixels. */
export const chartWidth = 900;

/** A title beside a row has at most so many letters, and an ellipsis. */
const mostLetters = 46;
const lettersPerEm = 2;

/** The charts of a result: the ratios of all workloads at one size, and each sweep. */
export function drawCharts(result: BenchResult, document: Document): readonly Chart[] {
  const ratios = drawRatios(result, document);
  const sweeps = [...sweepsIn(result.measurements).values()];
  const charts = [
    ...(ratios === undefined ? [] : [ratios]),
    ...sweeps.map((sweep) => drawSweep(sweep, result.contenders, document)),
  ];
  for (const { title, figure } of charts) labelFigure(figure, title);
  return charts;
}

/** A row for each workload at one size, on it a dot for each entry with a line from quartile to quartile; undefined if nothing was compared at one size. */
export function drawRatios({ measurements: all, contenders }: BenchResult, document: Document): Chart | undefined {
  const sweeps = sweepsIn(all);
  const measurements = all.filter(({ workload, entries }) => !sweeps.has(workload) && entries.length > 1);
  if (measurements.length === 0) return undefined;
  const rows = measurements.flatMap((measurement) =>
    representativesOf(measurement, contenders).map(({ label, ratio }) => ({
      workload: titleOfSweep([measurement]),
      label,
      ...ratio,
    })),
  );
  const workloads = measurements.map((measurement) => titleOfSweep([measurement]));
  const longest = Math.min(mostLetters, Math.max(...workloads.map(({ length }) => length)));
  const references = [...new Set(measurements.flatMap(({ reference }) => reference ?? []))].join(" or ");
  const labels = labelsOf(rows);
  const figure = Plot.plot({
    ...common(document),
    height: 70 + 30 * workloads.length,
    marginLeft: 24 + 7 * longest,
    x: {
      type: "log",
      label: `time, as a multiple of ${references} →`,
      grid: true,
      tickFormat: formatMultiple,
      ticks: 6,
    },
    y: { domain: workloads, label: null },
    color: colours(labels),
    marks: [
      Plot.axisY({ label: null, lineWidth: mostLetters / lettersPerEm, textOverflow: "ellipsis-end" }),
      Plot.ruleX([1], { stroke: "currentColor" }),
      Plot.ruleY(rows, { y: "workload", x1: "lower", x2: "upper", stroke: "label", strokeWidth: 2 }),
      Plot.dot(rows, { y: "workload", x: "median", fill: "label", r: 5, title: titleOfRow }),
    ],
  });
  return { title: `Time by that of ${references}; further left is faster`, figure, labels };
}

function titleOfRow({ workload, label, median }: { workload: string; label: string; median: number }): string {
  return `${workload}, ${label}: ${threeDigits(median)}`;
}

/** A line of time against size for each entry, with a dashed line where one engine overtakes another. */
function drawSweep(
  sweep: readonly Measurement[],
  contenders: readonly ContenderDescription[],
  document: Document,
): Chart {
  const points = sweep.flatMap((measurement) =>
    representativesOf(measurement, contenders).map(({ label, nanoseconds }) => ({
      elements: measurement.elements,
      label,
      ...nanoseconds,
    })),
  );
  const crossings = crossingsOf(sweep, entryNames(sweep, contenders, "engine"));
  const labels = labelsOf(points);
  const figure = Plot.plot({
    ...common(document),
    height: 480,
    marginLeft: 60,
    marginTop: 30,
    x: { type: "log", label: "elements →", labelOffset: 45, grid: true, tickFormat: "~s", ticks: 6 },
    y: { type: "log", label: "↑ time", grid: true, tickFormat: formatTime, ticks: 6 },
    color: colours(labels),
    marks: [
      Plot.ruleX(crossings, { x: "elements", stroke: "currentColor", strokeDasharray: "2,3", title: titleOfCrossing }),
      Plot.areaY(points, { x: "elements", y1: "lower", y2: "upper", fill: "label", fillOpacity: 0.15 }),
      Plot.lineY(points, { x: "elements", y: "median", stroke: "label", marker: "dot" }),
    ],
  });
  return { title: `${titleOfSweep(sweep)}, time against elements`, figure, labels };
}

function titleOfCrossing({ below, above, elements }: Crossing): string {
  return `${above} overtakes ${below} at about ${elements} elements`;
}

function common(document: Document): Plot.PlotOptions {
  // Room for the label below the numbers.
  const room = { marginBottom: 55, insetLeft: 10, insetRight: 10 };
  return {
    document,
    width: chartWidth,
    ...room,
    style: { background: "transparent", fontSize: "13px", overflow: "visible" },
  };
}

function labelsOf(rows: readonly { readonly label: string }[]): readonly string[] {
  return [...new Set(rows.map(({ label }) => label))];
}

function colours(domain: readonly string[]): Plot.ScaleOptions {
  const range = domain.map((_, index) => `var(--entry-${index % palette.length})`);
  return { type: "categorical", domain, range, legend: true };
}

function formatMultiple(value: number): string {
  return String(Number(value.toPrecision(3)));
}
