/** How does a section look in the terminal? */
import type { Report } from "./report.ts";
import type { Section } from "./summary.ts";

/** Shows a section. */
export function showSection({ title, facts, tables, notes, warnings }: Section, report: Report): void {
  report.heading(title);
  const width = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value] of facts) report.line(`${name.padEnd(width)}  ${value}`);
  for (const { head, rows } of tables) report.table(head, rows);
  for (const note of notes) report.line(note);
  for (const warning of warnings) report.line(`Warning: ${warning}`);
}
