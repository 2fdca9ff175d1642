/** How does a page say in one small table how fast everyone is? */
import { type Representative, representativesOf } from "../measure/representative.ts";
import type { BenchResult } from "../measure/result.ts";
import { formatTime, titleOf } from "./format.ts";
import { escapeMarkdown, formatTable } from "./markdown.ts";

/** What stands in a column, of those who took part in the measurement of a row. */
interface Column {
  readonly head: string;
  readonly cell: (row: readonly Representative[]) => string;
}

/** The times of engines, of the fastest peer and of what was written by hand, a row for each measurement, with where they come from, in Markdown. */
export function formatOverview(result: BenchResult): string {
  const rows = result.measurements.map((measurement) => representativesOf(measurement, result.contenders));
  const all = rows.flat();
  const columns = [
    ...columnsOf(all.filter(({ kind }) => kind === "engine")),
    ...(all.some(isPeer) ? [peerColumn] : []),
    ...columnsOf(all.filter(({ kind }) => kind === "by hand")),
  ];
  const table = formatTable({
    head: ["", ...columns.map(({ head }) => head)],
    rows: result.measurements.map((measurement, index) => [
      titleOf(measurement),
      ...columns.map(({ cell }) => cell(rows[index]!)),
    ]),
  });
  return [table, describeSource(result)].join("\n\n");
}

function columnsOf(entries: readonly Representative[]): readonly Column[] {
  return [...new Set(entries.map(({ label }) => label))].map((head) => ({
    head,
    cell: (row) => {
      const entry = row.find(({ label }) => label === head);
      return entry === undefined ? "" : formatTime(entry.nanoseconds.median);
    },
  }));
}

const peerColumn: Column = {
  head: "fastest peer",
  cell: (row) => {
    const [fastest] = row.filter(isPeer).toSorted((left, right) => left.nanoseconds.median - right.nanoseconds.median);
    return fastest === undefined ? "" : `${formatTime(fastest.nanoseconds.median)} (${fastest.label})`;
  },
};

function isPeer({ kind }: Representative): boolean {
  return kind === "peer";
}

/** Where, when and how it was measured, with what makes the figures uncertain. */
function describeSource({ machine, date, command, contenders, quietness }: BenchResult): string {
  const place = `${machine.processor}, ${machine.cores} cores, ${machine.system}, ${machine.runtime}, ${date.slice(0, 10)}`;
  const peers = contenders.filter(({ kind }) => kind === "peer").map(({ name, device }) => `${name} is ${device}`);
  const sentences = [
    `Times of a call, medians of all rounds, on ${place}.`,
    ...(peers.length === 0 ? [] : [`Of each peer the fastest formulation counts: ${peers.join("; ")}.`]),
    "Measured by:",
  ];
  return [
    escapeMarkdown(sentences.join(" ")),
    ["```sh", command, "```"].join("\n"),
    ...quietness.warnings.map((warning) => `Warning: ${escapeMarkdown(warning)}`),
  ].join("\n\n");
}
