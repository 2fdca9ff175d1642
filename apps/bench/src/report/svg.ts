/// <reference lib="dom" />
/** How does the chart of a result look as one drawing that needs nothing else, on light and on dark ground? */
import type { BenchResult } from "../measure/result.ts";
import { chartWidth, drawRatios } from "./charts.ts";
import { escapeMarkup } from "./markup.ts";
import { ink, palette, paper } from "./palette.ts";

/** In pixels. */
const [fontSize, letterWidth, lineHeight, margin] = [13, 7, 24, 16];

/** The chart of ratios with its legend, and below it where it was measured; undefined if nothing was compared at one size. */
export function formatSvg(result: BenchResult, document: Document): string | undefined {
  const chart = drawRatios(result, document);
  if (chart === undefined) return undefined;
  const drawing = Array.from(chart.figure.children).find((child) => child.matches("svg"))!;
  // It sets what only a page has.
  drawing.querySelector("style")!.remove();
  const legend = legendRows(chart.labels);
  const top = lineHeight * (1.5 + legend.length);
  const bottom = top + Number(drawing.getAttribute("height"));
  drawing.setAttribute("y", String(top));
  const title = escapeMarkup(chart.title);
  const [width, height] = [chartWidth + 2 * margin, bottom + 1.5 * lineHeight];
  const size = `width="${width}" height="${height}" viewBox="${-margin} 0 ${width} ${height}"`;
  const text = `font-family="system-ui, sans-serif" font-size="${fontSize}" color="${ink.light}" fill="currentColor"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} class="bench" role="img" aria-label="${title}" ${text}>`,
    styleFor(chart.labels.length),
    `<rect x="${-margin}" width="${width}" height="${height}" fill="${paper.light}"/>`,
    `<text y="${lineHeight}" font-weight="600">${title}</text>`,
    ...legend.map((row, index) => `<g transform="translate(0,${lineHeight * (2 + index)})">${row}</g>`),
    withColours(drawing.outerHTML),
    `<text y="${bottom + 0.5 * lineHeight}" fill-opacity="0.7">${escapeMarkup(describePlace(result))}</text>`,
    "</svg>\n",
  ].join("\n");
}

/** On dark ground everything has its other colour, wherever it stands: a drawing knows no theme but that of whoever looks at it. */
function styleFor(entries: number): string {
  const rules = [paper, ...palette.slice(0, entries)].flatMap(({ light, dark }) => [
    `  [fill="${light}"] { fill: ${dark}; }`,
    `  [stroke="${light}"] { stroke: ${dark}; }`,
  ]);
  const dark = [`  .bench { color: ${ink.dark}; }`, ...rules];
  return ["<style>", "@media (prefers-color-scheme: dark) {", ...dark, "}", "</style>"].join("\n");
}

/** A dot and a name for everyone, in as many rows as it takes. */
function legendRows(labels: readonly string[]): readonly string[] {
  const rows: string[] = [];
  let end = Infinity;
  for (const [index, label] of labels.entries()) {
    const width = 2.5 * lineHeight + letterWidth * label.length;
    if (end + width > chartWidth) {
      rows.push("");
      end = 0;
    }
    const dot = `<circle cx="${end + 5}" cy="-4.5" r="5" fill="${colourAt(index)}"/>`;
    rows.push(`${rows.pop()}${dot}<text x="${end + 16}">${escapeMarkup(label)}</text>`);
    end += width;
  }
  return rows;
}

/** A viewer of drawings may not know the variables of a page. */
function withColours(drawing: string): string {
  return drawing.replaceAll(/var\(--entry-(\d+)\)/g, (_, index: string) => colourAt(Number(index)));
}

function colourAt(index: number): string {
  return palette[index % palette.length]!.light;
}

function describePlace({ machine, date }: BenchResult): string {
  return `${machine.processor}, ${machine.cores} cores, ${machine.runtime}, ${date.slice(0, 10)}`;
}
