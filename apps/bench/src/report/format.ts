/** How is a measured number written, in the terminal, in Markdown and in HTML alike? */
import type { Entry, Measurement } from "../measure/result.ts";
import type { Spread } from "../measure/statistics.ts";

/** 1.53 ms */
export function formatTime(nanoseconds: number): string {
  const [unit, size] = timeUnits.find(([, length]) => nanoseconds < 1000 * length) ?? timeUnits.at(-1)!;
  return `${threeDigits(nanoseconds / size)} ${unit}`;
}

const timeUnits: readonly (readonly [string, number])[] = [
  ["ns", 1],
  ["us", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
];

/** 1.02 [0.98, 1.07] */
export function formatRatio({ lower, median, upper }: Spread): string {
  return `${threeDigits(median)} [${threeDigits(lower)}, ${threeDigits(upper)}]`;
}

/** 0.314, 3.14, 31.4, 314, 3140 */
export function threeDigits(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}

/** 1,048,576 */
export function formatElements(elements: number): string {
  return elements.toLocaleString("en-US");
}

/** The columns of a table of entries, and what they mean. */
export const columns: readonly { readonly head: string; readonly meaning: string }[] = [
  { head: "", meaning: "" },
  { head: "time", meaning: "of a run, the median of all rounds" },
  { head: "ratio", meaning: "to the reference in the same round, the median and [the quartiles]" },
  { head: "ns/element", meaning: "by the elements of the largest input" },
  { head: "GB/s", meaning: "all inputs and outputs, each moved once" },
  { head: "first", meaning: "from nothing to the first result: trace, compile, upload and run" },
  { head: "warm-up", meaning: "runs after that and before the rounds" },
  { head: "error", meaning: "the largest difference from float64, as a share of the largest element" },
];

/** The row of an entry, in the order of the columns. */
export function rowOf(entry: Entry, { elements, bytes, reference }: Measurement): readonly string[] {
  const { name, nanoseconds, ratio, firstMilliseconds, warmUpMilliseconds, error } = entry;
  return [
    name,
    formatTime(nanoseconds.median),
    name === reference ? "reference" : formatRatio(ratio),
    threeDigits(nanoseconds.median / elements),
    threeDigits(bytes / nanoseconds.median),
    formatTime(firstMilliseconds * 1e6),
    formatTime(warmUpMilliseconds * 1e6),
    error === 0 ? "0" : error.toExponential(0),
  ];
}

/** `W1 huber, 1048576` */
export function titleOf({ workload, title, shape }: Measurement): string {
  return `${nameOf({ workload, title })}, ${shape}`;
}

/** `W1 huber`, of measurements at several sizes. */
export function titleOfSweep([first]: readonly Measurement[]): string {
  return nameOf(first!);
}

/** The title of a loss begins with its name already. */
function nameOf({ workload, title }: Pick<Measurement, "workload" | "title">): string {
  return title.startsWith(workload.replace(/ gradient$/, "")) ? title : `${workload} ${title}`;
}
