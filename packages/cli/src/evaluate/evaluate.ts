/** How does the command line evaluate? In one thread, in several, or on a queue, and shows the report. */
import type { Report } from "@symloss/evaluation";
import { fileCheckpoint, fileRuns } from "@symloss/evaluation/files";
import { Failure } from "../failure.ts";
import { only } from "../loss-export.ts";
import type { Streams } from "../program.ts";
import { readChoice } from "../values.ts";
import type { Words } from "../words.ts";
import { type DataPlace, placeOf, sourceAt } from "./data.ts";
import { makeEngine, readEngine } from "./engine.ts";
import { type NamedStatistics, evaluationOf } from "./evaluation.ts";
import { type ShownProgress, showProgress } from "./progress.ts";
import { formatReport } from "./report.ts";
import { type EvaluationSpec, readCount, readSpec } from "./spec.ts";
import type { ThreadWork } from "./thread.ts";

/** Runs the command, and returns what it prints. */
export async function runEvaluate(words: Words, streams: Streams): Promise<string> {
  const { positionals, options, flags } = words;
  const [surplus] = positionals;
  if (surplus !== undefined) {
    throw new Failure(
      `evaluate must be given options alone, got ${JSON.stringify(surplus)}. A pattern of files needs quotes.`,
    );
  }
  const data = only(options, "data");
  if (data === undefined) throw new Failure("evaluate must be given --data 'shards/*.parquet', got none.");
  const spec = await readSpec(words, "evaluate");
  const start = performance.now();
  const progress = showProgress(streams);
  try {
    const report = await reportOf(spec, placeOf(data, options), options, progress);
    if (flags.has("json")) return toJson(report);
    return formatReport(report, { spec, by: only(options, "by"), seconds: (performance.now() - start) / 1000 });
  } finally {
    progress.stop();
  }
}

/** Infinities and NaN, which JSON has not, are texts, as those of arrays are. */
function toJson(report: object): string {
  const plain = (_: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  return JSON.stringify(report, plain, 2);
}

async function reportOf(
  spec: EvaluationSpec,
  place: DataPlace,
  options: Words["options"],
  progress: ShownProgress,
): Promise<Report<NamedStatistics>> {
  const [checkpoint, runs] = [only(options, "checkpoint"), only(options, "runs")];
  const how = {
    by: only(options, "by"),
    badRows: readChoice("badRows", only(options, "badRows") ?? "stop", ["stop", "skip"] as const),
    maxGroups: readCount(options, "maxGroups"),
    runs: runs === undefined ? undefined : fileRuns(runs),
    checkpoint: checkpoint === undefined ? undefined : fileCheckpoint(checkpoint),
    onProgress: progress.show,
  };
  const [engine, workers, queue] = [
    readEngine(only(options, "engine")),
    readCount(options, "workers"),
    only(options, "queue"),
  ];
  if (queue !== undefined && (workers !== undefined || engine !== undefined)) {
    const other = workers === undefined ? "--engine, which its workers choose" : "--workers";
    throw new Failure(`--queue must be given without ${other}, got both.`);
  }
  const source = sourceAt(place);
  if (queue !== undefined) {
    const { runOnQueue } = await import("@symloss/evaluation/bullmq");
    return runOnQueue(await evaluationOf(spec, source), source, { ...how, connection: queue });
  }
  if (workers !== undefined) {
    const { runInWorkers } = await import("@symloss/evaluation/workers");
    const { runs: _own, ...rest } = how;
    return runInWorkers<NamedStatistics>(moduleFor({ spec, place, engine, runs }), { ...rest, workers });
  }
  const own = await makeEngine(engine);
  try {
    return await (await evaluationOf(spec, source)).run(source, { ...how, engine: own });
  } finally {
    await own.dispose();
  }
}

/** The address of the module that threads load. */
function moduleFor(work: ThreadWork): URL {
  const address = new URL("./thread.js", import.meta.url);
  address.search = new URLSearchParams({ work: JSON.stringify(work) }).toString();
  return address;
}
