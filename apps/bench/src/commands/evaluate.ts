/** How fast are many rows evaluated, and what does it cost that sums are exact? */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { count, describeOptions, parseOptions } from "../arguments.ts";
import type { Command } from "../command.ts";
import { type Contender, type Reports, byHand, openContenders, threadContenders } from "../evaluation/contenders.ts";
import { makeShards, repeatShards, writeShards } from "../evaluation/rows.ts";
import { Failure } from "../failure.ts";
import { describeMachine, loadAverage } from "../machine.ts";
import { ratios, runRounds } from "../measure/interleave.ts";
import { median, spreadOf } from "../measure/statistics.ts";
import { type Report, formatCount } from "../report/report.ts";

const options = {
  rows: count(10_000_000, "how many rows; by default 1,000,000"),
  shards: count(1000, "in how many files; by default 16"),
  rounds: count(100, "how often each is timed, in turn; by default 5"),
  threads: count(64, "how many threads; by default as many as there are cores"),
  times: count(
    1000,
    "how often threads evaluate all rows, which they do in more time than it takes to begin; by default 32",
  ),
};

const help = `npm run bench -- evaluate [options]

Evaluates five metrics of ten classes (weighted cross entropy, confusion, ROC AUC, calibration, moments of a probability), for all rows and for four groups,
from arrays in memory and from Parquet files, on each engine; beside loops by hand that sum in float64 and keep all scores. Then the same files many times
over, by one thread and by many. Each is run once before it is timed, and its results are checked. Then the most memory that a process takes which reads the
files, by 4 and by 100 groups, once and four times.

${describeOptions(options)}`;

/** Measures evaluations. */
export const evaluate: Command = {
  run: async (words, report) => {
    const values = parseOptions(words, options);
    if (values === "help") return report.line(help);
    const { rows = 1_000_000, shards: shardCount = 16, rounds = 5, times = 32 } = values;
    const { threads = availableParallelism() } = values;
    const { processor, cores, runtime } = describeMachine();
    report.line(`${runtime}, ${cores} cores of ${processor}, load ${loadAverage()?.toFixed(1) ?? "unknown"}`);
    const folder = mkdtempSync(join(tmpdir(), "symloss-bench-"));
    try {
      const shards = makeShards(rows, shardCount);
      const once = join(folder, "once");
      mkdirSync(once);
      writeShards(once, shards);
      const { contenders, close } = await openContenders({ shards, folder: once });
      await time(contenders, { rows, rounds, base: byHand }, report);
      await close();
      const often = join(folder, "often");
      repeatShards(once, shards, times, often);
      const inThreads = threadContenders(often, threads);
      report.heading(`The same ${times} times over: ${formatCount(rows * times)} rows in ${shardCount * times} shards`);
      await time(inThreads, { rows: rows * times, rounds, base: inThreads[0]!.name }, report);
      const four = join(folder, "four");
      repeatShards(once, shards, 4, four);
      await measureMemory({ 1: once, 4: four }, report);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** How far apart metrics may be: losses in float32, and areas by the first bits of scores. */
const tolerance = 1e-3;

/** Runs each once. Throws `Failure` if results differ. */
async function requireSame(contenders: readonly Contender[]): Promise<void> {
  let wanted: Reports | undefined;
  for (const { name, run } of contenders) {
    const got = await run();
    wanted ??= got;
    for (const [group, metrics] of Object.entries(wanted)) {
      for (const [metric, value] of Object.entries(metrics)) {
        const own = got[group]?.[metric as keyof typeof metrics] ?? NaN;
        if (Math.abs(own - value) <= tolerance) continue;
        throw new Failure(`${name}: ${metric} of ${group} must be ${value}, got ${own}.`);
      }
    }
  }
}

/** How many rows are evaluated, and with whose times others are compared. */
interface Timing {
  readonly rows: number;
  readonly rounds: number;
  readonly base: string;
}

async function time(contenders: readonly Contender[], { rows, rounds, base }: Timing, report: Report): Promise<void> {
  await requireSame(contenders);
  const progress = report.progress(rounds);
  const runners = contenders.map(({ run }) => ({ run, repeats: 1 }));
  const outcomes = await runRounds(runners, { rounds, afterRound: () => progress.advance("") });
  progress.stop();
  const times = outcomes.map((outcome) => {
    if ("failure" in outcome) throw outcome.failure;
    return outcome.times;
  });
  const timesOfBase = times[contenders.findIndex(({ name }) => name === base)]!;
  report.table(
    ["", "rows a second", "quartiles", `time by that of ${base}`],
    contenders.map(({ name }, index) => {
      const { lower, median: middle, upper } = spreadOf(times[index]!.map((nanoseconds) => (rows / nanoseconds) * 1e9));
      const range = `${formatCount(Math.round(lower))} to ${formatCount(Math.round(upper))}`;
      return [name, formatCount(Math.round(middle)), range, median(ratios(times[index]!, timesOfBase)).toFixed(2)];
    }),
  );
}

/** How often the files are read, and by which column rows are grouped. */
const memoryRuns = [
  { passes: 1, by: "lang" },
  { passes: 4, by: "lang" },
  { passes: 1, by: "site" },
  { passes: 4, by: "site" },
] as const;

async function measureMemory(folders: Readonly<Record<number, string>>, report: Report): Promise<void> {
  const program = fileURLToPath(new URL("../evaluation/memory.js", import.meta.url));
  const rows: string[][] = [];
  for (const { passes, by } of memoryRuns) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, folders[passes]!, by]);
    const told = JSON.parse(stdout) as { readonly rows: number; readonly bytes: number };
    rows.push([`${by === "lang" ? 4 : 100} groups`, formatCount(told.rows), `${Math.round(told.bytes / 1e6)} MB`]);
  }
  report.heading("Most memory of a process that reads by hyparquet and computes on wasm");
  report.table(["", "rows", "memory"], rows);
}
