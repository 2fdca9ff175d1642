/** How does a page say in one small table how fast everyone is? */
import { type Representative, representativesOf } from "../measure/representative.ts";
import type { BenchResult, Measurement } from "../measure/result.ts";
import { formatTime, threeDigits, titleOf } from "./format.ts";
import { escapeMarkdown, formatTable } from "./markdown.ts";

/** A measurement, and those who took part in it. */
interface Row {
  readonly measurement: Measurement;
  readonly entries: readonly Representative[];
}

/** What stands in a column of a row. */
interface Column {
  readonly head: string;
  readonly cell: (row: Row) => string;
}

/** How engines, the fastest peer and what was written by hand compare, a row for each measurement, with where that comes from, in Markdown. */
export function formatOverview(result: BenchResult): string {
  const rows = result.measurements.map((measurement): Row => ({
    measurement,
    entries: representativesOf(measurement, result.contenders),
  }));
  const all = rows.flatMap(({ entries }) => entries);
  const columns = [
    ...columnsOf(all.filter(({ kind }) => kind === "engine")),
    ...(all.some(isPeer) ? [peerColumn] : []),
    ...columnsOf(all.filter(({ kind }) => kind === "by hand")),
  ];
  const table = formatTable({
    head: ["", ...columns.map(({ head }) => head)],
    rows: rows.map((row) => [titleOf(row.measurement), ...columns.map(({ cell }) => cell(row))]),
  });
  return [table, describeSource(result)].join("\n\n");
}

function columnsOf(entries: readonly Representative[]): readonly Column[] {
  return [...new Set(entries.map(({ label }) => label))].map((head) => ({
    head,
    cell: ({ measurement, entries }) =>
      formatEntry(
        measurement,
        entries.find(({ label }) => label === head),
      ),
  }));
}

const peerColumn: Column = {
  head: "fastest peer",
  cell: ({ measurement, entries }) => {
    const [fastest] = entries.filter(isPeer).toSorted((left, right) => left.ratio.median - right.ratio.median);
    return fastest === undefined ? "" : `${formatEntry(measurement, fastest)} (${fastest.label})`;
  },
};

/** The time of the reference, and by how much that of another is longer. */
function formatEntry({ reference }: Measurement, entry: Representative | undefined): string {
  if (entry === undefined) return "";
  return entry.name === reference ? formatTime(entry.nanoseconds.median) : threeDigits(entry.ratio.median);
}

function isPeer({ kind }: Representative): boolean {
  return kind === "peer";
}

/** Where, when and how it was measured, with what makes the figures uncertain. */
function describeSource({ machine, date, command, contenders, measurements, quietness }: BenchResult): string {
  const place = `${machine.processor}, ${machine.cores} cores, ${machine.system}, ${machine.runtime}, ${date.slice(0, 10)}`;
  const peers = contenders.filter(({ kind }) => kind === "peer").map(({ name, device }) => `${name} is ${device}`);
  const references = [...new Set(measurements.flatMap(({ reference }) => reference ?? []))].join(" or ");
  const sentences = [
    `Of ${references} the time of a call, of others the time by that of ${references} in the same round (below 1 is faster), medians of all`,
    `rounds, on ${place}.`,
    ...(peers.length === 0 ? [] : [`Of each peer the fastest formulation counts: ${peers.join("; ")}.`]),
    "Measured by:",
  ];
  return [
    escapeMarkdown(sentences.join(" ")),
    ["```sh", command, "```"].join("\n"),
    ...quietness.warnings.map((warning) => `Warning: ${escapeMarkdown(warning)}`),
  ].join("\n\n");
}
