/// <reference lib="dom" />
/** Which charts show a result? Drawn by Observable Plot, in a page's document or in one that only exists to be written out. */
import * as Plot from "@observablehq/plot";
import { type Crossing, crossingsOf, entryNames, sweepsIn } from "../measure/crossing.ts";
import type { BenchResult, ContenderDescription, Entry, Measurement } from "../measure/result.ts";
import { formatTime, threeDigits, titleOfSweep } from "./format.ts";

/** A drawing with what it shows. */
export interface Chart {
  readonly title: string;
  readonly figure: Element;
}

/** The colours of entries on light and on dark ground; the style sheet of a page defines them as `--entry-0` and so on. */
export const palette: readonly { readonly light: string; readonly dark: string }[] = [
  { light: "#2457c5", dark: "#7aa5ff" },
  { light: "#c2410c", dark: "#ff9a62" },
  { light: "#15803d", dark: "#5fd38a" },
  { light: "#9333a8", dark: "#dd8df0" },
  { light: "#8a6a00", dark: "#e3bf45" },
  { light: "#0e7490", dark: "#59cbe6" },
  { light: "#be185d", dark: "#ff86b9" },
  { light: "#5b4636", dark: "#c9ab93" },
  { light: "#4d5562", dark: "#a9b2c0" },
  { light: "#4c6b00", dark: "#b3d659" },
];

/** The charts of a result: the ratios of all workloads at one size, and each sweep. */
export function drawCharts({ measurements, contenders }: BenchResult, document: Document): readonly Chart[] {
  const sweeps = sweepsIn(measurements);
  const single = measurements.filter(({ workload, entries }) => !sweeps.has(workload) && entries.length > 1);
  return [
    ...(single.length > 0 ? [drawRatios(single, contenders, document)] : []),
    ...[...sweeps.values()].map((sweep) => drawSweep(sweep, contenders, document)),
  ];
}

/** A row for each workload, on it a dot for each entry with a line from quartile to quartile. */
function drawRatios(
  measurements: readonly Measurement[],
  contenders: readonly ContenderDescription[],
  document: Document,
): Chart {
  const rows = measurements.flatMap((measurement) =>
    drawnEntries(measurement, contenders).map(({ label, ratio }) => ({
      workload: measurement.workload,
      label,
      ...ratio,
    })),
  );
  const workloads = measurements.map(({ workload }) => workload);
  const longest = Math.max(...workloads.map(({ length }) => length));
  const references = [...new Set(measurements.flatMap(({ reference }) => reference ?? []))].join(" or ");
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
    color: colours(rows),
    marks: [
      Plot.ruleX([1], { stroke: "currentColor" }),
      Plot.ruleY(rows, { y: "workload", x1: "lower", x2: "upper", stroke: "label", strokeWidth: 2 }),
      Plot.dot(rows, { y: "workload", x: "median", fill: "label", r: 5, title: titleOfRow }),
    ],
  });
  return chartOf(`Time by that of ${references}; further left is faster`, figure);
}

/** One image to those who hear it: the labels that Plot gives to its parts mean nothing without their positions. */
function chartOf(title: string, figure: Element): Chart {
  const drawing = figure.querySelector(":scope > svg:last-of-type") ?? figure;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", title);
  for (const part of drawing.querySelectorAll("[aria-label]")) {
    part.setAttribute("data-part", part.getAttribute("aria-label")!);
    part.removeAttribute("aria-label");
  }
  return { title, figure };
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
    drawnEntries(measurement, contenders).map(({ label, nanoseconds }) => ({
      elements: measurement.elements,
      label,
      ...nanoseconds,
    })),
  );
  const crossings = crossingsOf(sweep, entryNames(sweep, contenders, "engine"));
  const figure = Plot.plot({
    ...common(document),
    height: 480,
    marginLeft: 60,
    marginTop: 30,
    x: { type: "log", label: "elements →", labelOffset: 45, grid: true, tickFormat: "~s", ticks: 6 },
    y: { type: "log", label: "↑ time", grid: true, tickFormat: formatTime, ticks: 6 },
    color: colours(points),
    marks: [
      Plot.ruleX(crossings, { x: "elements", stroke: "currentColor", strokeDasharray: "2,3", title: titleOfCrossing }),
      Plot.areaY(points, { x: "elements", y1: "lower", y2: "upper", fill: "label", fillOpacity: 0.15 }),
      Plot.lineY(points, { x: "elements", y: "median", stroke: "label", marker: "dot" }),
    ],
  });
  return chartOf(`${titleOfSweep(sweep)}, time against elements`, figure);
}

function titleOfCrossing({ below, above, elements }: Crossing): string {
  return `${above} overtakes ${below} at about ${elements} elements`;
}

/** An entry, with what the legend calls it. */
type DrawnEntry = Entry & { readonly label: string };

/** Every entry of an engine; of everyone else the fastest of all formulations, under the name of the contender. */
function drawnEntries({ entries }: Measurement, contenders: readonly ContenderDescription[]): readonly DrawnEntry[] {
  return contenders.flatMap(({ name, kind }) => {
    const own = entries.filter(({ contender }) => contender === name);
    if (kind === "engine") return own.map((entry) => ({ ...entry, label: entry.name }));
    const [fastest] = own.toSorted((left, right) => left.nanoseconds.median - right.nanoseconds.median);
    return fastest === undefined ? [] : [{ ...fastest, label: name }];
  });
}

function common(document: Document): Plot.PlotOptions {
  // Room for the label below the numbers.
  const room = { marginBottom: 55, insetLeft: 10, insetRight: 10 };
  return { document, width: 900, ...room, style: { background: "transparent", fontSize: "13px", overflow: "visible" } };
}

function colours(rows: readonly { readonly label: string }[]): Plot.ScaleOptions {
  const domain = [...new Set(rows.map(({ label }) => label))];
  const range = domain.map((_, index) => `var(--entry-${index % palette.length})`);
  return { type: "categorical", domain, range, legend: true };
}

function formatMultiple(value: number): string {
  return String(Number(value.toPrecision(3)));
}
