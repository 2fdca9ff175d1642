/** Is a report on a classifier the same for one thread and for two, and however the data are cut? */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "@symloss/cli";
import { loadDigits } from "../digits.ts";
import { Failure } from "../failure.ts";
import { type Report, formatCount } from "../report/report.ts";
import { digits, learnDigits, logitsOf } from "./digits.ts";
import type { Example } from "./example.ts";

/** Metrics of the classifier of digits over files, by the command line. */
export const evaluation: Example = {
  summary: "metrics of that classifier over files, in threads",
  epochs: 2,
  step: digits.step,
  run: async (context) => {
    const { report, engine } = context;
    const { train, test } = await loadDigits();
    report.heading("A linear classifier of handwritten digits");
    const { model } = await learnDigits({ train, test }, context);
    const logits = await logitsOf(model, test.images, engine);
    const rows = rowsOf(test.labels.data, logits.data);
    const folder = mkdtempSync(join(tmpdir(), "symloss-digits-"));
    try {
      await compareCuts(rows, twoCuts, folder, report);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** How data are cut, and by how many threads they are evaluated. */
export interface Cut {
  readonly name: string;
  /** The rows of each shard. */
  readonly lengths: readonly number[];
  readonly threads: number;
}

const twoCuts: readonly Cut[] = [
  { name: "two shards", lengths: [7001, 2999], threads: 1 },
  { name: "six shards", lengths: [1, 4096, 1777, 13, 999, 3114], threads: 2 },
];

/** Evaluates rows, cut in several ways. Throws `Failure` if the reports differ. */
export async function compareCuts(
  rows: readonly string[],
  cuts: readonly Cut[],
  folder: string,
  report: Report,
): Promise<void> {
  const digests: string[] = [];
  for (const { name, lengths, threads } of cuts) {
    const on = `${threads} ${threads === 1 ? "thread" : "threads"}`;
    report.heading(`${formatCount(rows.length)} test digits in ${name}, on ${on}`);
    const own = join(folder, name.replaceAll(" ", "-"));
    writeShards(own, rows, lengths);
    digests.push(await evaluateShards(own, threads, report));
  }
  report.heading("The digests of all sums and counts");
  report.line(digests.join("\n"));
  if (new Set(digests).size > 1) throw new Failure(`All digests must be one, got ${digests.join(" and ")}.`);
  report.line("Equal to the last bit, whatever the cut and the number of threads.");
}

/** Each row as JSON: the label, and ten logits. */
export function rowsOf(labels: ArrayLike<number>, logits: ArrayLike<number>): readonly string[] {
  const classes = logits.length / labels.length;
  return Array.from(labels, (label, row) => {
    const own = Array.from({ length: classes }, (_, index) => [`logit_${index}`, logits[row * classes + index]]);
    return JSON.stringify({ label, ...Object.fromEntries(own) });
  });
}

function writeShards(folder: string, rows: readonly string[], lengths: readonly number[]): void {
  mkdirSync(folder);
  let first = 0;
  for (const [shard, length] of lengths.entries()) {
    writeFileSync(join(folder, `part-${shard}.jsonl`), `${rows.slice(first, first + length).join("\n")}\n`);
    first += length;
  }
}

/** Runs the command line, which it shows, and returns the digest of the report. */
async function evaluateShards(folder: string, threads: number, report: Report): Promise<string> {
  const words = [
    "evaluate --loss sparseSoftmaxCrossentropyLogits --labels label --logits logit_* --by label",
    "--metrics accuracy,rocAuc:8,calibration",
    threads === 1 ? "" : `--workers ${threads}`,
  ].flatMap((part) => part.split(" ").filter((word) => word !== ""));
  report.line(`symloss ${words.join(" ")} --data digits/*.jsonl`);
  let printed = "";
  const status = await runProgram([...words, "--data", join(folder, "*.jsonl")], {
    out: (text) => void (printed += text),
    error: (text) => void (printed += text),
  });
  if (status !== 0) throw new Failure(printed.trimEnd());
  report.line(`\n${printed.trimEnd()}`);
  return /^digest (?<digest>[0-9a-f]+)$/m.exec(printed)!.groups!["digest"]!;
}
