/** How often do two classes meet? */
import type { NDArray } from "@symloss/core";
import { type Report, formatPercent } from "./report/report.ts";

/** How often an element of the row's class is one of the column's class too. */
export type Pairs = readonly (readonly number[])[];

/** Counts over the elements of two int32 arrays of one length. */
export function countPairs(rows: NDArray, rowClasses: number, columns: NDArray, columnClasses: number): Pairs {
  const pairs = Array.from({ length: rowClasses }, () => Array.from({ length: columnClasses }, () => 0));
  rows.data.forEach((row, index) => pairs[row]![columns.data[index]!]!++);
  return pairs;
}

/** What a row's last column says of it: which of its counts is meant, as a share of them all. */
export interface Verdict {
  readonly title: string;
  readonly pick: (counts: readonly number[], row: number) => number;
}

/** Shows a row for each class, with a verdict at its end. */
export function showPairs(report: Report, corner: string, pairs: Pairs, { title, pick }: Verdict): void {
  report.table(
    [corner, ...(pairs[0] ?? []).map((_, column) => String(column)), title],
    pairs.map((counts, row) => {
      const total = counts.reduce((left, right) => left + right, 0);
      return [
        String(row),
        ...counts.map((times) => (times === 0 ? "." : String(times))),
        total === 0 ? "." : formatPercent(pick(counts, row) / total),
      ];
    }),
  );
}
