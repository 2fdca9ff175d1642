/** How does the bench show what it does? On a terminal with colours and a bar; into a pipe or file as plain lines. */
import type { Writable } from "node:stream";
import { styleText } from "node:util";
import { MultiBar } from "cli-progress";
import CliTable from "cli-table3";

/** Where a report goes: `process.stdout`, or any stream. */
export type Output = Writable & { readonly isTTY?: boolean; readonly hasColors?: () => boolean };

/** How far something is. */
interface Progress {
  /** One more of the total is done. */
  advance(note: string): void;
  /** Takes the bar away. */
  stop(): void;
}

/** What a command tells its user, in order. */
export interface Report {
  line(text?: string): void;
  heading(text: string): void;
  /** The first column is text, the others are numbers, right-aligned. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  progress(total: number): Progress;
  /** Leaves the terminal as it was found, whatever is under way. */
  close(): void;
}

/** A report on a terminal, or plain lines where the output is none. */
export function createReport(output: Output): Report {
  const bold = output.isTTY === true && output.hasColors?.() === true ? boldText : plainText;
  let bars: MultiBar | undefined;
  const line = (text = ""): void => {
    if (bars === undefined) {
      output.write(`${text}\n`);
    } else {
      bars.log(`${text}\n`);
      bars.update();
    }
  };
  const stop = (): void => {
    bars?.stop();
    bars = undefined;
  };
  return {
    line,
    heading: (text) => line(`\n${bold(text)}`),
    table: (head, rows) => line(formatTable(head.map(bold), rows)),
    progress: (total) => {
      if (output.isTTY !== true) return silent;
      bars = new MultiBar({ ...barOptions, stream: output });
      const bar = bars.create(total, 0, { note: "" });
      return { advance: (note) => bar.increment({ note }), stop };
    },
    close: stop,
  };
}

/** 60,000 */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

/** 91.52 % */
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** 1.3 s, of a time in milliseconds */
export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** epoch  3/10 */
export function formatEpoch(epoch: number, epochs: number): string {
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new CliTable({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    chars: noBorders,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

function boldText(text: string): string {
  // hasColors has asked the output already.
  return styleText("bold", text, { validateStream: false });
}

function plainText(text: string): string {
  return text;
}

const silent: Progress = { advance: () => {}, stop: () => {} };

const barOptions = {
  format: "{bar} {percentage} %  {eta_formatted} left  {note}",
  barCompleteChar: "█",
  barIncompleteChar: "░",
  barsize: 30,
  etaBuffer: 100,
  clearOnComplete: true,
};

const noBorders = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};
