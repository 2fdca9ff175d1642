/** What can be measured, and with what? */
import { parseOptions } from "../arguments.ts";
import type { Command } from "../command.ts";
import { rivalTable } from "../contenders/rivals.ts";
import { engineTable } from "../engines.ts";
import { gpuKinds } from "../measure/gpu-workloads.ts";
import { lossKinds } from "../measure/losses.ts";
import type { WorkloadKind } from "../measure/workload.ts";
import { workloadKinds } from "../measure/workloads.ts";
import { formatElements } from "../report/format.ts";
import type { Report } from "../report/report.ts";
import { browser } from "./places.ts";

/** Shows every workload, every engine, and what can stand beside them. */
export const list: Command = {
  run: async (words, report) => {
    if (parseOptions(words, {}) === "help") {
      return report.line(
        "npm run bench -- list\n\nShows every workload, every engine, and what can stand beside them.",
      );
    }
    showTable(report, 'Workloads ("workloads" is all of these)', workloadKinds.map(rowOf));
    showTable(report, 'For graphics cards ("gpu" is all of these)', gpuKinds.map(rowOf));
    const losses = lossKinds();
    showTable(
      report,
      'Losses ("losses" is all of these, a loss by its name all of its calls)',
      losses.map(({ name, ...kind }) => [name, sizeOf(kind)]),
    );
    const engines = Object.entries(engineTable).map(([name, { summary }]) => [name, summary]);
    showTable(report, "Engines, for --engines", engines);
    const rivals = Object.entries(rivalTable).map(([name, { summary, peer }]) => [
      name,
      peer ? `${summary} (with --peers)` : summary,
    ]);
    showTable(report, "Beside them, for --beside", rivals);
    report.heading("With --browser");
    report.line(`  --engines ${browser.engines.join(", ")}`);
    report.line(`  --beside ${browser.beside.join(", ")} (with --peers: ${browser.peers.join(", ")})`);
  },
};

function rowOf({ name, title, ...kind }: WorkloadKind): string[] {
  return [name, `${title}: ${sizeOf(kind)}`];
}

function sizeOf({ rows, rowElements }: Pick<WorkloadKind, "rows" | "rowElements">): string {
  return `${formatElements(rows * rowElements)} elements`;
}

function showTable(report: Report, title: string, rows: readonly (readonly string[])[]): void {
  report.heading(title);
  const width = Math.max(...rows.map(([name]) => name!.length));
  for (const [name, summary] of rows) report.line(`  ${name!.padEnd(width)}  ${summary}`);
}
