/** How does a result read as Markdown? */
import type { BenchResult } from "../measure/result.ts";
import { type Section, type Table, legend, summarize } from "./summary.ts";

/** The result as Markdown, with more sections after it. */
export function formatMarkdown(result: BenchResult, more: readonly Section[] = []): string {
  const sections = [...summarize(result), ...more].map(formatSection);
  const meanings = legend().map((line) => `- ${line}`);
  return ["# symloss bench", `\`${result.command}\``, ...sections, "## Columns", meanings.join("\n"), ""].join("\n\n");
}

function formatSection({ title, facts, tables, notes, warnings }: Section): string {
  const list = facts.map(([name, value]) => `- ${escapeMarkdown(name)}: ${escapeMarkdown(value)}`).join("\n");
  const beginning = list === "" ? [] : [list];
  const lines = [...notes, ...warnings.map((warning) => `Warning: ${warning}`)];
  return [`## ${escapeMarkdown(title)}`, ...beginning, ...tables.map(formatTable), ...lines.map(escapeMarkdown)].join(
    "\n\n",
  );
}

/** A table; what is markup in a cell is escaped. */
export function formatTable({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  const alignment = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(head), `| ${alignment.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** The text as Markdown that shows it as it is. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[|<>*_`\\]/g, "\\$&");
}
