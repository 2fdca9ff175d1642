/// <reference lib="dom" />
/** How does a result look as one page that needs nothing else? */
import { type BenchResult, formatResult } from "../measure/result.ts";
import { type Chart, drawCharts } from "./charts.ts";
import { escapeMarkup } from "./markup.ts";
import { ink, palette, paper } from "./palette.ts";
import { type Section, type Table, legend, summarize } from "./summary.ts";

/** The result as a page, with more sections after it; charts are drawn in an empty document of any DOM. */
export function formatHtml(result: BenchResult, document: Document, more: readonly Section[] = []): string {
  const charts = drawCharts(result, document).map(formatChart);
  const sections = [...summarize(result), ...more];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>symloss bench, ${escapeMarkup(result.date)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>symloss bench</h1>
<p><code>${escapeMarkup(result.command)}</code></p>
${formatWarnings(sections)}
${[...charts, ...sections.map(formatSection)].join("\n")}
<section>
<h2>Columns</h2>
<ul>
${legend()
  .map((line) => `<li>${escapeMarkup(line)}</li>`)
  .join("\n")}
</ul>
</section>
</main>
<script type="application/json" id="result">${formatResult(result).replaceAll("<", "\\u003c")}</script>
</body>
</html>
`;
}

/** All of them above the first chart, so that nobody reads a figure before what makes it uncertain. */
function formatWarnings(sections: readonly Section[]): string {
  const warnings = sections.flatMap((section) => section.warnings);
  return warnings.map((warning) => `<p class="warning">${escapeMarkup(warning)}</p>`).join("\n");
}

function formatChart({ title, figure }: Chart): string {
  return `<section>\n<h2>${escapeMarkup(title)}</h2>\n<div class="wide">${figure.outerHTML}</div>\n</section>`;
}

function formatSection({ title, facts, tables, notes }: Section): string {
  const lines = notes.map((note) => `<p>${escapeMarkup(note)}</p>`);
  return [
    "<section>",
    `<h2>${escapeMarkup(title)}</h2>`,
    ...formatFacts(facts),
    ...tables.map(formatTable),
    ...lines,
    "</section>",
  ].join("\n");
}

function formatFacts(facts: Section["facts"]): string[] {
  const lines = facts.map(([name, value]) => `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd>`);
  return lines.length === 0 ? [] : ["<dl>", ...lines, "</dl>"];
}

function formatTable({ head, rows }: Table): string {
  const row = (cells: readonly string[]): string =>
    `<tr>${cells.map((cell, at) => (at === 0 ? `<th scope="row">${escapeMarkup(cell)}</th>` : `<td>${escapeMarkup(cell)}</td>`)).join("")}</tr>`;
  const titles = `<thead><tr>${head.map((title) => `<th scope="col">${escapeMarkup(title)}</th>`).join("")}</tr></thead>`;
  const body = `<tbody>\n${rows.map(row).join("\n")}\n</tbody>`;
  return ['<div class="wide"><table>', titles, body, "</table></div>"].join("\n");
}

const style = `
:root {
  color-scheme: light dark;
  --plot-background: transparent;
  --paper: light-dark(${paper.light}, ${paper.dark});
  --ink: light-dark(${ink.light}, ${ink.dark});
  --line: light-dark(#d5d9e0, #363c47);
${palette.map(({ light, dark }, index) => `  --entry-${index}: light-dark(${light}, ${dark});`).join("\n")}
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; margin: 0.5rem 0 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
p { margin: 0.3rem 0; }
code { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
.warning { border-left: 0.25rem solid var(--entry-1); padding-left: 0.75rem; margin: 0.75rem 0; }
.wide figure > div { font-size: 0.8125rem !important; }
.wide figure > svg { min-width: 40rem; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th[scope="row"], th:first-child { text-align: left; font-weight: 400; }
thead th { font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1.5rem; margin: 0; font-size: 0.875rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 0; }
`;
